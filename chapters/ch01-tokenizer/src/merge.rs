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

/// As [`merge_bytes`], for parts that are ids already: again and again joins the two neighbours
/// whose merge has the lowest rank, the leftmost first, until no two merge. `pair` gives two
/// ids' rank and the id that they make, if they merge.
// ANCHOR: merge_ids
pub(crate) fn merge_ids(
    mut parts: Vec<u32>,
    pair: impl Fn(u32, u32) -> Option<(u32, u32)>,
) -> Vec<u32> {
    /// Stands where a part was joined to its left neighbour.
    const GONE: u32 = u32::MAX;

    // The part at place `i` has its right neighbour at `next[i]`.
    let n = parts.len();
    let mut next: Vec<usize> = (1..=n).collect();
    let mut previous: Vec<usize> = (0..n).map(|i| i.saturating_sub(1)).collect();

    // The merge of the part at `left` with its right neighbour, if the two merge.
    let merge = |left: usize, parts: &[u32], next: &[usize]| {
        let two = (parts[left], *parts.get(next[left])?);
        let (rank, made) = pair(two.0, two.1)?;
        Some(Reverse((rank, left, two, made)))
    };
    let mut merges: BinaryHeap<_> =
        (0..n).filter_map(|left| merge(left, &parts, &next)).collect();

    while let Some(Reverse((_, left, two, made))) = merges.pop() {
        let right = next[left];
        if parts[left] != two.0 || parts.get(right) != Some(&two.1) {
            continue; // one of the two was joined to another part since
        }
        (parts[left], parts[right]) = (made, GONE);
        next[left] = next[right];
        if let Some(after) = previous.get_mut(next[left]) {
            *after = left;
        }
        merges.extend(merge(left, &parts, &next));
        if left > 0 {
            merges.extend(merge(previous[left], &parts, &next));
        }
    }
    parts.retain(|&id| id != GONE);
    parts
}
// ANCHOR_END: merge_ids
