//! What a model costs: its parameters, part by part.

use serde::Serialize;

use crate::Gpt2Config;

/// How many numbers each part of a model holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Parameters {
    /// Token table: `v · c`
    pub token_table: i64,
    /// Position table: `n_positions · c`
    pub position_table: i64,
    /// Attention in all blocks: `n · (c · 3c + c · c)` and biases
    pub attention: i64,
    /// Feed-forward in all blocks: `n · 2 · c · 4c` and biases
    pub feed_forward: i64,
    /// Layer norms: two in each block and a last one, `2c` each
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
        let qkv_bias = if config.qkv_bias { 3 * c } else { 0 };
        Self {
            token_table: v * c,
            position_table: n_positions * c,
            attention: n * ((c * 3 * c + qkv_bias) + (c * c + c)),
            feed_forward: n * ((c * 4 * c + 4 * c) + (4 * c * c + c)),
            norms: (2 * n + 1) * 2 * c,
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
