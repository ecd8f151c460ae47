//! Two layers that know their gradients.

use std::collections::BTreeMap;

use tch::Tensor;

use crate::head_loss::carrier;

/// How fast a loss grows with each parameter, by the parameter's name.
pub type Gradients = BTreeMap<String, Tensor>;

/// `y = x W + b`
pub(super) struct Linear {
    pub(super) name: String,
    pub(super) weight: Tensor,       // (c_in, c_out)
    pub(super) bias: Option<Tensor>, // (c_out)
}

// ANCHOR: linear
impl Linear {
    /// # Shapes
    /// - `x`: `(n, c_in)`
    /// - returns `(n, c_out)`
    pub(super) fn forward(&self, x: &Tensor) -> Tensor {
        match &self.bias {
            Some(bias) => bias.addmm(x, &self.weight), // the product starts with the bias
            None => x.matmul(&self.weight),
        }
    }

    /// The gradient of `x` from that of `y`. Those of weight and bias are put into `found`.
    ///
    /// ```text
    /// ∂x = ∂y Wᵀ      ∂W = xᵀ ∂y      ∂b = the sum of ∂y's rows
    /// ```
    ///
    /// # Shapes
    /// - `x`, returned: `(n, c_in)`
    /// - `dy`: `(n, c_out)`
    pub(super) fn backward(
        &self,
        x: &Tensor,
        dy: &Tensor,
        found: &mut Gradients,
    ) -> Tensor {
        found.insert(format!("{}.weight", self.name), x.tr().matmul(dy));
        if self.bias.is_some() {
            let sum = dy.sum_dim_intlist(0, false, dy.kind());
            found.insert(format!("{}.bias", self.name), sum);
        }
        dy.matmul(&self.weight.tr())
    }
}
// ANCHOR_END: linear

/// A layer norm.
pub(super) struct Norm {
    pub(super) name: String,
    pub(super) weight: Tensor, // (c)
    pub(super) bias: Tensor,   // (c)
    pub(super) epsilon: f64,
}

impl Norm {
    /// # Shapes
    /// - `x`, returned: `(n, c)`
    pub(super) fn forward(&self, x: &Tensor) -> Tensor {
        let (weight, bias) = (Some(&self.weight), Some(&self.bias));
        x.layer_norm(self.weight.size(), weight, bias, self.epsilon, false)
    }

    /// Normalises `x` again, and keeps the way back. It was quicker made twice than kept.
    ///
    /// The gradient takes ten operations on tensors, or one of libtorch's, which only autograd
    /// may call. So there is a graph here, of this operation alone.
    pub(super) fn again(&self, x: &Tensor) -> NormAgain {
        let leaf = |x: &Tensor| x.detach().set_requires_grad(true);
        let norm = Self {
            name: self.name.clone(),
            weight: leaf(&self.weight),
            bias: leaf(&self.bias),
            epsilon: self.epsilon,
        };
        let x = leaf(x);
        let y = norm.forward(&x);
        NormAgain { norm, x, y }
    }
}

/// A norm that was made [again](Norm::again).
pub(super) struct NormAgain {
    norm: Norm,
    x: Tensor, // (n, c)
    y: Tensor, // (n, c)
}

impl NormAgain {
    /// What the norm said, `(n, c)`.
    pub(super) fn normed(&self) -> Tensor {
        self.y.detach()
    }

    /// The gradient of `x` from that of `y`. Those of weight and bias are put into `found`.
    ///
    /// # Shapes
    /// - `dy`, returned: `(n, c)`
    pub(super) fn backward(self, dy: &Tensor, found: &mut Gradients) -> Tensor {
        let Norm { name, weight, bias, .. } = self.norm;
        let leaves = [&self.x, &weight, &bias];
        let loss = carrier(&self.y, dy);
        let mut slopes = Tensor::run_backward(&[loss], &leaves, false, false);
        for (part, slope) in ["weight", "bias"].into_iter().zip(slopes.drain(1..)) {
            found.insert(format!("{name}.{part}"), slope);
        }
        slopes.remove(0)
    }
}
