//! Chapter 3: attention, in steps that each add one idea.
//!
//! 1. [`simple`]: tokens compare themselves by dot products; nothing is trained.
//! 2. [`SelfAttentionV1`], [`SelfAttentionV2`]: trained matrices make queries, keys and values.
//! 3. [`CausalAttention`]: no token sees a later one; dropout on the weights.
//! 4. [`MultiHeadWrapper`]: several heads side by side.
//! 5. [`MultiHeadAttention`]: the same heads from one matrix product each.
//! 6. [`CausalSelfAttention`]: GPT-2's form, one product for everything, and the fused kernel.
//!
//! [`positions`] says where a token stands: sinusoidal, learned or rotary.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels · `h` heads · `d = c / h`.

mod causal;
mod fused;
mod heads;
pub mod positions;
pub mod simple;
mod trainable;
mod wrapper;

pub use causal::{
    CausalAttention, causal_mask, causal_weights, renormalised_weights,
};
pub use fused::{CausalSelfAttention, Kernel, SelfAttentionConfig};
pub use heads::{MultiHeadAttention, merge_heads, split_heads};
pub use trainable::{HeadConfig, SelfAttentionV1, SelfAttentionV2};
pub use wrapper::MultiHeadWrapper;
