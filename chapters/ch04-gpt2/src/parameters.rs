//! What a model costs: its parameters, part by part.

use serde::Serialize;

use crate::{FeedForwardKind, Gpt2Config, NormKind, PositionKind};

/// How many numbers each part of a model holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Parameters {
    /// Token table: `v · c`
    pub token_table: i64,
    /// Position table: `n_positions · c`, or nothing where positions turn
    pub position_table: i64,
    /// Attention in all blocks: `n · (c · 3c + c · c)` and biases
    pub attention: i64,
    /// Feed-forward in all blocks: `n · 2 · c · 4c` and biases, or SwiGLU's `n · 3 · c · f`
    pub feed_forward: i64,
    /// Norms: two in each block and a last one, `2c` each, or `c` for RMS norms
    pub norms: i64,
    /// Output layer: `v · c`, or nothing when it is the token table again
    pub head: i64,
}

impl Parameters {
    /// Counts the parameters of a model of these sizes, without building it.
    pub fn of(config: &Gpt2Config) -> Self {
        let Gpt2Config {
            vocab_size: v, n_positions, n_embd: c, n_layer: n, ..
        } = *config;
        let f = config.feed_forward_width();
        let feed_forward = match config.feed_forward {
            FeedForwardKind::Gelu => (c * f + f) + (f * c + c),
            FeedForwardKind::SwiGlu => 3 * c * f,
        };
        let norm = match config.norm {
            NormKind::Layer => 2 * c,
            NormKind::Rms => c,
        };
        let qkv_bias = if config.qkv_bias { 3 * c } else { 0 };
        Self {
            token_table: v * c,
            position_table: match config.positions {
                PositionKind::Learned => n_positions * c,
                PositionKind::Rotary => 0,
            },
            attention: n * ((c * 3 * c + qkv_bias) + (c * c + c)),
            feed_forward: n * feed_forward,
            norms: (2 * n + 1) * norm,
            head: if config.tie_word_embeddings { 0 } else { v * c },
        }
    }

    /// The parts with their names, in the order data passes them.
    pub fn parts(&self) -> [(&'static str, i64); 6] {
        [
            ("token table", self.token_table),
            ("position table", self.position_table),
            ("attention", self.attention),
            ("feed-forward", self.feed_forward),
            ("layer norms", self.norms),
            ("output layer", self.head),
        ]
    }

    /// All of them.
    pub fn total(&self) -> i64 {
        self.parts().iter().map(|(_, count)| count).sum()
    }
}
