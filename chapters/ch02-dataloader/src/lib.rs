//! Chapter 2: from token ids to what a model is fed.
//!
//! 1. [`Windows`] slides over the ids and cuts out inputs and targets.
//! 2. [`Batches`] stacks windows into tensors, in order or shuffled.
//! 3. [`InputEmbedding`] turns a batch of ids into vectors that know their token and their place.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels · `v` vocabulary.

mod batches;
mod embedding;
mod windows;

pub use batches::{Batch, Batches};
pub use embedding::InputEmbedding;
pub use windows::Windows;
