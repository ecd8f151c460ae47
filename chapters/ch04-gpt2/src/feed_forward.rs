//! The feed-forward layer: after the tokens have exchanged what they know, each works on it
//! alone.

use ch00::{Linear, dropout};
use tch::Tensor;
use tch::nn::{Module, ModuleT, Path};

use crate::{FeedForwardKind, Gelu, Gpt2Config, SwiGlu};

/// Widen four times, bend, narrow again: `GELU(x W + b) W' + b'`.
#[derive(Debug)]
pub struct FeedForward {
    c_fc: Linear,   // c -> f = 4c
    c_proj: Linear, // f -> c
    activation: Gelu,
    dropout: f64,
}

impl FeedForward {
    /// Registers `c_fc` and `c_proj` under `path`; `proj_std` is what `c_proj` starts with.
    pub fn new(path: &Path, config: &Gpt2Config, proj_std: f64) -> Self {
        let (c, f) = (config.n_embd, 4 * config.n_embd);
        Self {
            c_fc: Linear::gaussian(
                &(path / "c_fc"),
                c,
                f,
                true,
                config.initializer_range,
            ),
            c_proj: Linear::gaussian(&(path / "c_proj"), f, c, true, proj_std),
            activation: config.activation_function,
            dropout: config.resid_pdrop,
        }
    }
}

// ANCHOR: feed_forward
impl ModuleT for FeedForward {
    /// # Shapes
    /// - `x`: `(b, t, c)`
    /// - returns `(b, t, c)`
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        let wide = self.activation.forward(&self.c_fc.forward(x)); // (b, t, f)
        dropout(&self.c_proj.forward(&wide), self.dropout, train) // (b, t, c)
    }
}
// ANCHOR_END: feed_forward

/// The feed-forward layer that a model has.
#[derive(Debug)]
pub enum Mlp {
    /// GPT-2's
    Gelu(FeedForward),
    /// That of many later models
    SwiGlu(SwiGlu),
}

impl Mlp {
    /// Registers the layer that `config` asks for under `path`; `proj_std` is what its last
    /// matrix starts with.
    pub fn new(path: &Path, config: &Gpt2Config, proj_std: f64) -> Self {
        match config.feed_forward {
            FeedForwardKind::Gelu => {
                Self::Gelu(FeedForward::new(path, config, proj_std))
            }
            FeedForwardKind::SwiGlu => {
                Self::SwiGlu(SwiGlu::new(path, config, proj_std))
            }
        }
    }
}

impl ModuleT for Mlp {
    /// # Shapes
    /// - `x`: `(b, t, c)`
    /// - returns `(b, t, c)`
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        match self {
            Self::Gelu(layer) => layer.forward_t(x, train),
            Self::SwiGlu(layer) => layer.forward_t(x, train),
        }
    }
}
