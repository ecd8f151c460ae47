//! Text to ids and back.

use std::fmt;
use std::sync::{Arc, LazyLock};

use crate::encode::{self, Pool};
use crate::special::{Part, Specials};
use crate::{Normalization, Policy, SpecialError};
use crate::{Pattern, Vocabulary};

/// Marks the border between two documents.
pub const END_OF_TEXT: &str = "<|endoftext|>";

/// GPT-2's tokenizer: a vocabulary and the special tokens beside it.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    vocabulary: Vocabulary,
    special: Specials,
    normalization: Normalization,
    pattern: Pattern,
    pool: Arc<Pool>,
}

static GPT2: LazyLock<Tokenizer> =
    LazyLock::new(|| Tokenizer::new(Vocabulary::gpt2(), &[END_OF_TEXT]));

impl Tokenizer {
    /// GPT-2's own: 50,256 ordinary tokens and [`END_OF_TEXT`] with id 50256.
    pub fn gpt2() -> Self {
        GPT2.clone()
    }

    /// A tokenizer whose special tokens take the ids after the vocabulary's, in this order.
    pub fn new(vocabulary: Vocabulary, special: &[&str]) -> Self {
        let first = u32::try_from(vocabulary.size())
            .expect("a vocabulary has fewer than 2³² tokens");
        let special =
            special.iter().map(ToString::to_string).zip(first..).collect();
        Self::with_special_ids(vocabulary, special)
    }

    /// A tokenizer with these special tokens and their ids, which no ordinary token may have.
    ///
    /// # Panics
    /// When a special token is empty.
    pub fn with_special_ids(
        vocabulary: Vocabulary,
        special: Vec<(String, u32)>,
    ) -> Self {
        let special = Specials::new(special);
        Self {
            vocabulary,
            special,
            normalization: Normalization::None,
            pattern: Pattern::Gpt2,
            pool: Arc::default(),
        }
    }

    /// The same tokenizer, but every text takes this form before it is cut. What the text was
    /// before is lost.
    #[must_use]
    pub fn with_normalization(self, normalization: Normalization) -> Self {
        Self { normalization, ..self }
    }

    /// The same tokenizer, but texts are cut by this rule.
    #[must_use]
    pub fn with_pattern(self, pattern: Pattern) -> Self {
        Self { pattern, ..self }
    }

    /// The rule by which texts are cut.
    pub fn pattern(&self) -> Pattern {
        self.pattern
    }

    /// What happens to a text before it is cut.
    pub fn normalization(&self) -> Normalization {
        self.normalization
    }

    /// One more than the largest id, special ones included: how many rows a model's table of
    /// tokens needs.
    pub fn vocab_size(&self) -> usize {
        let special = self.special().iter().map(|&(_, id)| id as usize + 1);
        special.fold(self.vocabulary.size(), usize::max)
    }

    /// The ordinary tokens.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The special tokens and their ids, the longest text first.
    pub fn special(&self) -> &[(String, u32)] {
        self.special.tokens()
    }

    /// The id of a special token.
    pub fn special_id(&self, text: &str) -> Option<u32> {
        self.special()
            .iter()
            .find(|(special, _)| special == text)
            .map(|&(_, id)| id)
    }

    /// The ids of `text`. What looks like a special token is ordinary text here, so nobody can
    /// smuggle one in.
    ///
    /// ```
    /// let tokenizer = ch01::Tokenizer::gpt2();
    /// assert_eq!(tokenizer.encode("Every effort moves you"), [6109, 3626, 6100, 345]);
    /// ```
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.encode_ordinary_into(text, &mut ids);
        ids
    }

    /// As [`encode`](Self::encode), but appends to `ids`, whose memory can serve many texts.
    pub fn encode_into(&self, text: &str, ids: &mut Vec<u32>) {
        self.encode_ordinary_into(text, ids);
    }

    /// The ids of many texts, with all the processor's cores.
    pub fn encode_batch<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Vec<u32>> {
        encode::encode_batch(self, texts)
    }

    /// As [`encode`](Self::encode), for bytes that need not be UTF-8: what is between two
    /// invalid sequences is encoded as text that stands alone, and each invalid sequence is a
    /// [piece](crate::pieces) of its own. [`decode_bytes`](Self::decode_bytes) gives the bytes
    /// back, if there is no [normalization](Self::with_normalization).
    pub fn encode_bytes(&self, bytes: &[u8]) -> Vec<u32> {
        let mut ids = Vec::new();
        for chunk in bytes.utf8_chunks() {
            self.encode_ordinary_into(chunk.valid(), &mut ids);
            encode::encode_piece_into(self, &self.pool, chunk.invalid(), &mut ids);
        }
        ids
    }

    /// As [`encode`](Self::encode), but every special token in `text` becomes its one id.
    ///
    /// For text you wrote yourself, never for a stranger's.
    pub fn encode_with_special(&self, text: &str) -> Vec<u32> {
        self.encode_with(text, Policy::AllowAll)
            .expect("where all is allowed, nothing is forbidden")
    }

    // ANCHOR: encode_with
    /// As [`encode`](Self::encode), but `policy` says what special tokens in `text` become.
    ///
    /// # Errors
    /// When the policy forbids a special token that the text holds, or allows one that the
    /// tokenizer does not have.
    pub fn encode_with(
        &self,
        text: &str,
        policy: Policy,
    ) -> Result<Vec<u32>, SpecialError> {
        let mut ids = Vec::new();
        for part in self.special.split(text, policy)? {
            match part {
                Part::Text(text) => self.encode_ordinary_into(text, &mut ids),
                Part::Special(id) => ids.push(id),
            }
        }
        Ok(ids)
    }
    // ANCHOR_END: encode_with

    /// Appends the ids of `text` to `ids`.
    fn encode_ordinary_into(&self, text: &str, ids: &mut Vec<u32>) {
        let text = self.normalization.apply(text);
        encode::encode_into(self, &self.pool, &text, ids);
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

    // ANCHOR: decode
    /// The text of `ids`. Bytes that are no UTF-8, such as half a character at the end, show as
    /// `�`.
    ///
    /// # Errors
    /// When an id is not in the vocabulary.
    pub fn decode(&self, ids: &[u32]) -> Result<String, DecodeError> {
        self.decode_bytes(ids)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }
    // ANCHOR_END: decode

    /// The bytes of one token.
    pub fn token(&self, id: u32) -> Option<&[u8]> {
        let special = || self.special().iter().find(|&&(_, special)| special == id);
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
            self.size.saturating_sub(1)
        )
    }
}

impl std::error::Error for DecodeError {}
