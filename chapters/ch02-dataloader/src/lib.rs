//! Chapter 2: from token ids to what a model is fed.
//!
//! 1. [`Windows`] slides over the ids and cuts out inputs and targets.
//! 2. [`Batches`] stacks windows into tensors, in order or shuffled.
//! 3. [`InputEmbedding`] turns a batch of ids into vectors that know their token and their place.
//!
//! And when the text does not fit into memory:
//!
//! 4. [`prepare`](prepare()) turns files into token [`shards`].
//! 5. [`samplers`] say which window comes when.
//! 6. A [`Loader`] makes batches in the background ([`Prefetch`]) and says how long the model
//!    waited for them.
//!
//! Texts of different lengths: [`pack`] lays them end to end, [`bucket`] puts like to like.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels · `v` vocabulary.

mod batches;
mod bucketing;
mod embedding;
mod loader;
mod packing;
mod prefetch;
pub mod prepare;
pub mod samplers;
pub mod shards;
mod source;
mod windows;

pub use batches::{Batch, Batches};
pub use bucketing::{bucket, filling};
pub use embedding::InputEmbedding;
pub use loader::{Loader, LoaderOptions, Share};
pub use packing::{Packed, attention_within, pack};
pub use prefetch::{Prefetch, Waits};
pub use prepare::prepare;
pub use source::{ShardWindows, Source};
pub use windows::Windows;
