//! Chapter 1: GPT-2's tokenizer. Text goes in, ids come out, and back again without loss.
//!
//! 1. [`pieces`] cuts the text into words, numbers, marks and spaces.
//! 2. [`merge_bytes`] turns each piece into tokens: byte-pair encoding.
//! 3. [`Vocabulary`] knows every token's bytes and id.
//! 4. [`Tokenizer`] puts these together and adds special tokens.
//! 5. [`DecodeStream`] decodes while ids are still coming.
//! 6. [`train`] learns a vocabulary from text.

mod files;
mod merge;
mod pretokenize;
mod stream;
mod tokenizer;
mod train;
mod vocabulary;

pub use merge::merge_bytes;
pub use pretokenize::pieces;
pub use stream::DecodeStream;
pub use tokenizer::{DecodeError, END_OF_TEXT, Tokenizer};
pub use train::train;
pub use vocabulary::Vocabulary;
