//! Chapter 4: GPT-2, from its parts to its first words.
//!
//! 1. [`layer_norm`] and [`LayerNorm`]: keep every token's vector at the same scale.
//! 2. [`gelu`], [`gelu_tanh`] and [`FeedForward`]: let every token think for itself.
//! 3. [`Block`]: attention, then feed-forward, each beside a shortcut.
//! 4. [`Gpt2`]: embeddings, a stack of blocks, and a score for every next token.
//! 5. [`generate_greedy`]: the likeliest token, again and again.
//!
//! [`Gpt2Config`] holds the sizes; [`Parameters`] counts what they cost.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels · `h` heads · `f = 4c` feed-forward
//! width · `v` vocabulary · `n` layers.

mod block;
mod config;
mod feed_forward;
mod gelu;
mod generate;
mod model;
mod norm;
mod parameters;

pub use block::Block;
pub use config::{Gpt2Config, Size};
pub use feed_forward::FeedForward;
pub use gelu::{Gelu, gelu, gelu_tanh};
pub use generate::generate_greedy;
pub use model::Gpt2;
pub use norm::{LayerNorm, layer_norm};
pub use parameters::Parameters;
