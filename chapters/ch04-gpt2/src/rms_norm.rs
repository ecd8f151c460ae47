//! RMS norm: layer norm without the mean.
//!
//! Source: Zhang and Sennrich (2019), "Root Mean Square Layer Normalization",
//! arXiv:1910.07467.

use tch::Tensor;
use tch::nn::{Init, Module, Path};

// ANCHOR: rms_norm
/// Scales every token's vector to a mean square of 1, then each channel by `weight`:
/// `x / √(mean(x²) + ε) · weight`.
///
/// # Shapes
/// - `x`: `(…, c)`
/// - `weight`: `(c)`
/// - returns `(…, c)`
pub fn rms_norm(x: &Tensor, weight: &Tensor, epsilon: f64) -> Tensor {
    let mean_square = x.square().mean_dim(-1, true, x.kind()); // (…, 1)
    x / (mean_square + epsilon).sqrt() * weight
}
// ANCHOR_END: rms_norm

/// An RMS norm with its trained scale.
#[derive(Debug)]
pub struct RmsNorm {
    weight: Tensor, // (c)
    epsilon: f64,
}

impl RmsNorm {
    /// Registers `weight`, all 1, under `path`.
    pub fn new(path: &Path, c: i64, epsilon: f64) -> Self {
        Self { weight: path.var("weight", &[c], Init::Const(1.0)), epsilon }
    }
}

impl Module for RmsNorm {
    /// What [`rms_norm`] computes, by libtorch's own function: it works in 32 bits also where `x`
    /// has 16.
    ///
    /// # Shapes
    /// - `x`: `(…, c)`
    /// - returns `(…, c)`
    fn forward(&self, x: &Tensor) -> Tensor {
        x.rms_norm(self.weight.size(), Some(&self.weight), self.epsilon)
    }
}
