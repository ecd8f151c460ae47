//! Several heads from one matrix product: compute wide, then split.

use ch00::{Linear, axes};
use tch::Tensor;
use tch::nn::{Module, ModuleT, Path};

use crate::{HeadConfig, causal_weights};

// ANCHOR: split_heads
/// Cuts the channels into `n_head` groups and makes each group a head of its own.
///
/// # Shapes
/// - `x`: `(b, t, c)`
/// - returns `(b, h, t, d)` with `d = c / h`
///
/// # Panics
/// When `c` is not a multiple of `n_head`.
pub fn split_heads(x: &Tensor, n_head: i64) -> Tensor {
    let [b, t, c] = axes(x, "x: (b, t, c)");
    assert_eq!(
        c % n_head,
        0,
        "c = {c} channels can't be split evenly over {n_head} heads"
    );
    x.reshape([b, t, n_head, c / n_head]) // (b, t, h, d): the channels, cut
        .transpose(1, 2) // (b, h, t, d): heads beside the batch
}
// ANCHOR_END: split_heads

// ANCHOR: merge_heads
/// Puts the heads' channels side by side again: the inverse of [`split_heads`].
///
/// # Shapes
/// - `x`: `(b, h, t, d)`
/// - returns `(b, t, c)` with `c = h · d`
pub fn merge_heads(x: &Tensor) -> Tensor {
    x.transpose(1, 2) // (b, t, h, d)
        .flatten(2, 3) // (b, t, c)
}
// ANCHOR_END: merge_heads

// ANCHOR: struct
/// Multi-head causal attention: the heads of a [`MultiHeadWrapper`](crate::MultiHeadWrapper)
/// from one product each for queries, keys and values, and a last layer that mixes the heads.
#[derive(Debug)]
pub struct MultiHeadAttention {
    w_query: Linear,  // c_in -> c
    w_key: Linear,    // c_in -> c
    w_value: Linear,  // c_in -> c
    out_proj: Linear, // c -> c
    n_head: i64,
    dropout: f64,
}
// ANCHOR_END: struct

impl MultiHeadAttention {
    /// Registers the four layers under `path`. `config.c_out` counts the channels of all heads.
    ///
    /// # Panics
    /// When `config.c_out` is not a multiple of `n_head`.
    pub fn new(path: &Path, n_head: i64, config: HeadConfig) -> Self {
        let HeadConfig { c_in, c_out, dropout, qkv_bias } = config;
        assert_eq!(
            c_out % n_head,
            0,
            "c_out = {c_out} must be a multiple of n_head = {n_head}"
        );
        let qkv = |name: &str| Linear::new(&(path / name), c_in, c_out, qkv_bias);
        Self {
            w_query: qkv("w_query"),
            w_key: qkv("w_key"),
            w_value: qkv("w_value"),
            out_proj: Linear::new(&(path / "out_proj"), c_out, c_out, true),
            n_head,
            dropout,
        }
    }

    /// The attention weights of every head, without dropout.
    ///
    /// # Shapes
    /// - `x`: `(b, t, c_in)`
    /// - returns `(b, h, t, t)`
    pub fn weights(&self, x: &Tensor) -> Tensor {
        let [q, k] = [&self.w_query, &self.w_key]
            .map(|w| split_heads(&w.forward(x), self.n_head));
        causal_weights(&q, &k)
    }
}

// ANCHOR: forward
impl ModuleT for MultiHeadAttention {
    /// # Shapes
    /// - `x`: `(b, t, c_in)`
    /// - returns `(b, t, c)`
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        let [_b, _t, _c_in] = axes(x, "x: (b, t, c)");
        // each (b, t, c_in) -> (b, t, c) -> (b, h, t, d)
        let [q, k, v] = [&self.w_query, &self.w_key, &self.w_value]
            .map(|w| split_heads(&w.forward(x), self.n_head));

        let weights = causal_weights(&q, &k).dropout(self.dropout, train); // (b, h, t, t)
        let contexts = weights.matmul(&v); // (b, h, t, d)
        self.out_proj.forward(&merge_heads(&contexts)) // (b, t, c)
    }
}
// ANCHOR_END: forward
