//! Exercise 3.4 (10 points): a bug hunt. The mask that comes too late.

use tch::{Device, Kind, Tensor};

/// A causal mask as it has been published: the future is crossed out after the softmax.
///
/// # Shapes
/// - `scores`: `(t, t)`
/// - returns `(t, t)`
fn published_causal(scores: &Tensor) -> Tensor {
    scores.softmax(-1, Kind::Float).tril(0)
}

// ANCHOR: task
/// How much of each row's weight is missing: 0 where the weights of a token sum to 1.
///
/// # Shapes
/// - `weights`: `(t, t)`
/// - returns `(t)`
pub fn missing(weights: &Tensor) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    -weights.sum_dim_intlist(-1, false, Kind::Float) + 1.0
    // SOLUTION: end
}

// ANCHOR: task_causal
/// Causal weights put right: nothing on the future, and each row sums to 1, whatever the
/// scores are.
///
/// # Shapes
/// - `scores`: `(t, t)`
/// - returns `(t, t)`
pub fn causal(scores: &Tensor) -> Tensor {
    // ANCHOR_END: task_causal
    // SOLUTION: begin
    let future = scores.ones_like().triu(1).to_kind(Kind::Bool); // (t, t)
    scores.masked_fill(&future, f64::NEG_INFINITY).softmax(-1, Kind::Float)
    // SOLUTION: end
}

/// The numbers of a matrix.
fn rows(x: &Tensor) -> Vec<Vec<f32>> {
    Vec::<Vec<f32>>::try_from(x).expect("(t, t)")
}

// ANCHOR: tests
#[test]
fn the_published_mask_loses_what_the_future_had() {
    let even = Tensor::zeros([4, 4], (Kind::Float, Device::Cpu));
    let lost = Vec::<f32>::try_from(missing(&published_causal(&even))).unwrap();
    assert_eq!(lost, [0.75, 0.5, 0.25, 0.0]);
}

#[test]
fn yours_shares_even_scores_evenly() {
    let even = Tensor::zeros([3, 3], (Kind::Float, Device::Cpu));
    let third = 1.0 / 3.0;
    let wanted = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [third, third, third]];
    for (row, wanted) in rows(&causal(&even)).iter().zip(wanted) {
        assert!(
            row.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-6),
            "{row:?}"
        );
    }
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn rows_sum_to_one_even_where_the_future_would_have_had_everything() {
    // After a softmax over all, the past of the first row is 0 to the last digit.
    let scores = Tensor::from_slice2(&[[0f32, 300.0], [1.0, 2.0]]);
    let weights = causal(&scores);
    assert_eq!(rows(&weights)[0], [1.0, 0.0]);
    let lost = missing(&weights).abs().max().double_value(&[]);
    assert!(lost < 1e-6, "{weights:?}");
}

#[test]
fn the_past_keeps_its_ratios() {
    let scores = Tensor::randn([6, 6], (Kind::Float, Device::Cpu));
    let (all, yours) = (scores.softmax(-1, Kind::Float), causal(&scores));
    for i in 1..6 {
        let ratio = |x: &Tensor| x.double_value(&[i, 0]) / x.double_value(&[i, 1]);
        assert!((ratio(&all) / ratio(&yours) - 1.0).abs() < 1e-4, "row {i}");
    }
    assert_eq!(yours.triu(1).abs().max().double_value(&[]), 0.0);
}

#[test]
fn too_much_counts_as_well_as_too_little() {
    let weights = Tensor::from_slice2(&[[0.5f32, 0.75], [0.25, 0.25]]);
    assert_eq!(Vec::<f32>::try_from(missing(&weights)).unwrap(), [-0.25, 0.5]);
}
// HIDDEN: end
