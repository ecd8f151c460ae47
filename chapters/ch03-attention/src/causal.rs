//! Looking only backwards.

use ch00::axes;
use tch::nn::{ModuleT, Path};
use tch::{Device, Kind, Tensor};

use crate::{HeadConfig, SelfAttentionV2};

// ANCHOR: causal_mask
/// The future, marked: `true` at `(i, j)` where `j > i`, so where token `i` must not look.
///
/// # Shapes
/// - returns `(t, t)`, `Bool`
pub fn causal_mask(t: i64, device: Device) -> Tensor {
    Tensor::ones([t, t], (Kind::Bool, device)).triu(1)
}
// ANCHOR_END: causal_mask

// ANCHOR: causal_weights
/// How strongly each token looks at itself and at each earlier token. The queries may be those
/// of the last tokens only.
///
/// # Shapes
/// - `q`: `(…, n, d)`, `k`: `(…, t, d)`, where `n` is `t` or less
/// - returns `(…, n, t)`: row `i` sums to 1 and is 0 wherever `j > i + t - n`
pub fn causal_weights(q: &Tensor, k: &Tensor) -> Tensor {
    let [n, d] = [q.size()[q.dim() - 2], q.size()[q.dim() - 1]];
    let t = k.size()[k.dim() - 2];
    let mut scores = (q / (d as f64).sqrt()).matmul(&k.transpose(-2, -1)); // (…, n, t)
    let future = Tensor::full([n, t], f64::NEG_INFINITY, (q.kind(), q.device()));
    scores += future.triu(1 + t - n);
    scores.softmax(-1, q.kind())
}
// ANCHOR_END: causal_weights

// ANCHOR: renormalised_weights
/// [`causal_weights`] the long way: softmax over everything, cross out the future, then divide
/// each row by what is left of it.
///
/// The result is the same: softmax's own divisor cancels.
///
/// # Shapes
/// As [`causal_weights`].
pub fn renormalised_weights(q: &Tensor, k: &Tensor) -> Tensor {
    let [t, d] = [q.size()[q.dim() - 2], q.size()[q.dim() - 1]];
    let scores = q.matmul(&k.transpose(-2, -1)) / (d as f64).sqrt(); // (…, t, t)
    let past = causal_mask(t, q.device()).logical_not(); // (t, t)
    let kept = scores.softmax(-1, scores.kind()) * past; // (…, t, t)
    &kept / kept.sum_dim_intlist(-1, true, kept.kind())
}
// ANCHOR_END: renormalised_weights

/// One causal head with dropout on its weights.
#[derive(Debug)]
pub struct CausalAttention {
    projections: SelfAttentionV2,
    dropout: f64,
}

impl CausalAttention {
    /// Registers the head's parameters under `path`.
    pub fn new(path: &Path, config: HeadConfig) -> Self {
        Self {
            projections: SelfAttentionV2::new(path, config),
            dropout: config.dropout,
        }
    }

    /// The attention weights for `x`, without dropout.
    ///
    /// # Shapes
    /// - `x`: `(b, t, c_in)`
    /// - returns `(b, t, t)`
    pub fn weights(&self, x: &Tensor) -> Tensor {
        let [q, k, _] = self.projections.qkv(x);
        causal_weights(&q, &k)
    }
}

// ANCHOR: causal_forward
impl ModuleT for CausalAttention {
    /// # Shapes
    /// - `x`: `(b, t, c_in)`
    /// - returns `(b, t, c_out)`
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        let [_b, _t, _c] = axes(x, "x: (b, t, c)");
        let [q, k, v] = self.projections.qkv(x); // three of (b, t, c_out)
        let weights = causal_weights(&q, &k).dropout(self.dropout, train); // (b, t, t)
        weights.matmul(&v) // (b, t, c_out)
    }
}
// ANCHOR_END: causal_forward
