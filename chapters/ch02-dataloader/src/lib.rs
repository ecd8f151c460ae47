//! Chapter 2: from token ids to what a model is fed.
//!
//! 1. [`Windows`] slides over the ids and cuts out inputs and targets.
//! 2. [`Batches`] stacks windows into tensors, in order or shuffled.
//! 3. [`InputEmbedding`] turns a batch of ids into vectors that know their token and their place.
//!
//! Before that, texts are made fit to be learned from:
//!
//! 1. [`Document`]s are read one by one.
//! 2. A [`Cleaner`] takes away what no reader sees.
//! 3. [`Quality`] says what speaks against a document.
//! 4. [`dedup`] finds documents that say the same, or nearly.
//! 5. A [`Report`] says what is left.
//!
//! And [`word_vectors`] shows what a vector can know about a word.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels · `v` vocabulary.

mod batches;
mod clean;
pub mod dedup;
mod documents;
mod embedding;
mod quality;
mod report;
mod windows;
pub mod word_vectors;

pub use batches::{Batch, Batches};
pub use clean::{Changes, Cleaner, Step};
pub use clean::{squeeze_space, strip_controls, strip_markup, strip_urls};
pub use documents::{Document, Form, each_document};
pub use embedding::InputEmbedding;
pub use quality::{Complaint, Quality, Rule};
pub use report::Report;
pub use windows::Windows;
