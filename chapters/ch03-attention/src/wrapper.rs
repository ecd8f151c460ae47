//! Several heads, the obvious way: make them one by one and put their outputs side by side.

use tch::Tensor;
use tch::nn::{ModuleT, Path};

use crate::{CausalAttention, HeadConfig};

// ANCHOR: wrapper
/// `n_head` causal heads that know nothing of each other.
#[derive(Debug)]
pub struct MultiHeadWrapper {
    heads: Vec<CausalAttention>,
}

impl MultiHeadWrapper {
    /// Registers the heads under `path` as `0`, `1`, … Each gives `head.c_out` channels.
    pub fn new(path: &Path, n_head: i64, head: HeadConfig) -> Self {
        let heads =
            (0..n_head).map(|i| CausalAttention::new(&(path / i), head)).collect();
        Self { heads }
    }
}

impl ModuleT for MultiHeadWrapper {
    /// # Shapes
    /// - `x`: `(b, t, c_in)`
    /// - returns `(b, t, h · c_out)`
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        let outputs: Vec<_> =
            self.heads.iter().map(|head| head.forward_t(x, train)).collect();
        Tensor::cat(&outputs, -1)
    }
}
// ANCHOR_END: wrapper

impl MultiHeadWrapper {
    /// The attention weights of every head, without dropout.
    ///
    /// # Shapes
    /// - `x`: `(b, t, c_in)`
    /// - returns `(b, h, t, t)`
    pub fn weights(&self, x: &Tensor) -> Tensor {
        let weights: Vec<_> =
            self.heads.iter().map(|head| head.weights(x)).collect();
        Tensor::stack(&weights, 1)
    }
}
