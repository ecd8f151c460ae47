//! What one forward pass costs in arithmetic.

use serde::Serialize;

use crate::{FeedForwardKind, Gpt2Config};

/// Floating-point operations of a forward pass, part by part.
///
/// A product of `(m, k)` and `(k, n)` takes `m n k` multiplications and as many additions:
/// `2 m n k`. Only matrix products are counted. Norms, softmax, GELU and additions touch each
/// number a few times, where a product touches it hundreds of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Flops {
    /// Queries, keys, values and the mixing of heads, in all blocks: `n · 2 b t · 4c²`
    pub projections: i64,
    /// Queries times keys, and weights times values, in all blocks: `n · 2 · 2 b t² c`.
    /// The whole square counts, though the mask throws half of it away.
    pub attention: i64,
    /// Feed-forward in all blocks: `n · 2 b t · 8c²`, or SwiGLU's `n · 2 b t · 3 c f`
    pub feed_forward: i64,
    /// The score of every token of the vocabulary: `2 b t · c v`
    pub head: i64,
}

impl Flops {
    // ANCHOR: flops
    /// Counts a forward pass of `b` texts of `t` tokens.
    pub fn of(config: &Gpt2Config, b: i64, t: i64) -> Self {
        let Gpt2Config { vocab_size: v, n_embd: c, n_layer: n, .. } = *config;
        let product = |rows, inner, columns| 2 * rows * inner * columns;
        let widenings = match config.feed_forward {
            FeedForwardKind::Gelu => 1,
            FeedForwardKind::SwiGlu => 2, // the gate, and what it lets through
        };
        let f = config.feed_forward_width();
        let widened = widenings * product(b * t, c, f);
        Self {
            projections: n * (product(b * t, c, 3 * c) + product(b * t, c, c)),
            attention: n * b * (product(t, c, t) + product(t, t, c)),
            feed_forward: n * (widened + product(b * t, f, c)),
            head: product(b * t, c, v),
        }
    }
    // ANCHOR_END: flops

    /// The parts with their names, in the order data passes them.
    pub fn parts(&self) -> [(&'static str, i64); 4] {
        [
            ("projections", self.projections),
            ("scores and contexts", self.attention),
            ("feed-forward", self.feed_forward),
            ("output layer", self.head),
        ]
    }

    /// All of them.
    pub fn total(&self) -> i64 {
        self.parts().iter().map(|(_, count)| count).sum()
    }
}
