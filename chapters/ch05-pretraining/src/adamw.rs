//! The usual rule, by hand.
//!
//! Source: Loshchilov and Hutter (2019), "Decoupled Weight Decay Regularization", algorithm 2,
//! arXiv:1711.05101; on top of Kingma and Ba (2015), "Adam", arXiv:1412.6980.

use tch::Tensor;

/// AdamW: a weight moves by its mean gradient, divided by the gradient's usual size.
///
/// With gradient `g` in step `s`, and learning rate `η`:
///
/// ```text
/// m ← β₁ m + (1 - β₁) g            v ← β₂ v + (1 - β₂) g²
/// w ← w - η λ w                    the decay, apart from the gradient
/// w ← w - η (m / (1 - β₁ˢ)) / (√(v / (1 - β₂ˢ)) + ε)
/// ```
///
/// The decay is the [`Optimizer`](crate::Optimizer)'s part: it is the same for every rule.
#[derive(Debug)]
pub(crate) struct AdamW {
    mean: Tensor,     // running mean of the gradient
    variance: Tensor, // running mean of its square
}

const BETAS: (f64, f64) = (0.9, 0.95);
const EPSILON: f64 = 1e-8;

impl AdamW {
    /// A rule for a weight of this shape that has seen no gradient yet.
    pub(crate) fn new(weight: &Tensor) -> Self {
        let zeros = || weight.zeros_like().detach();
        Self { mean: zeros(), variance: zeros() }
    }

    // ANCHOR: step
    pub(crate) fn step(
        &mut self,
        weight: &mut Tensor,
        gradient: &Tensor,
        rate: f64,
        steps: i32, // this one included
    ) {
        // lerp: a ← a + share · (b - a) = (1 - share) a + share b
        let _ = self.mean.lerp_(gradient, 1.0 - BETAS.0);
        let _ = self.variance.lerp_(&gradient.square(), 1.0 - BETAS.1);
        let mean_bias = 1.0 - BETAS.0.powi(steps);
        let variance_bias = 1.0 - BETAS.1.powi(steps);
        let size = (&self.variance / variance_bias).sqrt() + EPSILON;
        *weight -= &self.mean / size * (rate / mean_bias);
    }
    // ANCHOR_END: step

    pub(crate) fn memory(&self) -> [(&'static str, Tensor); 2] {
        [
            ("mean", self.mean.shallow_clone()),
            ("variance", self.variance.shallow_clone()),
        ]
    }
}
