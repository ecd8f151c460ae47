//! Word vectors: words that keep the same company get vectors that point the same way.
//!
//! 1. [`Corpus`] numbers the words and pairs each with its neighbours.
//! 2. [`SkipGram`] learns to tell true neighbours from words drawn by lot.
//! 3. [`WordVectors`] answers: which words are alike, and what is to `dad` as `girl` is to `boy`?
//! 4. [`plane`] flattens vectors to two numbers each, for a picture.
//!
//! Source: Mikolov, Sutskever, Chen, Corrado and Dean (2013), "Distributed Representations of Words
//! and Phrases and their Compositionality", arXiv:1310.4546.
//!
//! Dimension key: `n` pairs in a batch · `k` negatives · `c` channels · `v` words.

mod corpus;
mod plane;
mod skip_gram;
mod vectors;

pub use corpus::{Corpus, CorpusOptions};
pub use plane::plane;
pub use skip_gram::{SkipGram, TrainOptions, negative_sampling_loss, train};
pub use vectors::{Score, WordVectors};
