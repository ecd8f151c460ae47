//! The chapter's layers under one roof, so that they can be measured.

use anyhow::{Result, ensure};
use ch00::Linear;
use ch03::{
    CausalSelfAttention, HeadConfig, Kernel, MultiHeadAttention, MultiHeadWrapper,
    SelfAttentionConfig,
};
use clap::{Args, ValueEnum, value_parser};
use tch::Tensor;
use tch::nn::{Module, ModuleT, Path};

/// A way to compute many causal heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// One head after the other
    Wrapper,
    /// Three wide products, split into heads
    Split,
    /// One wide product, split into heads
    Explicit,
    /// One wide product, and libtorch's fused kernel
    Fused,
}

/// How large the layers are.
#[derive(Args, Clone, Copy)]
pub struct Sizes {
    /// Texts at once
    #[arg(long, default_value_t = 1, value_parser = value_parser!(i64).range(1..))]
    pub batch: i64,

    /// Channels
    #[arg(long, default_value_t = 768, value_parser = value_parser!(i64).range(1..))]
    pub channels: i64,

    /// Heads
    #[arg(long, default_value_t = 12, value_parser = value_parser!(i64).range(1..))]
    pub heads: i64,
}

impl Sizes {
    /// # Errors
    /// When the channels can't be shared out evenly.
    pub fn check(self) -> Result<()> {
        let Self { channels, heads, .. } = self;
        ensure!(
            channels % heads == 0,
            "{channels} channels can't be split evenly over {heads} heads: \
             take other --channels or --heads"
        );
        Ok(())
    }
}

impl Form {
    pub const ALL: [Self; 4] =
        [Self::Wrapper, Self::Split, Self::Explicit, Self::Fused];

    pub fn name(self) -> &'static str {
        match self {
            Self::Wrapper => "wrapper",
            Self::Split => "split",
            Self::Explicit => "explicit",
            Self::Fused => "fused",
        }
    }

    /// An untrained layer of this form, with biases and without dropout.
    pub fn layer(self, path: &Path, sizes: Sizes) -> Box<dyn ModuleT> {
        let Sizes { channels: c, heads: h, .. } = sizes;
        let config = HeadConfig { qkv_bias: true, ..HeadConfig::plain(c, c) };
        let gpt2 = |kernel| SelfAttentionConfig {
            n_embd: c,
            n_head: h,
            attn_dropout: 0.0,
            resid_dropout: 0.0,
            qkv_bias: true,
            init_std: 0.02,
            proj_init_std: 0.02,
            kernel,
        };
        match self {
            Self::Wrapper => Box::new(Wrapped {
                heads: MultiHeadWrapper::new(
                    path,
                    h,
                    HeadConfig { c_out: c / h, ..config },
                ),
                out_proj: Linear::new(&(path / "out_proj"), c, c, true),
            }),
            Self::Split => Box::new(MultiHeadAttention::new(path, h, config)),
            Self::Explicit => {
                Box::new(CausalSelfAttention::new(path, gpt2(Kernel::Explicit)))
            }
            Self::Fused => {
                Box::new(CausalSelfAttention::new(path, gpt2(Kernel::Fused)))
            }
        }
    }
}

/// The wrapper with the last layer that the other forms have, so that all do the same work.
#[derive(Debug)]
struct Wrapped {
    heads: MultiHeadWrapper,
    out_proj: Linear,
}

impl ModuleT for Wrapped {
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        self.out_proj.forward(&self.heads.forward_t(x, train))
    }
}
