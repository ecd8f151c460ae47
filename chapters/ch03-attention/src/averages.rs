//! The mean of the past in four versions. All give the same; the last one is attention that has
//! no preferences yet.

use ch00::axes;
use tch::Tensor;

use crate::causal_mask;

// ANCHOR: one_by_one
/// First version: for each token, cut out the past and take its mean.
///
/// # Shapes
/// - `x`: `(t, c)`
/// - returns `(t, c)`: row `i` is the mean of rows 0 to `i`
pub fn one_by_one(x: &Tensor) -> Tensor {
    let [t, _c] = axes(x, "x: (t, c)");
    let past = |n| x.narrow(0, 0, n); // (n, c)
    let means: Vec<_> =
        (1..=t).map(|n| past(n).mean_dim(0, false, x.kind())).collect();
    Tensor::stack(&means, 0) // t of (c) -> (t, c)
}
// ANCHOR_END: one_by_one

// ANCHOR: running
/// Second version: keep a running sum, and divide it by how many it holds.
///
/// # Shapes
/// As [`one_by_one`].
pub fn running(x: &Tensor) -> Tensor {
    let [t, _c] = axes(x, "x: (t, c)");
    let counts = Tensor::arange_start(1, t + 1, (x.kind(), x.device())); // 1, 2, … t
    x.cumsum(0, x.kind()) / counts.unsqueeze(1) // (t, c) / (t, 1)
}
// ANCHOR_END: running

// ANCHOR: by_matrix
/// Third version: one product with a triangle of ones whose rows were divided by their sums.
///
/// # Shapes
/// As [`one_by_one`].
pub fn by_matrix(x: &Tensor) -> Tensor {
    let [t, _c] = axes(x, "x: (t, c)");
    let past = Tensor::ones([t, t], (x.kind(), x.device())).tril(0); // (t, t)
    let weights = &past / past.sum_dim_intlist(-1, true, x.kind()); // (t, t) / (t, 1)
    weights.matmul(x) // (t, c)
}
// ANCHOR_END: by_matrix

// ANCHOR: by_softmax
/// Fourth version: a softmax over scores that are all 0, except that the future has minus
/// infinity.
///
/// # Shapes
/// As [`one_by_one`].
pub fn by_softmax(x: &Tensor) -> Tensor {
    let [t, _c] = axes(x, "x: (t, c)");
    let scores = Tensor::zeros([t, t], (x.kind(), x.device())); // (t, t)
    let future = causal_mask(t, x.device()); // (t, t)
    let masked = scores.masked_fill(&future, f64::NEG_INFINITY);
    masked.softmax(-1, x.kind()).matmul(x) // (t, c)
}
// ANCHOR_END: by_softmax
