//! Why scores are divided by `√d`.
//!
//! A score is a sum of `d` products. If the entries of queries and keys are independent, with
//! mean 0 and variance 1, each product has variance 1 too, and variances add up: the score has
//! variance `d`. Divided by `√d` it has variance 1 again, whatever `d` is.
//!
//! Source: Vaswani et al. (2017), section 3.2.1, footnote 4, arXiv:1706.03762.

use tch::{Device, Kind, Tensor};

// ANCHOR: random_scores
/// The scores of `n` random queries, each with `keys` random keys of its own.
///
/// # Shapes
/// - returns `(n, keys)`
pub fn random_scores(n: i64, keys: i64, d: i64) -> Tensor {
    let options = (Kind::Float, Device::Cpu);
    let queries = Tensor::randn([n, 1, d], options);
    let keys = Tensor::randn([n, keys, d], options);
    queries.matmul(&keys.transpose(-2, -1)).squeeze_dim(1) // (n, 1, keys) -> (n, keys)
}
// ANCHOR_END: random_scores

// ANCHOR: peaking
/// How far apart scores lie, and what softmax makes of them.
#[derive(Clone, Copy, Debug)]
pub struct Peaking {
    /// The variance of the scores
    pub variance: f64,
    /// The largest weight of a row, on average; 1 where one key takes everything
    pub largest: f64,
    /// How fast that weight moves with its own score, on average: `w (1 - w)`
    pub slope: f64,
}

impl Peaking {
    /// Measures `scores`, a query in each row.
    ///
    /// # Shapes
    /// - `scores`: `(n, keys)`
    pub fn of(scores: &Tensor) -> Self {
        let weights = scores.softmax(-1, Kind::Double);
        let largest = weights.amax([-1], false); // (n)
        let slope = &largest * (1.0 - &largest);
        let mean = |x: &Tensor| x.mean(Kind::Double).double_value(&[]);
        Self {
            variance: scores.to_kind(Kind::Double).var(false).double_value(&[]),
            largest: mean(&largest),
            slope: mean(&slope),
        }
    }
}
// ANCHOR_END: peaking
