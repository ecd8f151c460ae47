//! Layer normalisation.
//!
//! Source: Ba et al. (2016), "Layer Normalization", arXiv:1607.06450.

use tch::Tensor;
use tch::nn::{Init, Module, Path};

use crate::{NormKind, RmsNorm};

// ANCHOR: layer_norm
/// Moves every token's vector to mean 0 and variance 1, then scales and shifts each channel:
/// `(x - mean) / √(variance + ε) · weight + bias`.
///
/// Mean and variance run over the *last* axis: each token is treated alone. Over the axis of
/// tokens they would leak the future into the past, and every shape would still be right.
/// The variance divides by `c`, not by `c - 1`, as in GPT-2.
///
/// # Shapes
/// - `x`: `(…, c)`
/// - `weight`, `bias`: `(c)`
/// - returns `(…, c)`
pub fn layer_norm(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    epsilon: f64,
) -> Tensor {
    let mean = x.mean_dim(-1, true, x.kind()); // (…, 1)
    let centred = x - mean; // (…, c)
    let variance = centred.square().mean_dim(-1, true, x.kind()); // (…, 1)
    centred / (variance + epsilon).sqrt() * weight + bias
}
// ANCHOR_END: layer_norm

/// A layer norm with its trained scale and shift.
#[derive(Debug)]
pub struct LayerNorm {
    weight: Tensor, // (c)
    bias: Tensor,   // (c)
    epsilon: f64,
}

impl LayerNorm {
    /// Registers `weight`, all 1, and `bias`, all 0, under `path`.
    pub fn new(path: &Path, c: i64, epsilon: f64) -> Self {
        Self {
            weight: path.var("weight", &[c], Init::Const(1.0)),
            bias: path.var("bias", &[c], Init::Const(0.0)),
            epsilon,
        }
    }
}

impl Module for LayerNorm {
    /// What [`layer_norm`] computes, in libtorch's single pass over memory.
    ///
    /// # Shapes
    /// - `x`: `(…, c)`
    /// - returns `(…, c)`
    fn forward(&self, x: &Tensor) -> Tensor {
        let shape = self.weight.size();
        x.layer_norm(
            shape,
            Some(&self.weight),
            Some(&self.bias),
            self.epsilon,
            false,
        )
    }
}

/// The norm that a model has before each layer.
#[derive(Debug)]
pub enum Norm {
    /// GPT-2's
    Layer(LayerNorm),
    /// That of many later models
    Rms(RmsNorm),
}

impl Norm {
    /// Registers a norm of this kind under `path`.
    pub fn new(path: &Path, kind: NormKind, c: i64, epsilon: f64) -> Self {
        match kind {
            NormKind::Layer => Self::Layer(LayerNorm::new(path, c, epsilon)),
            NormKind::Rms => Self::Rms(RmsNorm::new(path, c, epsilon)),
        }
    }
}

impl Module for Norm {
    /// # Shapes
    /// - `x`: `(…, c)`
    /// - returns `(…, c)`
    fn forward(&self, x: &Tensor) -> Tensor {
        match self {
            Self::Layer(norm) => norm.forward(x),
            Self::Rms(norm) => norm.forward(x),
        }
    }
}
