//! Batch normalisation, the older norm, to compare with.
//!
//! Source: Ioffe and Szegedy (2015), "Batch Normalization", arXiv:1502.03167.

use tch::nn::{Init, ModuleT, Path};
use tch::{Kind, Tensor};

/// A batch norm: moves every *channel* to mean 0 and variance 1 over the rows of a batch.
///
/// The result for one row depends on which other rows are in the batch. So it can't be used on
/// a row alone, and it keeps running averages of means and variances for that time. GPT-2 has
/// none of it: a [`LayerNorm`](crate::LayerNorm) looks at one token only.
#[derive(Debug)]
pub struct BatchNorm {
    weight: Tensor,       // (c)
    bias: Tensor,         // (c)
    running_mean: Tensor, // (c)
    running_var: Tensor,  // (c)
    momentum: f64,
    epsilon: f64,
}

impl BatchNorm {
    /// Registers `weight`, `bias` and the two running averages under `path`.
    ///
    /// With each batch the averages move towards the batch's values by the share `momentum`
    /// (PyTorch: 0.1).
    pub fn new(path: &Path, c: i64, momentum: f64, epsilon: f64) -> Self {
        Self {
            weight: path.var("weight", &[c], Init::Const(1.0)),
            bias: path.var("bias", &[c], Init::Const(0.0)),
            running_mean: path.zeros_no_train("running_mean", &[c]),
            running_var: path.ones_no_train("running_var", &[c]),
            momentum,
            epsilon,
        }
    }

    /// Moves the running averages towards a batch's values. The variance among all rows that
    /// could be is estimated with `b - 1` in place of `b`.
    fn remember(&self, mean: &Tensor, variance: &Tensor, b: i64) {
        let unbiased = variance * b as f64 / (b - 1) as f64;
        tch::no_grad(|| {
            let _ = self.running_mean.shallow_clone().lerp_(mean, self.momentum);
            let _ =
                self.running_var.shallow_clone().lerp_(&unbiased, self.momentum);
        });
    }
}

// ANCHOR: batch_norm
impl ModuleT for BatchNorm {
    /// In training by the batch's own means and variances, otherwise by the running averages.
    ///
    /// # Shapes
    /// - `x`: `(b, c)`; in training `b` is at least 2
    /// - returns `(b, c)`
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        let (mean, variance) = if train {
            let mean = x.mean_dim(0, false, Kind::Float); // (c)
            let variance = (x - &mean).square().mean_dim(0, false, Kind::Float); // (c)
            self.remember(&mean, &variance, x.size()[0]);
            (mean, variance)
        } else {
            (self.running_mean.shallow_clone(), self.running_var.shallow_clone())
        };
        let scale = &self.weight / (variance + self.epsilon).sqrt(); // (c)
        (x - mean) * scale + &self.bias // (b, c)
    }
}
// ANCHOR_END: batch_norm
