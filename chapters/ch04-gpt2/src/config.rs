//! The sizes and switches of a GPT-2.

use anyhow::{Result, ensure};
use ch03::Kernel;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::{FeedForwardKind, Gelu, NormKind, PositionKind, SwiGlu, Switches};

/// The four models that OpenAI released, by the names they have on the Hugging Face hub.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Size {
    /// 12 layers, 768 channels, 12 heads: 124 million parameters
    #[default]
    Gpt2,
    /// 24 layers, 1,024 channels, 16 heads: 355 million parameters
    Gpt2Medium,
    /// 36 layers, 1,280 channels, 20 heads: 774 million parameters
    Gpt2Large,
    /// 48 layers, 1,600 channels, 25 heads: 1,558 million parameters
    Gpt2Xl,
}

/// The sizes and switches of a GPT-2, named as in a `config.json` of Hugging Face's.
///
/// Fields that a file leaves out take the values of the smallest released model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gpt2Config {
    /// `v`: how many ids there are
    pub vocab_size: i64,
    /// The most tokens the model can see at once
    pub n_positions: i64,
    /// `c`: channels of a token's vector
    pub n_embd: i64,
    /// `n`: blocks
    pub n_layer: i64,
    /// `h`: heads in each block; divides `n_embd`
    pub n_head: i64,
    /// Which form of GELU the feed-forward layers use
    pub activation_function: Gelu,
    /// Share of the input vectors' entries set to 0 while training
    pub embd_pdrop: f64,
    /// Share of the attention weights set to 0 while training
    pub attn_pdrop: f64,
    /// Share of each shortcut's addition set to 0 while training
    pub resid_pdrop: f64,
    /// Added to the variance in every layer norm
    pub layer_norm_epsilon: f64,
    /// Standard deviation that the weights start with
    pub initializer_range: f64,
    /// Whether the output layer is the token table again
    pub tie_word_embeddings: bool,
    /// Whether queries, keys and values get a bias. Not in Hugging Face's file: always true there
    pub qkv_bias: bool,
    /// How attention is computed; both ways give the same. Not in Hugging Face's file
    pub attention_kernel: Kernel,
    /// The norm. This and the two below are written only where they are not GPT-2's: Hugging
    /// Face's file knows no such thing
    #[serde(skip_serializing_if = "is_gpt2s")]
    pub norm: NormKind,
    /// The feed-forward layer
    #[serde(skip_serializing_if = "is_gpt2s")]
    pub feed_forward: FeedForwardKind,
    /// The positions
    #[serde(skip_serializing_if = "is_gpt2s")]
    pub positions: PositionKind,
}

/// Whether a switch stands as in GPT-2.
fn is_gpt2s<T: Default + PartialEq>(switch: &T) -> bool {
    *switch == T::default()
}

impl Default for Gpt2Config {
    fn default() -> Self {
        Self {
            vocab_size: 50_257,
            n_positions: 1_024,
            n_embd: 768,
            n_layer: 12,
            n_head: 12,
            activation_function: Gelu::Tanh,
            embd_pdrop: 0.1,
            attn_pdrop: 0.1,
            resid_pdrop: 0.1,
            layer_norm_epsilon: 1e-5,
            initializer_range: 0.02,
            tie_word_embeddings: true,
            qkv_bias: true,
            attention_kernel: Kernel::Fused,
            norm: NormKind::default(),
            feed_forward: FeedForwardKind::default(),
            positions: PositionKind::default(),
        }
    }
}

impl Gpt2Config {
    /// One of the released models.
    ///
    /// Source: Radford et al. (2019), table 2; the counts printed there are too low, see the
    /// correction in OpenAI's repository.
    pub fn released(size: Size) -> Self {
        let (n_layer, n_embd, n_head) = match size {
            Size::Gpt2 => (12, 768, 12),
            Size::Gpt2Medium => (24, 1_024, 16),
            Size::Gpt2Large => (36, 1_280, 20),
            Size::Gpt2Xl => (48, 1_600, 25),
        };
        Self { n_layer, n_embd, n_head, ..Self::default() }
    }

    /// `f`: how wide the feed-forward layer is inside.
    pub fn feed_forward_width(&self) -> i64 {
        match self.feed_forward {
            FeedForwardKind::Gelu => 4 * self.n_embd,
            FeedForwardKind::SwiGlu => SwiGlu::fair_width(self.n_embd),
        }
    }

    /// `model_type` in a `config.json`. Hugging Face's transformers builds a `gpt2`; under
    /// another name it refuses the file, instead of filling half of a model with random numbers.
    pub fn model_type(&self) -> &'static str {
        if Switches::of(self).are_gpt2s() { "gpt2" } else { "gpt2-variant" }
    }

    /// Checks that a model of these sizes can be built.
    ///
    /// # Errors
    /// With a sentence that names the field.
    pub fn validate(&self) -> Result<()> {
        let sizes = [
            ("vocab_size", self.vocab_size),
            ("n_positions", self.n_positions),
            ("n_embd", self.n_embd),
            ("n_layer", self.n_layer),
            ("n_head", self.n_head),
        ];
        for (name, size) in sizes {
            ensure!(size > 0, "{name} must be at least 1, not {size}");
        }
        ensure!(
            self.n_embd % self.n_head == 0,
            "n_embd = {} must be a multiple of n_head = {}",
            self.n_embd,
            self.n_head
        );
        ensure!(
            self.positions == PositionKind::Learned
                || self.n_embd / self.n_head % 2 == 0,
            "rotary positions turn channels in pairs: n_embd / n_head = {} must be even",
            self.n_embd / self.n_head
        );
        let shares = [
            ("embd_pdrop", self.embd_pdrop),
            ("attn_pdrop", self.attn_pdrop),
            ("resid_pdrop", self.resid_pdrop),
        ];
        for (name, share) in shares {
            ensure!(
                (0.0..1.0).contains(&share),
                "{name} must be from 0 to below 1, not {share}"
            );
        }
        Ok(())
    }
}
