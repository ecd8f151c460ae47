//! Exercise 3.3 (10 points): a bug hunt. The wrong root.
//!
//! Dimension key: `t` tokens, `c` channels of a token, `d` channels of a query.

use tch::{Device, Kind, Tensor};

/// Attention weights as they have been published. Every shape is right.
///
/// # Shapes
/// - `x`: `(t, c)`
/// - `w_query`, `w_key`: `(c, d)`
/// - returns `(t, t)`
fn published_weights(x: &Tensor, w_query: &Tensor, w_key: &Tensor) -> Tensor {
    let queries = x.matmul(w_query); // (t, d)
    let keys = x.matmul(w_key); // (t, d)
    let channels = x.size()[1] as f64;
    (queries.matmul(&keys.tr()) / channels.sqrt()).softmax(-1, Kind::Float)
}

// ANCHOR: task
/// The number by which scores were divided before the softmax that made `weights`.
///
/// A softmax turns differences into ratios: `ln(w[0] / w[1]) = (s[0] - s[1]) / divisor`
/// for any two numbers of a row.
///
/// # Shapes
/// - `scores`: `(t, t)`, products of queries and keys, not divided; `t` at least 2
/// - `weights`: `(t, t)`
pub fn divisor(scores: &Tensor, weights: &Tensor) -> f64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    let difference = |x: &Tensor| x.double_value(&[0, 0]) - x.double_value(&[0, 1]);
    difference(scores) / difference(&weights.log())
    // SOLUTION: end
}

// ANCHOR: task_weights
/// The weights put right.
///
/// # Shapes
/// - `x`: `(t, c)`
/// - `w_query`, `w_key`: `(c, d)`
/// - returns `(t, t)`: each row sums to 1
pub fn weights(x: &Tensor, w_query: &Tensor, w_key: &Tensor) -> Tensor {
    // ANCHOR_END: task_weights
    // SOLUTION: begin
    let (q, k) = (x.matmul(w_query), x.matmul(w_key)); // (t, d)
    let d = q.size()[1] as f64;
    (q.matmul(&k.tr()) / d.sqrt()).softmax(-1, Kind::Float)
    // SOLUTION: end
}

/// Vectors and matrices, and the scores that they make.
fn example(t: i64, c: i64, d: i64) -> [Tensor; 4] {
    let waves = |rows: i64, columns: i64, speed: f64| {
        let places = Tensor::arange(rows * columns, (Kind::Float, Device::Cpu));
        (places * speed).sin().reshape([rows, columns])
    };
    let (x, w_query, w_key) =
        (waves(t, c, 1.7), waves(c, d, 2.3), waves(c, d, 0.9));
    let scores = x.matmul(&w_query).matmul(&x.matmul(&w_key).tr()); // (t, t)
    [x, w_query, w_key, scores]
}

// ANCHOR: tests
#[test]
fn the_published_weights_divide_by_the_root_of_the_wrong_size() {
    let [x, w_query, w_key, scores] = example(4, 9, 4);
    let found = divisor(&scores, &published_weights(&x, &w_query, &w_key));
    assert!((found - 3.0).abs() < 0.01, "√9 is 3, you found {found}");
}

#[test]
fn yours_divide_by_the_root_of_d() {
    let [x, w_query, w_key, scores] = example(4, 9, 4);
    let found = divisor(&scores, &weights(&x, &w_query, &w_key));
    assert!((found - 2.0).abs() < 0.01, "√4 is 2, you divide by {found}");
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn any_divisor_is_found() {
    let scores = Tensor::from_slice2(&[[0.3f32, 1.0, -2.0], [0.0, 0.0, 0.0]]);
    for divided_by in [0.5, 1.0, 7.25] {
        let weights = (&scores / divided_by).softmax(-1, Kind::Float);
        let found = divisor(&scores, &weights);
        assert!((found - divided_by).abs() < 0.01, "{divided_by}: {found}");
    }
}

#[test]
fn wide_queries_and_narrow_ones_by_hand() {
    for d in [1, 2, 16] {
        let [x, w_query, w_key, scores] = example(3, 5, d);
        let by_hand = (scores / (d as f64).sqrt()).softmax(-1, Kind::Float);
        let yours = weights(&x, &w_query, &w_key);
        assert!(yours.allclose(&by_hand, 1e-4, 1e-6, false), "d = {d}: {yours:?}");
    }
}
// HIDDEN: end
