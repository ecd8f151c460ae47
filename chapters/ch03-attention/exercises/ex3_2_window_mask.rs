//! Exercise 3.2 (10 points): attention with a shorter memory.
//!
//! Dimension key: `b` batch, `t` tokens, `h` heads, `d` channels of a head.

use tch::{Device, IndexOp, Kind, Tensor};

// ANCHOR: task
/// Marks with `true` where a token must not look.
///
/// A token may look at itself and at the `window - 1` tokens just before it: token
/// `i` sees token `j` exactly when `i - window < j <= i`. A window of `t` or more is
/// the plain causal mask.
///
/// # Shapes
/// - returns `(t, t)`, `Bool`: row `i` is the token that looks, column `j` the one
///   it looks at
pub fn window_mask(t: i64, window: i64) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let everywhere = Tensor::ones([t, t], (Kind::Bool, Device::Cpu)); // (t, t)
    let future = everywhere.triu(1); // j > i
    let forgotten = everywhere.tril(-window); // j <= i - window
    future.logical_or(&forgotten)
    // SOLUTION: end
}

// ANCHOR: task_weights
/// How strongly each token looks at each token within its window.
///
/// `softmax(q kᵀ / √d + m)`, where `m` is minus infinity under [`window_mask`] and 0
/// elsewhere.
///
/// # Shapes
/// - `q`, `k`: `(b, h, t, d)`
/// - returns `(b, h, t, t)`: each row sums to 1 and is exactly 0 under the mask
pub fn window_weights(q: &Tensor, k: &Tensor, window: i64) -> Tensor {
    // ANCHOR_END: task_weights
    // SOLUTION: begin
    let (_, _, t, d) = q.size4().expect("q must be (b, h, t, d)");
    let scores = q.matmul(&k.transpose(-2, -1)) / (d as f64).sqrt(); // (b, h, t, t)
    let hidden = window_mask(t, window).to_device(q.device()); // (t, t)
    scores.masked_fill(&hidden, f64::NEG_INFINITY).softmax(-1, q.kind())
    // SOLUTION: end
}

/// Random queries and keys, each `(b, h, t, d)`.
fn queries_and_keys(t: i64) -> (Tensor, Tensor) {
    let random = || Tensor::randn([2, 2, t, 4], (Kind::Float, Device::Cpu));
    (random(), random())
}

/// The mask as rows of `#` (must not look) and `.` (may look).
fn drawn(mask: &Tensor) -> Vec<String> {
    assert_eq!(mask.kind(), Kind::Bool, "the mask must be Bool");
    let rows = Vec::<Vec<bool>>::try_from(mask).expect("the mask must be (t, t)");
    let sign = |hidden: bool| if hidden { '#' } else { '.' };
    rows.into_iter().map(|row| row.into_iter().map(sign).collect()).collect()
}

// ANCHOR: tests
#[test]
fn a_window_of_two_by_hand() {
    assert_eq!(drawn(&window_mask(4, 2)), [".###", "..##", "#..#", "##.."]);
}

#[test]
fn a_window_of_one_sees_only_itself() {
    assert_eq!(drawn(&window_mask(3, 1)), [".##", "#.#", "##."]);
}

#[test]
fn a_window_as_long_as_the_text_is_the_causal_mask() {
    for window in [3, 4, 100] {
        assert_eq!(drawn(&window_mask(3, window)), [".##", "..#", "..."]);
    }
}

#[test]
fn equal_scores_share_the_window_evenly() {
    let q = Tensor::zeros([1, 1, 3, 2], (Kind::Float, Device::Cpu));
    let weights = window_weights(&q, &q, 2).i((0, 0)); // (t, t)
    let rows = Vec::<Vec<f32>>::try_from(weights).unwrap();
    assert_eq!(rows, [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn row_i_sees_the_smaller_of_window_and_i_plus_one() {
    for window in 1..8 {
        let seen = window_mask(6, window).logical_not();
        let counts = seen.sum_dim_intlist(-1, false, Kind::Int64); // (t)
        let wanted: Vec<_> = (0..6).map(|i| window.min(i + 1)).collect();
        assert_eq!(
            Vec::<i64>::try_from(counts).unwrap(),
            wanted,
            "window {window}"
        );
    }
}

#[test]
fn every_row_of_weights_sums_to_one() {
    let (q, k) = queries_and_keys(7);
    let sums = window_weights(&q, &k, 3).sum_dim_intlist(-1, false, Kind::Float);
    assert_eq!(sums.size(), [2, 2, 7]);
    assert!(sums.allclose(&sums.ones_like(), 1e-5, 1e-6, false), "{sums:?}");
}

#[test]
fn weights_under_the_mask_are_exactly_zero() {
    let (q, k) = queries_and_keys(5);
    let weights = window_weights(&q, &k, 2).i((1, 1)); // (t, t)
    let rows = Vec::<Vec<f32>>::try_from(weights).unwrap();
    for (i, row) in rows.iter().enumerate() {
        for (j, weight) in row.iter().enumerate() {
            assert_eq!(*weight > 0.0, j <= i && i < j + 2, "row {i}, column {j}");
        }
    }
}

#[test]
fn a_full_window_weighs_scores_scaled_by_the_root_of_d() {
    let q = Tensor::from_slice(&[0f32, 0.0, 2.0, 0.0]).reshape([1, 1, 2, 2]);
    let k = Tensor::from_slice(&[0f32, 0.0, 1.0, 0.0]).reshape([1, 1, 2, 2]);
    let weights = window_weights(&q, &k, 2).i((0, 0, 1)); // the second token's row
    let got = Vec::<f32>::try_from(weights).unwrap();
    let later = 1.0 / (1.0 + (-2f32.sqrt()).exp()); // scores 0 and 2 / √2
    assert!((got[1] - later).abs() < 1e-6, "{got:?}, not {later}");
}

#[test]
fn a_token_older_than_the_window_changes_nothing() {
    let (q, k) = queries_and_keys(6);
    let changed = k.copy();
    let _ = changed.i((.., .., 1)).fill_(9.0); // forgotten from token 4 on
    let (before, after) =
        (window_weights(&q, &k, 3), window_weights(&q, &changed, 3));
    assert!(before.i((.., .., 4..)).equal(&after.i((.., .., 4..))));
    assert!(
        !before.i((.., .., 3)).equal(&after.i((.., .., 3))),
        "token 3 still sees it"
    );
}
// HIDDEN: end
