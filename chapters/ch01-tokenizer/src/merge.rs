//! Byte-pair encoding of one piece.
//!
//! Source: Sennrich et al. (2016), "Neural Machine Translation of Rare Words with Subword
//! Units", section 3.2, arXiv:1508.07909; on bytes as in GPT-2.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Marks a part that was joined to its left neighbour. (No part ends at 0.)
const GONE: usize = 0;

/// The tokens of one piece: start with single bytes, and again and again join the two
/// neighbours whose union has the lowest rank, the leftmost first, until no union is a token.
/// `rank` is [`Vocabulary::rank`](crate::Vocabulary::rank), or a part of it.
///
/// A heap holds the possible merges, so a piece of `n` bytes takes `O(n log n)` steps. The
/// obvious loop, which looks at all pairs before every merge, takes `O(n²)`: hours for a
/// megabyte of one letter.
pub fn merge_bytes(piece: &[u8], rank: impl Fn(&[u8]) -> Option<u32>) -> Vec<u32> {
    if let Some(id) = rank(piece) {
        return vec![id]; // most pieces of ordinary text are tokens already
    }

    // The part that starts at byte `i` ends at `next[i]`, where the next part starts.
    let n = piece.len();
    let mut next: Vec<usize> = (1..=n).collect();
    let mut previous: Vec<usize> = (0..n).map(|i| i.saturating_sub(1)).collect();

    // The merge of the part at `left` with its right neighbour, if their union is a token.
    let merge = |left: usize, next: &[usize]| {
        let end = *next.get(next[left])?;
        Some(Reverse((rank(&piece[left..end])?, left, end)))
    };
    let mut merges: BinaryHeap<_> =
        (0..n).filter_map(|left| merge(left, &next)).collect();

    while let Some(Reverse((_, left, end))) = merges.pop() {
        let right = next[left];
        if right == GONE || next.get(right) != Some(&end) {
            continue; // one of the two was joined to another part since
        }
        next[left] = end;
        next[right] = GONE;
        if end < n {
            previous[end] = left;
        }
        merges.extend(merge(left, &next));
        if left > 0 {
            merges.extend(merge(previous[left], &next));
        }
    }

    let starts = std::iter::successors(Some(0), |&start| next.get(start).copied());
    let parts = starts
        .take_while(|&start| start < n)
        .map(|start| &piece[start..next[start]]);
    parts.map(|part| rank(part).expect("bytes and merges are tokens")).collect()
}
