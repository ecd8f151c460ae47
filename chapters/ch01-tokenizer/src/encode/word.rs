//! Words of a text as numbers, so that two are equal when two numbers are.

use super::cache::Sets;
use crate::layout::{KEY_BYTES, hash_key, key};
use crate::splitter::BLOCK;

/// The lengths that a key can tell: those of more bytes are only called long.
const LONG: usize = 0xfe;

/// For each length the bytes of 16 that belong to a word.
static MASKS: [u128; KEY_BYTES + 1] = {
    let mut masks = [0; KEY_BYTES + 1];
    let mut length = 1;
    while length <= KEY_BYTES {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};

/// A piece as the cache wants it, and where it ends. It starts where the one before it ends.
#[derive(Clone, Copy, Default)]
pub struct Word {
    /// The word as a [`key`], or one that no word has, if it is long
    pub key: u128,
    pub hash: u64,
    pub end: usize,
}

impl Word {
    // ANCHOR: word
    /// The word from `start` to `end`, and a request to memory for its slot.
    #[inline(always)]
    pub fn new(text: &[u8], sets: Sets, start: usize, end: usize) -> Self {
        let length = end - start;
        let key = match text[start..].first_chunk::<16>() {
            _ if length > KEY_BYTES => (LONG as u128) << (8 * KEY_BYTES),
            Some(sixteen) => {
                let word = u128::from_le_bytes(*sixteen) & MASKS[length & 15];
                word | (length as u128) << (8 * KEY_BYTES)
            }
            None => key(&text[start..end]),
        };
        Self::asked(key, sets, end)
    }

    /// A word whose slot memory was asked for.
    #[inline(always)]
    fn asked(key: u128, sets: Sets, end: usize) -> Self {
        let hash = hash_key(key);
        sets.prefetch(hash);
        Self { key, hash, end }
    }
    // ANCHOR_END: word

    /// Whether it has more bytes than a key.
    #[inline]
    pub fn is_long(&self) -> bool {
        self.key >> (8 * KEY_BYTES) > KEY_BYTES as u128
    }
}

/// Writes the words that end in some blocks into `words`; each block has a bit for every byte
/// after the end of one. The first word begins at `start`, the first block at `base`. Returns how
/// many words there are.
#[inline]
#[allow(unsafe_code, reason = "calls what only some processors can run")]
pub fn words_of_blocks(
    text: &[u8],
    sets: Sets,
    start: usize,
    base: usize,
    blocks: &[u64],
    words: &mut [Word],
) -> usize {
    #[cfg(target_arch = "x86_64")]
    if crate::features::available() {
        // SAFETY: asked on the line above.
        return unsafe {
            x86::words_of_blocks(text, sets, start, base, blocks, words)
        };
    }
    let new = |start, end| Word::new(text, sets, start, end);
    each_word(start, base, blocks, words, new)
}

/// Writes all words of some blocks, each as `new` makes it.
#[inline(always)]
fn each_word(
    mut start: usize,
    base: usize,
    blocks: &[u64],
    words: &mut [Word],
    new: impl Fn(usize, usize) -> Word,
) -> usize {
    let mut count = 0;
    for (base, &ends) in (base..).step_by(BLOCK).zip(blocks) {
        let mut left = ends;
        let next = count + ends.count_ones() as usize;
        for word in &mut words[count..next] {
            let end = base + left.trailing_zeros() as usize;
            *word = new(start, end);
            start = end;
            left &= left - 1;
        }
        count = next;
    }
    count
}

/// The same with instructions that some processors have.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::*;

    /// As [`super::words_of_blocks`].
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,bmi2,popcnt")]
    pub fn words_of_blocks(
        text: &[u8],
        sets: Sets,
        start: usize,
        base: usize,
        blocks: &[u64],
        words: &mut [Word],
    ) -> usize {
        assert!(all_inside(text.len(), start, base, blocks));
        each_word(start, base, blocks, words, |start, end| {
            Word::asked(masked_key(text, start, end), sets, end)
        })
    }

    /// Whether the first word does not end before its start, nor the last one after the text.
    /// Those between lie in order.
    fn all_inside(text: usize, start: usize, base: usize, blocks: &[u64]) -> bool {
        let is_some = |block: &u64| *block != 0;
        let (Some(first), Some(last)) =
            (blocks.iter().position(is_some), blocks.iter().rposition(is_some))
        else {
            return true; // no word at all
        };
        let first_end = blocks[first].trailing_zeros() as usize + first * BLOCK;
        let last_end = blocks[last].ilog2() as usize + last * BLOCK;
        start <= base + first_end && base + last_end <= text
    }

    /// The bytes of a word, read in one go whatever stands behind them, and its length.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,bmi2,popcnt")]
    #[allow(unsafe_code, reason = "reads through a pointer")]
    fn masked_key(text: &[u8], start: usize, end: usize) -> u128 {
        let length = (end - start).min(LONG) as u32;
        let bytes = _bzhi_u32((1 << KEY_BYTES) - 1, length);
        // SAFETY: only bytes from `start` to `end` are read, and `words_of_blocks` saw that
        // all of these are the text's.
        let word = unsafe {
            _mm_maskz_loadu_epi8(bytes as u16, text.as_ptr().add(start).cast())
        };
        let word = _mm_insert_epi8::<15>(word, length as i32);
        let halves = [_mm_cvtsi128_si64(word), _mm_extract_epi64::<1>(word)];
        u128::from(halves[0] as u64) | u128::from(halves[1] as u64) << 64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::cache::Cache;
    use crate::splitter::starts;

    #[test]
    fn words_are_the_same_with_and_without_wide_instructions() {
        let long = "x".repeat(300) + &"é".repeat(130);
        let text = format!("Words, of  all\n\n kinds: 你好吗 {long} it's 12345 ");
        let (text, cache) = (text.repeat(5), Cache::new());
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            let (text, mut blocks) = (&text[..end], Vec::new());
            starts(text, |_, found| blocks.push(found));
            let (bytes, sets) = (text.as_bytes(), cache.sets());
            let room = vec![Word::default(); text.len()];
            let (mut some, mut others) = (room.clone(), room);
            let count = words_of_blocks(bytes, sets, 0, 0, &blocks, &mut some);
            let one_by_one = each_word(0, 0, &blocks, &mut others, |start, end| {
                Word::new(bytes, sets, start, end)
            });
            assert_eq!(count, one_by_one);
            for (word, other) in some[..count].iter().zip(&others) {
                assert_eq!(word.end, other.end);
                assert_eq!(word.is_long(), other.is_long());
                assert!(word.is_long() || word.key == other.key);
            }
        }
    }
}
