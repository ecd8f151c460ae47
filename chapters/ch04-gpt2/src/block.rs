//! One block of GPT-2: exchange, then think, each beside a shortcut.

use ch03::positions::Rotary;
use ch03::{CausalSelfAttention, SelfAttentionConfig};
use tch::nn::{Module, ModuleT, Path};
use tch::{Device, Tensor};

use crate::{Gpt2Config, Mlp, Norm, PositionKind};

/// `x + attention(norm(x))`, then `x + feed_forward(norm(x))`.
///
/// The norms stand *before* the layers, so the shortcut runs from the first block to the last
/// without a bend (Xiong et al. 2020, "On Layer Normalization in the Transformer
/// Architecture", arXiv:2002.04745).
#[derive(Debug)]
pub struct Block {
    ln_1: Norm,
    attn: CausalSelfAttention,
    ln_2: Norm,
    mlp: Mlp,
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
            let Gpt2Config { norm, n_embd, layer_norm_epsilon, .. } = *config;
            Norm::new(&(path / name), norm, n_embd, layer_norm_epsilon)
        };
        let ln_1 = norm("ln_1");
        let attn = CausalSelfAttention::new(&(path / "attn"), attention);
        let attn = match config.positions {
            PositionKind::Learned => attn,
            PositionKind::Rotary => attn.with_rotary(rotary(config, path.device())),
        };
        Self {
            ln_1,
            attn,
            ln_2: norm("ln_2"),
            mlp: Mlp::new(&(path / "mlp"), config, proj_std),
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

/// The angles by which queries and keys turn.
fn rotary(config: &Gpt2Config, device: Device) -> Rotary {
    let d = config.n_embd / config.n_head;
    Rotary::new(config.n_positions, d, ROTARY_BASE, device)
}

/// The first pair turns by one radian at each position, the last one almost `ROTARY_BASE` times
/// more slowly.
const ROTARY_BASE: f64 = 10_000.0;

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
