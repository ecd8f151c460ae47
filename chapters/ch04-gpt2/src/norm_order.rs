//! Where the norm stands: before a layer, as in GPT-2, or after the shortcut, as in the first
//! transformer.
//!
//! Source: Xiong et al. (2020), "On Layer Normalization in the Transformer Architecture",
//! arXiv:2002.04745.

use ch03::{CausalSelfAttention, SelfAttentionConfig};
use tch::nn::{Module, ModuleT, Path, VarStore};
use tch::{Device, Kind, Tensor};

use crate::{FeedForward, Gpt2Config, LayerNorm};

/// The two places of the norm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormOrder {
    /// `x + f(norm(x))`: GPT-2 and nearly all models since
    Pre,
    /// `norm(x + f(x))`: Vaswani et al. (2017), GPT-1
    Post,
}

impl NormOrder {
    // ANCHOR: norm_order
    /// A layer, its norm and its shortcut, in this order.
    ///
    /// # Shapes
    /// - `x`: `(b, t, c)`
    /// - returns `(b, t, c)`
    pub fn apply(
        self,
        x: &Tensor,
        norm: &LayerNorm,
        layer: &impl ModuleT,
    ) -> Tensor {
        match self {
            Self::Pre => x + layer.forward_t(&norm.forward(x), false),
            Self::Post => norm.forward(&(x + layer.forward_t(x, false))),
        }
    }
    // ANCHOR_END: norm_order

    /// How steep the loss is at the start in the weights of each block: the root mean square of
    /// the gradient of the last matrix of its feed-forward layer, from the first block to the
    /// last.
    ///
    /// The blocks have random weights of the scale `1 / √c`, as Xiong et al. give them, and the
    /// model is asked for random ids of `v`. With `Pre` a last norm follows, as in GPT-2.
    ///
    /// # Shapes
    /// - `x`: `(b, t, c)`: what the first block reads
    pub fn gradients_at_start(self, n: i64, v: i64, x: &Tensor) -> Vec<f64> {
        let [b, t, c] = ch00::axes(x, "x: (b, t, c)");
        let variables = VarStore::new(Device::Cpu);
        let root = variables.root();
        let blocks: Vec<_> = (0..n).map(|i| Block::new(&(&root / i), c)).collect();
        let mut x = x.shallow_clone();
        for block in &blocks {
            x = self.apply(&x, &block.ln_1, &block.attn);
            x = self.apply(&x, &block.ln_2, &block.mlp);
        }
        if self == Self::Pre {
            x = LayerNorm::new(&(&root / "ln_f"), c, EPSILON).forward(&x);
        }
        let table = Tensor::randn([c, v], (Kind::Float, Device::Cpu)) / root_of(c);
        let targets = Tensor::randint(v, [b * t], (Kind::Int64, Device::Cpu));
        x.matmul(&table)
            .view([b * t, v])
            .cross_entropy_for_logits(&targets)
            .backward();
        let variables = variables.variables();
        let gradient = |i| {
            let gradient = variables[&format!("{i}.mlp.c_proj.weight")].grad();
            gradient.square().mean(Kind::Double).sqrt().double_value(&[])
        };
        (0..n).map(gradient).collect()
    }
}

const EPSILON: f64 = 1e-5;
const CHANNELS_OF_A_HEAD: i64 = 16;

fn root_of(c: i64) -> f64 {
    (c as f64).sqrt()
}

/// The parts of a block, to be put together in either order.
struct Block {
    ln_1: LayerNorm,
    attn: CausalSelfAttention,
    ln_2: LayerNorm,
    mlp: FeedForward,
}

impl Block {
    fn new(path: &Path, c: i64) -> Self {
        let std = 1.0 / root_of(c);
        let config = Gpt2Config {
            n_embd: c,
            initializer_range: std,
            resid_pdrop: 0.0,
            ..Gpt2Config::default()
        };
        let attention = SelfAttentionConfig {
            n_embd: c,
            n_head: c / CHANNELS_OF_A_HEAD,
            attn_dropout: 0.0,
            resid_dropout: 0.0,
            qkv_bias: true,
            init_std: std,
            proj_init_std: std,
            kernel: config.attention_kernel,
        };
        Self {
            ln_1: LayerNorm::new(&(path / "ln_1"), c, EPSILON),
            attn: CausalSelfAttention::new(&(path / "attn"), attention),
            ln_2: LayerNorm::new(&(path / "ln_2"), c, EPSILON),
            // The second matrix is four times as long, so half the scale keeps the size.
            mlp: FeedForward::new(&(path / "mlp"), &config, std / 2.0),
        }
    }
}
