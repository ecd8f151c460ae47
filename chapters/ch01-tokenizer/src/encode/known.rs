//! What the cache knows of many words at a time.

use super::cache::{COUNT, NARROW, Sets};
use super::word::Word;

/// Ids that are written at a time: those that a slot holds, and its count, which nobody reads.
const ROOM: usize = NARROW + 1;

// ANCHOR: append
/// Appends the ids of words as long as they are in their first slots, and says of how many. It
/// writes as many ids as a slot can hold, whose number the processor need not guess, and counts
/// those that are meant.
#[inline(always)]
#[allow(
    unsafe_code,
    reason = "writes into memory that the vector has but does not count yet"
)]
fn append(sets: Sets, words: &[Word], ids: &mut Vec<u32>) -> usize {
    ids.reserve(words.len() * ROOM);
    let mut end = ids.len();
    let mut known = 0;
    for word in words {
        let Some(slot) = sets.get(word.key, word.hash) else { break };
        let count = usize::from(slot.ids[COUNT]);
        if count == 0 {
            break;
        }
        let wide = slot.ids.map(u32::from);
        // SAFETY: no slot counts more than `NARROW` ids, fewer than `ROOM`. So each word before
        // this one took less than its `ROOM` of what was reserved, and one more `ROOM` is there.
        unsafe { ids.as_mut_ptr().add(end).cast::<[u32; ROOM]>().write(wide) };
        end += count;
        known += 1;
    }
    // SAFETY: the loop wrote all ids up to `end`, within what was reserved.
    unsafe { ids.set_len(end) };
    known
}
// ANCHOR_END: append

/// Replaces `new` by the keys of the short words that are not in their first slots. It writes
/// every key and counts those that are meant, so that there is nothing to guess.
#[inline(always)]
fn find_new(sets: Sets, words: &[Word], new: &mut Vec<u128>) {
    new.resize(words.len(), 0);
    let mut count = 0;
    for word in words {
        new[count] = word.key;
        let is_new = sets.get(word.key, word.hash).is_none() & !word.is_long();
        count += usize::from(is_new);
    }
    new.truncate(count);
}

/// Appends the ids of words as long as they are in their first slots, and says of how many.
#[inline]
#[allow(unsafe_code, reason = "calls what only some processors can run")]
pub fn append_known(sets: Sets, words: &[Word], ids: &mut Vec<u32>) -> usize {
    #[cfg(target_arch = "x86_64")]
    if crate::features::available() {
        // SAFETY: asked on the line above.
        return unsafe { x86::append_known(sets, words, ids) };
    }
    append(sets, words, ids)
}

/// Replaces `new` by the keys of the short words that are not in their first slots.
#[inline]
#[allow(unsafe_code, reason = "calls what only some processors can run")]
pub fn new_words(sets: Sets, words: &[Word], new: &mut Vec<u128>) {
    #[cfg(target_arch = "x86_64")]
    if crate::features::available() {
        // SAFETY: asked on the line above.
        return unsafe { x86::new_words(sets, words, new) };
    }
    find_new(sets, words, new);
}

/// The same code, made of instructions that only some processors have.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Sets, Word};

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,bmi2")]
    pub fn append_known(sets: Sets, words: &[Word], ids: &mut Vec<u32>) -> usize {
        super::append(sets, words, ids)
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,bmi2")]
    pub fn new_words(sets: Sets, words: &[Word], new: &mut Vec<u128>) {
        super::find_new(sets, words, new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::cache::Cache;

    #[test]
    fn the_cache_knows_the_same_with_and_without_wide_instructions() {
        let mut cache = Cache::new();
        let text = (0..300).map(|n| (n * n).to_string()).collect::<String>();
        let word = |n: usize| {
            Word::new(text.as_bytes(), cache.sets(), 2 * n, 2 * n + n % 17)
        };
        let words: Vec<_> = (1..200).map(word).collect();
        for (n, word) in words.iter().enumerate().filter(|(n, _)| n % 5 > 0) {
            let ids: Vec<u32> =
                (0..n as u32 % 9 + 1).map(|id| id * 7_000).collect();
            if !word.is_long() {
                cache.learn(word.key, &ids);
            }
        }
        let sets = cache.sets();
        let (mut new, mut also_new) = (Vec::new(), Vec::new());
        new_words(sets, &words, &mut new);
        find_new(sets, &words, &mut also_new);
        assert_eq!(new, also_new);
        assert!(!new.is_empty() && new.len() < words.len());
        for rest in (0..words.len()).map(|first| &words[first..]) {
            let (mut ids, mut same_ids) = (vec![1, 2, 3], vec![1, 2, 3]);
            let known = append_known(sets, rest, &mut ids);
            assert_eq!(append(sets, rest, &mut same_ids), known);
            assert_eq!(ids, same_ids);
        }
    }
}
