//! Chapter 3: attention, in steps that each add one idea.
//!
//! 1. [`averages`]: the mean of the past, in four versions.
//! 2. [`similarity`] and [`simple`]: tokens compare themselves by dot products; nothing is trained.
//! 3. [`SelfAttentionV1`], [`SelfAttentionV2`]: trained matrices make queries, keys and values.
//!    [`scale`] measures why their products are divided by `√d`.
//! 4. [`CausalAttention`]: no token sees a later one; dropout on the weights.
//! 5. [`MultiHeadWrapper`]: several heads side by side.
//! 6. [`MultiHeadAttention`]: the same heads from one matrix product each.
//! 7. [`CausalSelfAttention`]: GPT-2's form, one product for everything, and the fused kernel.
//!
//! [`positions`] says where a token stands: sinusoidal, learned or rotary. [`Habits`] says what
//! a head looks at.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels · `h` heads · `d = c / h`.

pub mod averages;
mod blocks;
mod causal;
mod fused;
mod habits;
mod heads;
pub mod positions;
pub mod scale;
pub mod similarity;
pub mod simple;
mod trainable;
mod wrapper;

pub use blocks::{BLOCK, CausalContexts};
pub use causal::{
    CausalAttention, causal_mask, causal_weights, renormalised_weights,
};
pub use fused::{CausalSelfAttention, Kernel, SelfAttentionConfig};
pub use habits::Habits;
pub use heads::{MultiHeadAttention, merge_heads, split_heads};
pub use trainable::{HeadConfig, SelfAttentionV1, SelfAttentionV2};
pub use wrapper::MultiHeadWrapper;
