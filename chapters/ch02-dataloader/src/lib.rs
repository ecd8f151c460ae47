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
//! Before all that, texts are made fit to be learned from: [`Document`]s are read one by one, a
//! [`Cleaner`] takes away what no reader sees, [`Quality`] says what speaks against a document,
//! [`dedup`] finds those that say the same, or nearly, and a [`Report`] says what is left.
//!
//! And [`word_vectors`] shows what a vector can know about a word.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels · `v` vocabulary.

mod batches;
mod bucketing;
mod clean;
pub mod dedup;
mod documents;
mod embedding;
mod loader;
mod packing;
mod prefetch;
pub mod prepare;
mod quality;
mod report;
pub mod samplers;
pub mod shards;
mod source;
mod windows;
pub mod word_vectors;

pub use batches::{Batch, Batches};
pub use bucketing::{bucket, filling};
pub use clean::{Changes, Cleaner, Step};
pub use clean::{squeeze_space, strip_controls, strip_markup, strip_urls};
pub use documents::{Document, Form, each_document};
pub use embedding::InputEmbedding;
pub use loader::{Loader, LoaderOptions, Share};
pub use packing::{Packed, attention_within, pack};
pub use prefetch::{Prefetch, Waits};
pub use prepare::prepare;
pub use quality::{Complaint, Quality, Rule};
pub use report::Report;
pub use source::{ShardWindows, Source};
pub use windows::Windows;
