//! The second rung and the third: a piece at a time, and only the merges that occur in it.

use std::collections::HashMap;

use crate::merge::merge_ids;
use crate::{Pattern, Vocabulary};

/// Cuts the text into pieces and merges each.
pub fn encode(vocabulary: &Vocabulary, pattern: Pattern, text: &str) -> Vec<u32> {
    let mut ids = Vec::new();
    for piece in pattern.pieces(text) {
        encode_piece(vocabulary, piece.as_bytes(), &mut ids);
    }
    ids
}

// ANCHOR: encode_cached
/// The same, but what became of a piece is remembered: a text has far fewer different words
/// than words.
pub fn encode_cached(
    vocabulary: &Vocabulary,
    pattern: Pattern,
    text: &str,
) -> Vec<u32> {
    let mut known: HashMap<&str, Vec<u32>> = HashMap::new();
    let mut ids = Vec::new();
    for piece in pattern.pieces(text) {
        let found = known.entry(piece).or_insert_with(|| {
            let mut ids = Vec::new();
            encode_piece(vocabulary, piece.as_bytes(), &mut ids);
            ids
        });
        ids.extend_from_slice(found);
    }
    ids
}
// ANCHOR_END: encode_cached

/// Appends the ids of one piece.
fn encode_piece(vocabulary: &Vocabulary, piece: &[u8], ids: &mut Vec<u32>) {
    if vocabulary.takes_whole_pieces()
        && let Some(id) = vocabulary.id(piece)
    {
        ids.push(id); // most pieces of ordinary text are tokens already
    } else {
        ids.extend(merge(vocabulary, piece));
    }
}

/// What the merges make of a piece.
pub fn merge(vocabulary: &Vocabulary, piece: &[u8]) -> Vec<u32> {
    let bytes = piece.iter().map(|&byte| vocabulary.byte(byte));
    merge_ids(bytes.collect(), |left, right| vocabulary.merge(left, right))
}
