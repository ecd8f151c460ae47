//! A rule for matrices.
//!
//! Source: Jordan et al. (2024), "Muon: An optimizer for hidden layers in neural networks",
//! kellerjordan.github.io/posts/muon; the size of the step after Liu et al. (2025), "Muon is
//! Scalable for LLM Training", section 2.2, arXiv:2502.16982.

use tch::{Kind, Tensor};

/// Muon: a matrix moves by its mean gradient, made [orthogonal](orthogonalise).
///
/// With gradient `G`, learning rate `η` and a matrix of `a` rows and `b` columns:
///
/// ```text
/// M ← β M + (1 - β) G
/// W ← W - η · 0.2 √max(a, b) · orthogonal(β M + (1 - β) G)
/// ```
///
/// Most of a matrix's gradient points into a few directions: those of what is frequent. What is
/// rare, such as who a story is about, gets small steps. Orthogonal, all directions get the same.
/// The factor gives the step the size that AdamW's has, so that one learning rate suits both.
#[derive(Debug)]
pub(crate) struct Muon {
    momentum: Tensor,
    /// Queries, keys and values lie in one tensor but are three matrices.
    matrices: i64,
    /// What orthogonalising computes in
    kind: Kind,
}

const BETA: f64 = 0.95;

impl Muon {
    /// A rule for the matrix `name`, which has seen no gradient yet.
    pub(crate) fn new(name: &str, weight: &Tensor, kind: Kind) -> Self {
        let matrices = if name.ends_with("c_attn.weight") { 3 } else { 1 };
        Self { momentum: weight.zeros_like().detach(), matrices, kind }
    }

    // ANCHOR: muon
    pub(crate) fn step(
        &mut self,
        weight: &mut Tensor,
        gradient: &Tensor,
        rate: f64,
    ) {
        let _ = self.momentum.lerp_(gradient, 1.0 - BETA);
        let ahead = gradient.lerp(&self.momentum, BETA); // (a, b)
        let matrices = ahead.chunk(self.matrices, 1);
        let longest = matrices[0].size().into_iter().max().unwrap_or(1);
        let directions = matrices
            .iter()
            .map(|matrix| orthogonalise(&matrix.to_kind(self.kind)))
            .collect::<Vec<_>>();
        let direction = Tensor::cat(&directions, 1).to_kind(Kind::Float); // (a, b)
        *weight -= direction * (rate * 0.2 * (longest as f64).sqrt());
    }
    // ANCHOR_END: muon

    pub(crate) fn memory(&self) -> [(&'static str, Tensor); 1] {
        [("momentum", self.momentum.shallow_clone())]
    }
}

// ANCHOR: orthogonalise
/// The matrix with the same directions as `x`, and all of them about equally long: every
/// singular value ends between 0.7 and 1.2.
///
/// A product such as `x xᵀ x` cubes the singular values and leaves the directions alone. So a
/// polynomial of such products bends the values, and this one (the Newton-Schulz iteration)
/// bends them towards 1. Five rounds need products only, which are what a processor does best.
///
/// # Shapes
/// - `x`: `(a, b)`
/// - returns `(a, b)`
pub fn orthogonalise(x: &Tensor) -> Tensor {
    let tall = x.size()[0] > x.size()[1];
    let mut x =
        if tall { x.transpose(0, 1).contiguous() } else { x.shallow_clone() };
    x = &x / x.norm().clamp_min(1e-7); // no singular value is above 1
    for _ in 0..5 {
        let square = x.matmul(&x.transpose(0, 1)); // the smaller side, twice
        let bend = &square * -4.7750 + square.matmul(&square) * 2.0315;
        x = &x * 3.4445 + bend.matmul(&x);
    }
    if tall { x.transpose(0, 1) } else { x }
}
// ANCHOR_END: orthogonalise
