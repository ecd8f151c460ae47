//! The tokens that a model knows.

use std::collections::HashMap;

/// Made by `build.rs`: for each id one byte of length, then the token's bytes.
static GPT2: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/gpt2.vocabulary"));

// ANCHOR: vocabulary
/// A list of tokens, each a run of bytes; a token's id is its place in the list.
///
/// The order is also the order in which byte-pair encoding learned the tokens: of two possible
/// merges, the one that makes the smaller id comes first. That is why an id is called a *rank*.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    tokens: Vec<Vec<u8>>,
    ranks: HashMap<Vec<u8>, u32>,
}
// ANCHOR_END: vocabulary

impl Vocabulary {
    /// GPT-2's 50,256 ordinary tokens: 256 single bytes and 50,000 merges.
    pub fn gpt2() -> Self {
        let mut tokens = Vec::with_capacity(50_256);
        let mut rest = GPT2;
        while let Some((&length, tail)) = rest.split_first() {
            let (token, tail) = tail.split_at(usize::from(length));
            tokens.push(token.to_vec());
            rest = tail;
        }
        Self::new(tokens)
    }

    /// A vocabulary of these tokens, in the order they were learned.
    ///
    /// # Panics
    /// When a single byte is missing: then some text could not be encoded at all.
    pub fn new(tokens: Vec<Vec<u8>>) -> Self {
        let ranks: HashMap<_, _> = tokens.iter().cloned().zip(0..).collect();
        for byte in 0..=u8::MAX {
            assert!(
                ranks.contains_key([byte].as_slice()),
                "the vocabulary lacks byte {byte}"
            );
        }
        Self { tokens, ranks }
    }

    /// The bytes of token `id`.
    pub fn bytes(&self, id: u32) -> Option<&[u8]> {
        self.tokens.get(usize::try_from(id).ok()?).map(Vec::as_slice)
    }

    /// The id of the token with these bytes.
    pub fn rank(&self, bytes: &[u8]) -> Option<u32> {
        self.ranks.get(bytes).copied()
    }

    /// All tokens, in order of their ids.
    pub fn tokens(&self) -> impl Iterator<Item = &[u8]> {
        self.tokens.iter().map(Vec::as_slice)
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there are none. (Never: the bytes are always there.)
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }
}
