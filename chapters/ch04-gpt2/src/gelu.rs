//! GELU, the bend between the two feed-forward layers.
//!
//! Source: Hendrycks and Gimpel (2016), "Gaussian Error Linear Units", arXiv:1606.08415.

use std::f64::consts::{FRAC_2_PI, SQRT_2};

use serde::{Deserialize, Serialize};
use tch::Tensor;

/// `x · Φ(x)`, where `Φ` is the share of a normal distribution that lies below `x`:
/// `x/2 · (1 + erf(x / √2))`.
pub fn gelu(x: &Tensor) -> Tensor {
    x * 0.5 * ((x / SQRT_2).erf() + 1.0)
}

/// The approximation that GPT-2 was trained with:
/// `x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))`.
///
/// It differs from [`gelu`] by less than 0.0005 everywhere, but weights trained with one want
/// that one.
pub fn gelu_tanh(x: &Tensor) -> Tensor {
    let inner = (x + x.pow_tensor_scalar(3) * 0.044715) * FRAC_2_PI.sqrt();
    x * 0.5 * (inner.tanh() + 1.0)
}

/// The two forms, by the names they have in a `config.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gelu {
    /// [`gelu`]
    #[serde(rename = "gelu")]
    Exact,
    /// [`gelu_tanh`]
    #[serde(rename = "gelu_new")]
    Tanh,
}

impl Gelu {
    /// What [`gelu`] or [`gelu_tanh`] computes, in libtorch's single pass over memory.
    pub fn forward(self, x: &Tensor) -> Tensor {
        match self {
            Self::Exact => x.gelu("none"),
            Self::Tanh => x.gelu("tanh"),
        }
    }
}
