//! What shortcuts are for: a deep network with and without them.
//!
//! Source: He et al. (2016), "Deep Residual Learning for Image Recognition",
//! arXiv:1512.03385.

use ch00::Linear;
use tch::nn::{Module, Path};
use tch::{Kind, Reduction, Tensor};

use crate::Gelu;

/// A stack of layers `GELU(x W + b)`, with or without a shortcut around each.
#[derive(Debug)]
pub struct DeepNetwork {
    layers: Vec<Linear>,
    shortcuts: bool,
}

impl DeepNetwork {
    /// Registers a layer from each width to the next, with PyTorch's start values.
    pub fn new(path: &Path, widths: &[i64], shortcuts: bool) -> Self {
        let layers = widths
            .windows(2)
            .enumerate()
            .map(|(i, two)| Linear::new(&(path / i), two[0], two[1], true))
            .collect();
        Self { layers, shortcuts }
    }

    /// How steep the loss is in each layer's weights: the mean absolute gradient, for the mean
    /// square of what the network makes of `x`.
    ///
    /// # Shapes
    /// - `x`: `(b, c)`, `c` the first width
    pub fn mean_gradients(&self, x: &Tensor) -> Vec<f64> {
        let y = self.forward(x);
        y.mse_loss(&y.zeros_like(), Reduction::Mean).backward();
        let gradient = |layer: &Linear| {
            layer.weight.grad().abs().mean(Kind::Double).double_value(&[])
        };
        self.layers.iter().map(gradient).collect()
    }
}

// ANCHOR: shortcuts
impl Module for DeepNetwork {
    /// # Shapes
    /// - `x`: `(b, c)`, `c` the first width
    /// - returns `(b, c')`, `c'` the last width
    fn forward(&self, x: &Tensor) -> Tensor {
        let mut x = x.shallow_clone();
        for layer in &self.layers {
            let y = Gelu::Tanh.forward(&layer.forward(&x));
            // What has another width can't be added.
            let fits = self.shortcuts && y.size() == x.size();
            x = if fits { x + y } else { y };
        }
        x
    }
}
// ANCHOR_END: shortcuts
