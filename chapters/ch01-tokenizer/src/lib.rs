//! Chapter 1: GPT-2's tokenizer. Text goes in, ids come out, and back again without loss.
//!
//! 1. [`pieces`] cuts the text into words, numbers, marks and spaces.
//! 2. [`merge_bytes`] turns each piece into tokens: byte-pair encoding.
//! 3. [`Vocabulary`] knows every token's bytes and id.
//! 4. [`Tokenizer`] puts these together and adds special tokens.
//! 5. [`DecodeStream`] decodes while ids are still coming.
//! 6. [`train()`] learns a vocabulary from text.
//!
//! Other ways to cut a text, to compare with: [`code_points`] and [`CharacterTokenizer`],
//! [`WordTokenizer`], [`WordPiece`], [`Unigram`]. An [`Analysis`] says how well a vocabulary fits
//! texts, and [`show()`] where the tokens of a text begin and end.

mod analyse;
mod characters;
mod classes;
pub mod encode;
mod features;
mod files;
mod layout;
mod merge;
mod normalize;
mod pretokenize;
mod show;
mod special;
mod splitter;
mod stream;
mod tokenizer;
pub mod train;
mod unigram;
mod vocab;
mod vocabulary;
mod wordpiece;
mod words;

pub use analyse::{Analysis, TextSizes};
pub use characters::{CharacterTokenizer, NoCodePoint, UnknownCharacter};
pub use characters::{code_points, from_code_points};
pub use merge::merge_bytes;
pub use normalize::Normalization;
pub use pretokenize::{Pattern, pieces};
pub use show::{Style, show, show_as_page, spell};
pub use special::{Policy, SpecialError};
pub use splitter::split;
pub use stream::DecodeStream;
pub use tokenizer::{DecodeError, END_OF_TEXT, Tokenizer};
pub use train::{TrainOptions, train, train_files};
pub use unigram::{Unigram, Unknown};
pub use vocab::Vocab;
pub use vocabulary::Vocabulary;
pub use wordpiece::{Case, WordPiece};
pub use words::{COMMAS_AND_STOPS, MARKS, SPACES, UNKNOWN};
pub use words::{UnknownWord, WordTokenizer, split_keeping, split_words};
