//! What later models do otherwise: three switches, each with GPT-2's way as its default.

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::Gpt2Config;

/// Which norm stands before each layer.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum NormKind {
    /// GPT-2's layer norm: mean 0 and variance 1, then a scale and a shift
    #[default]
    Layer,
    /// RMS norm: mean square 1, then a scale
    Rms,
}

/// How each token works on its vector.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum FeedForwardKind {
    /// GPT-2's two matrices with a GELU between them
    #[default]
    Gelu,
    /// Three matrices and a gate, narrower, with as many parameters
    #[value(name = "swiglu")]
    SwiGlu,
}

/// How a token learns where it stands.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum PositionKind {
    /// GPT-2's table: a trained vector for each position, added to the token's
    #[default]
    Learned,
    /// Queries and keys turn by an angle that grows with the position; there is no table
    Rotary,
}

// ANCHOR: switches
/// The three switches together, as they are typed.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "What later models do otherwise")]
pub struct Switches {
    /// The norm before each layer
    #[arg(long, value_enum, default_value_t)]
    pub norm: NormKind,

    /// The layer in which each token works on its vector
    #[arg(long, value_enum, default_value_t)]
    pub feed_forward: FeedForwardKind,

    /// How a token learns where it stands
    #[arg(long, value_enum, default_value_t)]
    pub positions: PositionKind,
}
// ANCHOR_END: switches

impl Switches {
    /// All three as in the models after GPT-2.
    pub const ALL: Self = Self {
        norm: NormKind::Rms,
        feed_forward: FeedForwardKind::SwiGlu,
        positions: PositionKind::Rotary,
    };

    /// The switches of a model.
    pub fn of(config: &Gpt2Config) -> Self {
        let Gpt2Config { norm, feed_forward, positions, .. } = *config;
        Self { norm, feed_forward, positions }
    }

    /// A model of the sizes of `config`, with these switches.
    pub fn apply(self, config: Gpt2Config) -> Gpt2Config {
        let Self { norm, feed_forward, positions } = self;
        Gpt2Config { norm, feed_forward, positions, ..config }
    }

    /// Whether the model is GPT-2 itself.
    pub fn are_gpt2s(self) -> bool {
        self == Self::default()
    }
}

/// What differs from GPT-2, such as `rms norm, rotary positions`; nothing for GPT-2 itself.
impl std::fmt::Display for Switches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [
            (self.norm == NormKind::Rms, "RMS norm"),
            (self.feed_forward == FeedForwardKind::SwiGlu, "SwiGLU"),
            (self.positions == PositionKind::Rotary, "rotary positions"),
        ];
        let changed = parts.iter().filter(|(changed, _)| *changed);
        let names: Vec<_> = changed.map(|(_, name)| *name).collect();
        f.write_str(&names.join(", "))
    }
}
