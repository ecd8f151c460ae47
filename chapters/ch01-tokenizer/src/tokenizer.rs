//! Text to ids and back.

use std::fmt;

use crate::{Vocabulary, merge_bytes, pieces};

/// Marks the border between two documents.
pub const END_OF_TEXT: &str = "<|endoftext|>";

/// GPT-2's tokenizer: a vocabulary and the special tokens beside it.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    vocabulary: Vocabulary,
    special: Vec<(String, u32)>, // longest text first
}

impl Tokenizer {
    /// GPT-2's own: 50,256 ordinary tokens and [`END_OF_TEXT`] with id 50256.
    pub fn gpt2() -> Self {
        Self::new(Vocabulary::gpt2(), &[END_OF_TEXT])
    }

    /// A tokenizer whose special tokens take the ids after the vocabulary's, in this order.
    pub fn new(vocabulary: Vocabulary, special: &[&str]) -> Self {
        let first = u32::try_from(vocabulary.len())
            .expect("a vocabulary has fewer than 2³² tokens");
        let mut special: Vec<_> =
            special.iter().map(ToString::to_string).zip(first..).collect();
        // Longest first: of two that start alike, the longer one is meant.
        special.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { vocabulary, special }
    }

    /// How many ids there are, special ones included.
    pub fn vocab_size(&self) -> usize {
        self.vocabulary.len() + self.special.len()
    }

    /// The ordinary tokens.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The special tokens and their ids, the longest text first.
    pub fn special(&self) -> &[(String, u32)] {
        &self.special
    }

    /// The id of a special token.
    pub fn special_id(&self, text: &str) -> Option<u32> {
        self.special.iter().find(|(special, _)| special == text).map(|&(_, id)| id)
    }

    /// The ids of `text`. What looks like a special token is ordinary text here, so nobody can
    /// smuggle one in.
    ///
    /// ```
    /// let tokenizer = ch01::Tokenizer::gpt2();
    /// assert_eq!(tokenizer.encode("Every effort moves you"), [6109, 3626, 6100, 345]);
    /// ```
    pub fn encode(&self, text: &str) -> Vec<u32> {
        pieces(text)
            .flat_map(|piece| {
                merge_bytes(piece.as_bytes(), |bytes| self.vocabulary.rank(bytes))
            })
            .collect()
    }

    /// As [`encode`](Self::encode), but every special token in `text` becomes its one id.
    ///
    /// For text you wrote yourself, never for a stranger's.
    pub fn encode_with_special(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        let mut rest = text;
        while let Some((before, id, after)) = self.next_special(rest) {
            ids.extend(self.encode(before));
            ids.push(id);
            rest = after;
        }
        ids.extend(self.encode(rest));
        ids
    }

    /// The leftmost special token of `text`: what is before it, its id, what is after it.
    fn next_special<'a>(&self, text: &'a str) -> Option<(&'a str, u32, &'a str)> {
        let found = self.special.iter().filter_map(|(special, id)| {
            let (before, after) = text.split_once(special.as_str())?;
            Some((before, *id, after))
        });
        found.min_by_key(|(before, _, _)| before.len()) // the first of equals: the longest
    }

    /// The bytes of `ids`, joined.
    ///
    /// # Errors
    /// When an id is not in the vocabulary.
    pub fn decode_bytes(&self, ids: &[u32]) -> Result<Vec<u8>, DecodeError> {
        let mut bytes = Vec::new();
        for &id in ids {
            bytes.extend(
                self.token(id)
                    .ok_or(DecodeError { id, size: self.vocab_size() })?,
            );
        }
        Ok(bytes)
    }

    /// The text of `ids`. Bytes that are no UTF-8, such as half a character at the end, show as
    /// `�`.
    ///
    /// # Errors
    /// When an id is not in the vocabulary.
    pub fn decode(&self, ids: &[u32]) -> Result<String, DecodeError> {
        self.decode_bytes(ids)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The bytes of one token.
    pub fn token(&self, id: u32) -> Option<&[u8]> {
        let special = || self.special.iter().find(|&&(_, special)| special == id);
        self.vocabulary
            .bytes(id)
            .or_else(|| special().map(|(text, _)| text.as_bytes()))
    }
}

/// An id that stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The id
    pub id: u32,
    /// How many ids there are
    pub size: usize,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "id {} is not in the vocabulary: ids go from 0 to {}",
            self.id,
            self.size - 1
        )
    }
}

impl std::error::Error for DecodeError {}
