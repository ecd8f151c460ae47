//! The first rung: do again what training did.

use crate::{Pattern, Vocabulary};

// ANCHOR: replay
/// Applies every merge of the vocabulary, in the order they were learned, to all pieces of the
/// text. GPT-2 has 50,000 merges, and each looks at the whole text.
pub fn encode(vocabulary: &Vocabulary, pattern: Pattern, text: &str) -> Vec<u32> {
    let bytes =
        |piece: &str| piece.bytes().map(|byte| vocabulary.byte(byte)).collect();
    let mut pieces: Vec<Vec<u32>> = pattern.pieces(text).map(bytes).collect();
    for (left, right, made) in vocabulary.merges() {
        for ids in &mut pieces {
            join(ids, (left, right), made);
        }
    }
    if vocabulary.takes_whole_pieces() {
        for (ids, piece) in pieces.iter_mut().zip(pattern.pieces(text)) {
            if let Some(id) = vocabulary.id(piece.as_bytes()) {
                *ids = vec![id];
            }
        }
    }
    pieces.concat()
}
// ANCHOR_END: replay

/// Replaces every occurrence of `pair` in `ids` by `made`, from left to right.
fn join(ids: &mut Vec<u32>, pair: (u32, u32), made: u32) {
    let mut at = 0;
    while at + 1 < ids.len() {
        if (ids[at], ids[at + 1]) == pair {
            ids[at] = made;
            ids.remove(at + 1);
        }
        at += 1;
    }
}
