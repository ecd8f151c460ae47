//! The same text in other tokens.

use std::hash::{DefaultHasher, Hash, Hasher};

use ch01::{Tokenizer, merge_bytes, pieces};
use rand::Rng;

// ANCHOR: vary
/// The ids of `text` when the tokenizer has forgotten a share of its merges, other ones in each
/// word. With a share of 0 these are the ids of [`Tokenizer::encode`].
///
/// A few thousand messages are few, and a model soon knows them by their tokens. So it gets "FREE"
/// as one token today and as "F", "RE", "E" tomorrow, and learns what they have in common.
///
/// Source: Provilkov et al. (2020), "BPE-Dropout", section 3, arXiv:1910.13267.
pub fn vary(
    tokenizer: &Tokenizer,
    text: &str,
    share: f64,
    generator: &mut impl Rng,
) -> Vec<i64> {
    let mut ids = Vec::new();
    for piece in pieces(text) {
        let word: u64 = generator.random();
        let known = |token: &[u8]| {
            let forgotten = token.len() > 1 && chance(token, word) < share;
            tokenizer.vocabulary().rank(token).filter(|_| !forgotten)
        };
        ids.extend(merge_bytes(piece.as_bytes(), known).into_iter().map(i64::from));
    }
    ids
}
// ANCHOR_END: vary

/// A number from 0 to 1 that depends on `token` and `word` alone: a merge that was forgotten
/// once must stay forgotten for the whole word.
fn chance(token: &[u8], word: u64) -> f64 {
    let mut hasher = DefaultHasher::new();
    (token, word).hash(&mut hasher);
    hasher.finish() as f64 / u64::MAX as f64
}
