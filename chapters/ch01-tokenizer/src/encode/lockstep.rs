//! Merging several short words in turn, a step of each.
//!
//! A merge waits for the one before it, and for pairs that memory sends. Meanwhile the processor
//! can work on other words, if their steps stand side by side, and if no branch depends on what
//! a step finds: a branch that was guessed wrong throws all that work away.

use std::arch::x86_64::*;

use crate::layout::{
    ID_BITS, KEY_BYTES, NO_PAIR, PAIRS, POSSIBLE_BITS, RANK_BITS, Tables, pair_in,
    pair_product, prefetch,
};

/// So many words take turns.
const TURNS: usize = 8;
/// A merge is a rank and, in the last six bits, its place: the smallest comes first, the
/// leftmost of equals. This is none.
const NO_MERGE: u32 = u32::MAX;
/// No token has this id.
const NO_ID: u32 = (1 << ID_BITS) - 1;
/// No table has this pair.
const NEVER: u64 = (NO_ID as u64) << ID_BITS;
/// Where the right neighbour of a word's last part stands: none.
const END: usize = 32;
/// Where the left neighbour of its first part stands: none.
const START: usize = 31;

/// As [`super::short::merge_words`]. Only for processors where this is
/// [`available`](crate::features::available).
#[inline]
#[allow(unsafe_code, reason = "calls what only some processors can run")]
pub fn merge(tables: &Tables, words: &[u128], each: impl FnMut(u128, &[u32])) {
    // SAFETY: the caller asked `available`.
    unsafe { in_turns(&Pairs::new(tables), words, each) }
}

// ANCHOR: in_turns
/// A step of one word, a step of the next. Each step has two halves: first all words choose what
/// to merge and ask memory for the pairs that come of it, then all look these up.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,lzcnt,popcnt")]
fn in_turns(pairs: &Pairs, words: &[u128], mut each: impl FnMut(u128, &[u32])) {
    let mut turns = [const { Merging::NONE }; TURNS];
    let mut active = TURNS.min(words.len());
    let (first, mut waiting) = words.split_at(active);
    for (turn, &key) in turns.iter_mut().zip(first) {
        turn.start(pairs, key);
    }
    while active > 0 {
        let mut place = 0;
        while place < active {
            let turn = &mut turns[place];
            if turn.choose(pairs) {
                place += 1;
                continue;
            }
            let (ids, count) = turn.ids();
            each(turn.key, &ids[..count]);
            if let Some((&key, rest)) = waiting.split_first() {
                turn.start(pairs, key);
                waiting = rest;
            } else {
                active -= 1;
                turns.swap(place, active);
            }
        }
        for turn in &mut turns[..active] {
            turn.merge(pairs);
        }
    }
}
// ANCHOR_END: in_turns

/// What [`Tables`] say of pairs, ready to be read.
struct Pairs<'a> {
    pairs: &'a [u64],
    possible: &'a [u64; 1 << POSSIBLE_BITS >> 6],
    made: &'a [u32],
    byte_pairs: &'a [u32; 1 << 16],
    byte_ids: &'a [u32; 1 << 8],
    /// How far a product is shifted to be the number of a line
    shift: u32,
}

impl<'a> Pairs<'a> {
    fn new(tables: &'a Tables) -> Self {
        let shift = 64 - (tables.pairs.len() / PAIRS).trailing_zeros();
        Self {
            pairs: &tables.pairs,
            possible: tables
                .possible
                .first_chunk()
                .expect("one bit for each value"),
            made: &tables.made,
            byte_pairs: tables
                .byte_pairs
                .first_chunk()
                .expect("one for each two bytes"),
            byte_ids: tables.byte_ids.first_chunk().expect("one for each byte"),
            shift,
        }
    }

    /// Asks memory for the line where a pair would stand, unless there is no such pair.
    #[inline(always)]
    fn ask(&self, left: u32, right: u32) -> Asked {
        let pair = u64::from(left) << ID_BITS | u64::from(right);
        let product = pair_product(pair);
        let bit = product >> (64 - POSSIBLE_BITS);
        let possible = self.possible[(bit / 64) as usize] >> (bit % 64) & 1;
        let line = (product >> self.shift) as usize * PAIRS;
        let (pair, line) = if possible == 1 { (pair, line) } else { (NEVER, 0) };
        prefetch(&self.pairs[line]);
        Asked { pair, line }
    }

    /// The merge at `place` of a pair that memory was asked for.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,lzcnt,popcnt")]
    #[allow(unsafe_code, reason = "reads 8 numbers in one go")]
    fn merge_of(&self, Asked { pair, line }: Asked, place: u32) -> u32 {
        let line = &self.pairs[line..][..PAIRS];
        // SAFETY: the line has the 8 numbers that are read.
        let found = unsafe { _mm512_loadu_si512(line.as_ptr().cast()) };
        let rest =
            _mm512_xor_si512(found, _mm512_set1_epi64((pair << RANK_BITS) as i64));
        let equal =
            _mm512_cmplt_epu64_mask(rest, _mm512_set1_epi64(1 << RANK_BITS));
        let free =
            _mm512_cmpeq_epi64_mask(found, _mm512_set1_epi64(NO_PAIR as i64));
        if equal | free == 0 {
            return self.merge_beyond(pair, place);
        }
        let rank = line[equal.trailing_zeros() as usize % PAIRS] as u32
            & ((1 << RANK_BITS) - 1);
        if equal == 0 { NO_MERGE } else { rank << 6 | place }
    }

    /// The same, where the line is full: the pair may be in the next one.
    #[cold]
    fn merge_beyond(&self, pair: u64, place: u32) -> u32 {
        let (left, right) = ((pair >> ID_BITS) as u32, pair as u32 & NO_ID);
        pair_in(self.pairs, left, right).map_or(NO_MERGE, |rank| rank << 6 | place)
    }
}

/// A pair whose merge is to be looked up, and where.
#[derive(Clone, Copy)]
struct Asked {
    pair: u64,
    line: usize,
}

/// A word on its way from bytes to tokens.
#[repr(align(64))]
struct Merging {
    /// For each place the merge of the part that starts there with the next one
    merges: [u32; 16],
    /// The part that starts at each place; [`NO_ID`] at [`START`] and [`END`]
    parts: [u32; END + 1],
    /// One bit for each place where a part starts
    alive: u32,
    /// What was chosen: the places of the parts that merge, and of the one before them; and the
    /// two pairs that come of it
    left: u32,
    right: u32,
    before: u32,
    asked: [Asked; 2],
    /// The word
    key: u128,
}

impl Merging {
    const NONE: Self = Self {
        merges: [NO_MERGE; 16],
        parts: [NO_ID; END + 1],
        alive: 0,
        left: 0,
        right: 0,
        before: 0,
        asked: [Asked { pair: NEVER, line: 0 }; 2],
        key: 0,
    };

    /// Begins with the bytes of a word.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,lzcnt,popcnt")]
    #[allow(unsafe_code, reason = "reads and writes 16 numbers in one go")]
    fn start(&mut self, pairs: &Pairs, key: u128) {
        let alive = (1u32 << (key >> (8 * KEY_BYTES)) as u32) - 1;
        let bytes = _mm_set_epi64x((key >> 64) as i64, key as i64);
        let first = _mm512_cvtepu8_epi32(bytes);
        let second = _mm512_cvtepu8_epi32(_mm_srli_si128::<1>(bytes));
        let two = _mm512_or_si512(_mm512_slli_epi32::<8>(first), second);
        let places =
            _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let none = _mm512_set1_epi32(NO_MERGE as i32);
        // SAFETY: the tables have as many numbers as there are two bytes, and bytes.
        let (ranks, ids) = unsafe {
            let (ranks, ids) = (pairs.byte_pairs.as_ptr(), pairs.byte_ids.as_ptr());
            (
                _mm512_mask_i32gather_epi32::<4>(
                    none,
                    (alive >> 1) as u16,
                    two,
                    ranks.cast(),
                ),
                _mm512_mask_i32gather_epi32::<4>(
                    none,
                    alive as u16,
                    first,
                    ids.cast(),
                ),
            )
        };
        let merges = _mm512_or_si512(_mm512_slli_epi32::<6>(ranks), places);
        let merge = _mm512_cmpneq_epi32_mask(ranks, none);
        let merges = _mm512_mask_mov_epi32(none, merge, merges);
        // SAFETY: both arrays have the 16 places that are written.
        unsafe {
            _mm512_storeu_si512(self.merges.as_mut_ptr().cast(), merges);
            _mm512_storeu_si512(self.parts.as_mut_ptr().cast(), ids);
        }
        (self.key, self.alive) = (key, alive);
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,lzcnt,popcnt")]
    #[allow(unsafe_code, reason = "reads 16 numbers in one go")]
    fn merges(&self) -> __m512i {
        // SAFETY: the array has the 16 numbers that are read.
        unsafe { _mm512_loadu_si512(self.merges.as_ptr().cast()) }
    }

    /// Joins the two parts whose merge has the lowest rank, and asks memory for the pairs that
    /// come of it. Says whether any merge was left.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,lzcnt,popcnt")]
    fn choose(&mut self, pairs: &Pairs) -> bool {
        let best = _mm512_reduce_min_epu32(self.merges());
        if best == NO_MERGE {
            return false;
        }
        let left = best & 15;
        let above = self.alive & (!1 << left);
        let right = above & above.wrapping_neg();
        let after = (above ^ right).trailing_zeros() as usize;
        let below = self.alive & ((1 << left) - 1);
        let before = 31u32.wrapping_sub(below.leading_zeros()) & START as u32;

        let rank = best >> 6;
        let made = pairs.made.get(rank as usize).copied().unwrap_or(rank);
        self.parts[left as usize] = made;
        self.alive ^= right;
        self.asked = [
            pairs.ask(self.parts[before as usize], made),
            pairs.ask(made, self.parts[after.min(END)]),
        ];
        (self.left, self.right, self.before) = (left, right, before);
        true
    }

    /// Notes the merges of the new part with its neighbours.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,lzcnt,popcnt")]
    #[allow(unsafe_code, reason = "writes 16 numbers in one go")]
    fn merge(&mut self, pairs: &Pairs) {
        let with_before = pairs.merge_of(self.asked[0], self.before);
        let with_after = pairs.merge_of(self.asked[1], self.left);
        let set = |merges, places: u32, to: u32| {
            _mm512_mask_set1_epi32(merges, places as u16, to as i32)
        };
        let merges = set(self.merges(), self.right, NO_MERGE);
        let merges = set(merges, 1 << self.left, with_after);
        let merges = set(merges, 1 << self.before, with_before);
        // SAFETY: the array has the 16 numbers that are written.
        unsafe { _mm512_storeu_si512(self.merges.as_mut_ptr().cast(), merges) };
    }

    /// The tokens, and how many there are.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,bmi1,lzcnt,popcnt")]
    #[allow(unsafe_code, reason = "reads and writes 16 numbers in one go")]
    fn ids(&self) -> ([u32; 16], usize) {
        let mut ids = [0; 16];
        // SAFETY: both arrays have the 16 numbers that are read and written.
        unsafe {
            let parts = _mm512_loadu_si512(self.parts.as_ptr().cast());
            let parts = _mm512_maskz_compress_epi32(self.alive as u16, parts);
            _mm512_storeu_si512(ids.as_mut_ptr().cast(), parts);
        }
        (ids, self.alive.count_ones() as usize)
    }
}
