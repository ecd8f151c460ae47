//! Merging short pieces.

use crate::layout::{KEY_BYTES, NO_RANK, Tables};

/// The ids of words of up to 15 bytes, given as [`key`](crate::layout::key)s: calls `each` with
/// a word's key and its ids, in any order.
pub fn merge_words(
    tables: &Tables,
    words: &[u128],
    mut each: impl FnMut(u128, &[u32]),
) {
    #[cfg(target_arch = "x86_64")]
    if crate::features::available() {
        return super::lockstep::merge(tables, words, each);
    }
    let mut ids = Vec::new();
    for &key in words {
        let length = (key >> (8 * KEY_BYTES)) as usize;
        ids.clear();
        merge_short::<16>(tables, &key.to_le_bytes()[..length], &mut ids);
        each(key, &ids);
    }
}

/// As [`lowest_rank::merge`], for at most `N` bytes, at most 64: a look at all pairs is quicker
/// than a heap then, and no memory is asked for.
pub fn merge_short<const N: usize>(
    tables: &Tables,
    piece: &[u8],
    ids: &mut Vec<u32>,
) {
    /// A pair that does not merge. The others are a rank and, in the last six bits, a place:
    /// the smallest is the one to merge, the leftmost of equals.
    const NONE: u32 = u32::MAX;
    let n = piece.len();
    let (byte_ids, byte_pairs) = (&*tables.byte_ids, &*tables.byte_pairs);
    let (mut parts, mut pairs) = ([0u32; N], [NONE; N]);
    let (mut next, mut previous) = ([0u8; N], [0u8; N]);
    for (i, &byte) in piece.iter().enumerate() {
        parts[i] = byte_ids[usize::from(byte)];
        next[i] = i as u8 + 1;
        previous[i] = (i as u8).saturating_sub(1);
    }
    for (i, two) in piece.windows(2).enumerate() {
        let rank = byte_pairs[usize::from(two[0]) << 8 | usize::from(two[1])];
        pairs[i] = if rank == NO_RANK { NONE } else { rank << 6 | i as u32 };
    }
    let pair = |left, right, place: usize| {
        tables.pair(left, right).map_or(NONE, |rank| rank << 6 | place as u32)
    };
    loop {
        let best = pairs.iter().fold(NONE, |best, &pair| best.min(pair));
        if best == NONE {
            break;
        }
        let left = best as usize & 63;
        let right = usize::from(next[left]);
        let after = usize::from(next[right]);
        let before = usize::from(previous[left]);
        parts[left] = tables.made(best >> 6);
        next[left] = after as u8;
        pairs[right] = NONE;
        pairs[left] = NONE;
        if after < n {
            previous[after] = left as u8;
            pairs[left] = pair(parts[left], parts[after], left);
        }
        if left > 0 {
            pairs[before] = pair(parts[before], parts[left], before);
        }
    }
    let mut at = 0;
    while at < n {
        ids.push(parts[at]);
        at = usize::from(next[at]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::layout::key;
    use crate::{Vocabulary, train};

    /// Words that are merged in turns, and one after the other.
    fn both_ways_agree(vocabulary: &Vocabulary, words: &[Vec<u8>]) {
        let tables = vocabulary.tables();
        let keys: Vec<_> = words.iter().map(|word| key(word)).collect();
        let mut done = vec![false; words.len()];
        merge_words(tables, &keys, |key, ids| {
            let which = keys.iter().zip(&done).position(|(k, d)| *k == key && !d);
            let which = which.expect("one of the words");
            let mut expected = Vec::new();
            merge_short::<16>(tables, &words[which], &mut expected);
            assert_eq!(ids, expected, "{:?}", words[which]);
            done[which] = true;
        });
        assert!(done.iter().all(|&done| done), "all words");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn words_merge_in_turns_as_they_do_alone(
            words in proptest::collection::vec("[a-e ]{1,15}", 0..40),
            size in 256usize..400,
        ) {
            let words: Vec<_> = words.into_iter().map(String::into_bytes).collect();
            both_ways_agree(&Vocabulary::gpt2(), &words);
            let text = String::from_utf8(words.concat()).expect("letters");
            both_ways_agree(&train([text.as_str()], size), &words);
        }

        #[test]
        fn bytes_of_any_kind_merge_in_turns_as_they_do_alone(
            words in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 1..=15), 0..40,
            ),
        ) {
            both_ways_agree(&Vocabulary::gpt2(), &words);
        }

        #[test]
        fn invented_vocabularies_with_any_ids_merge_in_turns_too(
            tokens in proptest::collection::btree_set("[ab]{2,5}", 0..30),
            words in proptest::collection::vec("[ab]{1,15}", 0..40),
            step in 1u32..4_000,
        ) {
            let bytes = (0..=u8::MAX).map(|byte| vec![byte]);
            let all = bytes.chain(tokens.into_iter().map(String::into_bytes));
            let tokens = all.zip((0..).map(|n| n * step)).collect();
            let vocabulary = Vocabulary::with_ids(tokens).expect("all bytes");
            let words: Vec<_> = words.into_iter().map(String::into_bytes).collect();
            both_ways_agree(&vocabulary, &words);
        }
    }
}
