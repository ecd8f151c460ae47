//! GPT-2's form of multi-head attention: one product for queries, keys and values, and a choice
//! of two ways to compute the rest.

use ch00::{Linear, chunks, dropout};
use serde::{Deserialize, Serialize};
use tch::nn::{Module, ModuleT, Path};
use tch::{Device, Kind, Tensor};

use crate::blocks::in_blocks;
use crate::positions::Rotary;
use crate::{causal_weights, merge_heads, split_heads};

/// Which code turns queries, keys and values into contexts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kernel {
    /// The formula, step by step. Holds all `(b, h, t, t)` weights in memory.
    Explicit,
    /// libtorch's `scaled_dot_product_attention`. Works in blocks and never holds them all
    /// (Dao et al. 2022, "FlashAttention", arXiv:2205.14135).
    #[default]
    Fused,
    /// The formula for [`BLOCK`](crate::BLOCK) queries at a time, each with the keys that come
    /// before it: so nearly half of the weights, all 0, are never made.
    Blocks,
}

/// The sizes and switches of a [`CausalSelfAttention`].
#[derive(Clone, Copy, Debug)]
pub struct SelfAttentionConfig {
    /// Channels, in and out
    pub n_embd: i64,
    /// Heads; divides `n_embd`
    pub n_head: i64,
    /// Share of the attention weights set to 0 while training
    pub attn_dropout: f64,
    /// Share of the outputs set to 0 while training
    pub resid_dropout: f64,
    /// Whether queries, keys and values get a bias (GPT-2: yes)
    pub qkv_bias: bool,
    /// Standard deviation that `c_attn`'s weights start with (GPT-2: 0.02)
    pub init_std: f64,
    /// Standard deviation that `c_proj`'s weights start with (GPT-2: `0.02 / √(2n)`)
    pub proj_init_std: f64,
    /// How the contexts are computed
    pub kernel: Kernel,
}

// ANCHOR: fused
/// Multi-head causal self-attention with the parameter names of OpenAI's GPT-2.
#[derive(Debug)]
pub struct CausalSelfAttention {
    c_attn: Linear, // c -> 3c: queries, keys and values in one product
    c_proj: Linear, // c -> c
    config: SelfAttentionConfig,
    rotary: Option<Rotary>, // none in GPT-2, see the last page of chapter 4
}
// ANCHOR_END: fused

impl CausalSelfAttention {
    /// Registers `c_attn` and `c_proj` under `path`.
    ///
    /// # Panics
    /// When `n_embd` is not a multiple of `n_head`.
    pub fn new(path: &Path, config: SelfAttentionConfig) -> Self {
        let SelfAttentionConfig {
            n_embd,
            n_head,
            qkv_bias,
            init_std,
            proj_init_std,
            ..
        } = config;
        assert_eq!(
            n_embd % n_head,
            0,
            "n_embd = {n_embd} must be a multiple of n_head = {n_head}"
        );
        let (attn, proj) = (path / "c_attn", path / "c_proj");
        Self {
            c_attn: Linear::gaussian(&attn, n_embd, 3 * n_embd, qkv_bias, init_std),
            c_proj: Linear::gaussian(&proj, n_embd, n_embd, true, proj_init_std),
            config,
            rotary: None,
        }
    }

    /// The same layer, whose queries and keys turn by their positions. GPT-2's do not: there
    /// the tokens come with a position's vector added.
    #[must_use]
    pub fn with_rotary(self, rotary: Rotary) -> Self {
        Self { rotary: Some(rotary), ..self }
    }

    // ANCHOR: qkv
    /// The queries, keys and values of `x`, each `(b, h, t, d)`.
    fn qkv(&self, x: &Tensor) -> [Tensor; 3] {
        let qkv = self.c_attn.forward(x); // (b, t, 3c)
        let [q, k, v] =
            chunks(&qkv, -1).map(|part| split_heads(&part, self.config.n_head));
        match &self.rotary {
            Some(rotary) => [rotary.turn(&q, 0), rotary.turn(&k, 0), v],
            None => [q, k, v],
        }
    }
    // ANCHOR_END: qkv

    /// The kernel to use while training on `x`. On the CPU libtorch's has no dropout: it would do
    /// the formula, and more slowly than we do. And 16 bits it multiplies as if they were 32.
    fn training_kernel(&self, x: &Tensor) -> Kernel {
        let libtorch_is_slow = x.device() == Device::Cpu
            && (self.config.attn_dropout > 0.0 || x.kind() == Kind::BFloat16);
        match self.config.kernel {
            Kernel::Fused if libtorch_is_slow => Kernel::Blocks,
            kernel => kernel,
        }
    }

    /// The attention weights of every head, without dropout.
    ///
    /// # Shapes
    /// - `x`: `(b, t, c)`
    /// - returns `(b, h, t, t)`
    pub fn weights(&self, x: &Tensor) -> Tensor {
        let [q, k, _] = self.qkv(x);
        causal_weights(&q, &k)
    }
}

// ANCHOR: fused_forward
impl ModuleT for CausalSelfAttention {
    /// # Shapes
    /// - `x`: `(b, t, c)`
    /// - returns `(b, t, c)`
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        let [q, k, v] = self.qkv(x); // three of (b, h, t, d)
        let (kernel, share) = match train {
            true => (self.training_kernel(x), self.config.attn_dropout),
            false => (self.config.kernel, 0.0),
        };
        let formula = |q: &Tensor, k: &Tensor, v: &Tensor| {
            dropout(&causal_weights(q, k), share, train).matmul(v)
        };
        let contexts = match kernel {
            Kernel::Explicit => formula(&q, &k, &v),
            Kernel::Blocks => {
                // With one axis for all heads, the products of a block copy nothing.
                let [q, k, v] = [&q, &k, &v].map(|x| x.flatten(0, 1)); // (b * h, t, d)
                let contexts = in_blocks([&q, &k, &v], formula);
                contexts.unflatten(0, [-1, self.config.n_head])
            }
            Kernel::Fused => {
                let (mask, causal, scale, shared_keys) =
                    (None::<&Tensor>, true, None, false);
                Tensor::scaled_dot_product_attention(
                    &q,
                    &k,
                    &v,
                    mask,
                    share,
                    causal,
                    scale,
                    shared_keys,
                )
            }
        }; // (b, h, t, d)
        let mixed = self.c_proj.forward(&merge_heads(&contexts)); // (b, t, c)
        dropout(&mixed, self.config.resid_dropout, train)
    }
}
// ANCHOR_END: fused_forward
