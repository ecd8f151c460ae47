//! Attention with nothing to train: a token looks at the tokens that resemble it.

use tch::{Kind, Tensor};

/// The words of [`journey`].
pub const JOURNEY: [&str; 6] = ["Your", "journey", "starts", "with", "one", "step"];

/// Six words as vectors of three channels, `(t, c) = (6, 3)`.
///
/// The vectors are made up, and small enough to check by hand. They are those of Raschka,
/// "Build a Large Language Model (From Scratch)" (2024), section 3.3, so that every figure in
/// this chapter can be compared with that book's.
pub fn journey() -> Tensor {
    Tensor::from_slice2(&[
        [0.43f32, 0.15, 0.89],
        [0.55, 0.87, 0.66],
        [0.57, 0.85, 0.64],
        [0.22, 0.58, 0.33],
        [0.77, 0.25, 0.10],
        [0.05, 0.80, 0.55],
    ])
}

/// How much each token resembles each other one: all dot products at once.
///
/// # Shapes
/// - `x`: `(t, c)`
/// - returns `(t, t)`: entry `(i, j)` is `x_i · x_j`
pub fn scores(x: &Tensor) -> Tensor {
    x.matmul(&x.transpose(-2, -1))
}

/// Softmax as its formula reads: `exp(x_i) / Σ_j exp(x_j)` along the last axis.
///
/// `exp` overflows f32 above 88. `Tensor::softmax` first subtracts the largest entry, which
/// changes nothing in the quotient and keeps every exponent at or below 0.
pub fn naive_softmax(x: &Tensor) -> Tensor {
    let exp = x.exp();
    &exp / exp.sum_dim_intlist(-1, true, x.kind())
}

// ANCHOR: weights
/// How strongly each token looks at each other one.
///
/// # Shapes
/// - `x`: `(t, c)`
/// - returns `(t, t)`: each row is positive and sums to 1
pub fn weights(x: &Tensor) -> Tensor {
    scores(x).softmax(-1, Kind::Float)
}
// ANCHOR_END: weights

// ANCHOR: contexts
/// The context vectors: each token becomes a mixture of all tokens.
///
/// # Shapes
/// - `x`: `(t, c)`
/// - returns `(t, c)`
pub fn contexts(x: &Tensor) -> Tensor {
    weights(x).matmul(x)
}
// ANCHOR_END: contexts
