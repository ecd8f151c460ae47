//! What the rungs share: the list of tokens, and joining a pair in a piece.

use crate::Vocabulary;

/// Two neighbouring tokens.
pub(super) type Pair = (u32, u32);

/// The tokens learned so far; a token's id is its place.
pub(super) struct Tokens {
    bytes: Vec<Vec<u8>>,
    /// What was joined to make each token behind the 256 bytes.
    pairs: Vec<Pair>,
}

impl Tokens {
    /// The 256 single bytes.
    pub(super) fn bytes() -> Self {
        let bytes = (0..=u8::MAX).map(|byte| vec![byte]).collect();
        Self { bytes, pairs: Vec::new() }
    }

    /// Learns the token that `pair` makes, and says its id.
    pub(super) fn join(&mut self, pair: Pair) -> u32 {
        let id = u32::try_from(self.len()).expect("fewer than 2³² tokens");
        self.bytes.push([self.of(pair.0), self.of(pair.1)].concat());
        self.pairs.push(pair);
        id
    }

    /// The bytes of token `id`.
    pub(super) fn of(&self, id: u32) -> &[u8] {
        &self.bytes[id as usize]
    }

    // ANCHOR: order
    /// What settles a tie: of pairs that occur equally often, the greatest is joined first.
    pub(super) fn order(&self, (left, right): Pair) -> (&[u8], &[u8]) {
        (self.of(left), self.of(right))
    }
    // ANCHOR_END: order

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn into_vocabulary(self) -> Vocabulary {
        Vocabulary::learned(self.bytes, &self.pairs)
    }
}

/// A piece as the ids of its bytes.
pub(super) fn byte_ids(piece: &str) -> Vec<u32> {
    piece.bytes().map(u32::from).collect()
}

/// Replaces every occurrence of `pair` in `word` by `id`, from left to right.
pub(super) fn join(word: &mut Vec<u32>, pair: Pair, id: u32) {
    let mut kept = 0;
    let mut read = 0;
    while read < word.len() {
        let found = read + 1 < word.len() && (word[read], word[read + 1]) == pair;
        word[kept] = if found { id } else { word[read] };
        kept += 1;
        read += if found { 2 } else { 1 };
    }
    word.truncate(kept);
}
