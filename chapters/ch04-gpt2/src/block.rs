//! One block of GPT-2: exchange, then think, each beside a shortcut.

use ch03::{CausalSelfAttention, SelfAttentionConfig};
use tch::Tensor;
use tch::nn::{Module, ModuleT, Path};

use crate::{FeedForward, Gpt2Config, LayerNorm};

/// `x + attention(norm(x))`, then `x + feed_forward(norm(x))`.
///
/// The norms stand *before* the layers, so the shortcut runs from the first block to the last
/// without a bend (Xiong et al. 2020, "On Layer Normalization in the Transformer
/// Architecture", arXiv:2002.04745).
#[derive(Debug)]
pub struct Block {
    ln_1: LayerNorm,
    attn: CausalSelfAttention,
    ln_2: LayerNorm,
    mlp: FeedForward,
}

impl Block {
    /// Registers the block's parameters under `path`, with GPT-2's names.
    pub fn new(path: &Path, config: &Gpt2Config) -> Self {
        // 2n layers add to the shortcut. Each starts smaller by √(2n), so that their sum has
        // the scale of one (Radford et al. 2019, section 2.3).
        let proj_std =
            config.initializer_range / (2.0 * config.n_layer as f64).sqrt();
        let attention = SelfAttentionConfig {
            n_embd: config.n_embd,
            n_head: config.n_head,
            attn_dropout: config.attn_pdrop,
            resid_dropout: config.resid_pdrop,
            qkv_bias: config.qkv_bias,
            init_std: config.initializer_range,
            proj_init_std: proj_std,
            kernel: config.attention_kernel,
        };
        let norm = |name| {
            LayerNorm::new(&(path / name), config.n_embd, config.layer_norm_epsilon)
        };
        Self {
            ln_1: norm("ln_1"),
            attn: CausalSelfAttention::new(&(path / "attn"), attention),
            ln_2: norm("ln_2"),
            mlp: FeedForward::new(&(path / "mlp"), config, proj_std),
        }
    }
}

impl Block {
    /// The attention weights of every head, without dropout.
    ///
    /// # Shapes
    /// - `x`: `(b, t, c)`
    /// - returns `(b, h, t, t)`
    pub fn weights(&self, x: &Tensor) -> Tensor {
        self.attn.weights(&self.ln_1.forward(x))
    }
}

// ANCHOR: block_forward
impl ModuleT for Block {
    /// # Shapes
    /// - `x`: `(b, t, c)`
    /// - returns `(b, t, c)`
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        let x = x + self.attn.forward_t(&self.ln_1.forward(x), train);
        &x + self.mlp.forward_t(&self.ln_2.forward(&x), train)
    }
}
// ANCHOR_END: block_forward
