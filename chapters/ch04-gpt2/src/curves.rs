//! GELU and ReLU, and how steep they are: the numbers of a figure.

use tch::{Kind, Tensor};

use crate::gelu;

/// A curve at some points, with its slopes there.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The values
    pub y: Vec<f64>,
    /// The slopes, which autograd computes
    pub slope: Vec<f64>,
}

impl Curve {
    /// The values and slopes of `curve`, a function of one number, at `x`.
    pub fn of(curve: impl Fn(&Tensor) -> Tensor, x: &[f64]) -> Self {
        let x = Tensor::from_slice(x).set_requires_grad(true); // (points)
        let y = curve(&x); // (points)
        // Each value depends on its own point alone, so the sum's gradient holds the slopes.
        y.sum(Kind::Double).backward();
        let numbers = |tensor: &Tensor| {
            Vec::try_from(tensor.detach()).expect("one axis of doubles")
        };
        Self { y: numbers(&y), slope: numbers(&x.grad()) }
    }

    /// GELU's curve.
    pub fn gelu(x: &[f64]) -> Self {
        Self::of(gelu, x)
    }

    /// The curve of ReLU, `max(x, 0)`.
    pub fn relu(x: &[f64]) -> Self {
        Self::of(Tensor::relu, x)
    }
}
