//! The usual rule, by hand.
//!
//! Source: Loshchilov and Hutter (2019), "Decoupled Weight Decay Regularization", algorithm 2,
//! arXiv:1711.05101; on top of Kingma and Ba (2015), "Adam", arXiv:1412.6980.

use tch::Tensor;

use crate::one_pass::OnePass;

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
    pub(crate) mean: Tensor,     // running mean of the gradient
    pub(crate) variance: Tensor, // running mean of its square
}

pub(crate) const BETAS: (f64, f64) = (0.9, 0.95);
pub(crate) const EPSILON: f64 = 1e-8;

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

    /// The same as [`step`](Self::step), and the decay, in one pass over memory; `false` where
    /// that can't be done.
    pub(crate) fn step_in_one_pass(
        &mut self,
        parameter: &mut Tensor,
        rest: Option<&mut Tensor>,
        gradient: &mut Tensor,
        [rate, decay]: [f64; 2],
        steps: i32,
    ) -> bool {
        let pass = OnePass {
            keep: (1.0 - decay) as f32,
            rate: (rate / (1.0 - BETAS.0.powi(steps))) as f32,
            variance_bias: (1.0 - BETAS.1.powi(steps)) as f32,
        };
        let means = [&mut self.mean, &mut self.variance];
        pass.step_all(parameter, rest, gradient, means)
    }

    pub(crate) fn memory(&self) -> [(&'static str, Tensor); 2] {
        [
            ("mean", self.mean.shallow_clone()),
            ("variance", self.variance.shallow_clone()),
        ]
    }
}
