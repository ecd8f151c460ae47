//! How a vocabulary lies in memory: a few flat tables, ready to be read where they stand.
//!
//! `build.rs` uses this same file to lay out GPT-2's vocabulary while the program is built, so
//! that starting it costs nothing.

use std::borrow::Cow;

use crate::merge::merge_ids;

/// Ids have 21 bits, so that a pair of them and a rank fit into 64. No vocabulary in use comes
/// near two million tokens.
pub const ID_BITS: u32 = 21;
/// A rank has the bits that two ids leave.
pub const RANK_BITS: u32 = 64 - 2 * ID_BITS;
/// Bits of a hash that [`Tables::possible`] looks at: so it has 64 KiB.
pub const POSSIBLE_BITS: u32 = 19;
/// So many pairs stand in a line of the processor's cache.
pub const PAIRS: usize = 8;
/// A place of [`Tables::pairs`] that holds no pair.
pub const NO_PAIR: u64 = u64::MAX;
/// A place of [`Tables::index`] that holds no token.
const NO_TOKEN: u32 = u32::MAX;
/// A token that no merge makes.
pub const NO_RANK: u32 = u32::MAX;
/// A word of up to this many bytes fits into a [`key`].
pub const KEY_BYTES: usize = 15;

/// The tables. Each is borrowed from the program itself (GPT-2) or owned (any other vocabulary).
#[derive(Clone, Debug)]
pub struct Tables {
    /// The bytes of all tokens, one token after the other, in the order of their ids
    pub bytes: Cow<'static, [u8]>,
    /// Where each id's bytes start; one more at the end. An id without bytes is no token
    pub starts: Cow<'static, [u32]>,
    /// For each id its token as a [`key`]; 0 for tokens of more bytes than that has
    pub keys: Cow<'static, [u128]>,
    /// For each id its token's rank, or [`NO_RANK`]
    pub ranks: Cow<'static, [u32]>,
    /// For each rank the id of the token that the merge makes; empty where that is the rank
    pub made: Cow<'static, [u32]>,
    /// From bytes to id: an open-addressing table of ids, each below 11 bits of its hash
    pub index: Cow<'static, [u32]>,
    /// From two ids to a rank: an open-addressing table of `left, right, rank` in 64 bits. A
    /// search begins where a line of eight begins, and nearly always ends in that line
    pub pairs: Cow<'static, [u64]>,
    /// For each value of some bits of a pair's hash, one bit: is there such a pair? Most pairs of
    /// tokens never merge, and this small table says so for nine of ten of them
    pub possible: Cow<'static, [u64]>,
    /// For each two bytes, the rank of the merge of their tokens, or [`NO_RANK`]. Every piece
    /// begins with these, and a few of them are needed all the time
    pub byte_pairs: Cow<'static, [u32]>,
    /// For each two bytes, one bit: are they neighbours inside any token?
    pub inside: Cow<'static, [u64]>,
    /// The ids of the 256 single bytes
    pub byte_ids: Cow<'static, [u32]>,
    /// Whether each token comes from one pair, as the learning of merges has it
    pub learned: bool,
}

impl Tables {
    /// The tables of tokens and ids in the order of their ranks, where any two neighbours whose
    /// union is a token may merge.
    pub fn from_ranks(tokens: &[(Vec<u8>, u32)]) -> Self {
        let mut tables = Self::with_ranks(tokens);
        match tables.learned_pairs() {
            Some(pairs) => {
                (tables.pairs, tables.learned) = (Cow::Owned(pairs), true)
            }
            None => tables.add_all_pairs(tokens),
        }
        tables.add_shortcuts();
        tables
    }

    /// As [`from_ranks`](Self::from_ranks), where training knows the two ids that each rank
    /// joined. A token that is a single byte was joined from none.
    pub fn from_training(
        tokens: &[(Vec<u8>, u32)],
        joined: impl Iterator<Item = (u32, (u32, u32))>,
    ) -> Self {
        let mut tables = Self::with_ranks(tokens);
        let mut pairs = empty_pairs(tokens.len());
        for (rank, (left, right)) in joined {
            insert_pair(&mut pairs, left, right, rank);
        }
        (tables.pairs, tables.learned) = (Cow::Owned(pairs), true);
        tables.add_shortcuts();
        tables
    }

    /// The tables of tokens and ids, where only the listed pairs merge, the first with the
    /// lowest rank. Every pair's union must be a token.
    pub fn from_merges(tokens: &[(Vec<u8>, u32)], merges: &[(u32, u32)]) -> Self {
        let mut tables = Self::without_pairs(tokens);
        let mut pairs = empty_pairs(merges.len());
        let mut made = Vec::with_capacity(merges.len());
        for (rank, &(left, right)) in (0..).zip(merges) {
            let union = [tables.token(left), tables.token(right)].concat();
            let id = tables.id(&union).expect("every pair's union is a token");
            made.push(id);
            let known = &mut tables.ranks.to_mut()[id as usize];
            *known = rank.min(*known);
            if pair_in(&pairs, left, right).is_none() {
                insert_pair(&mut pairs, left, right, rank);
            }
        }
        tables.made = Cow::Owned(made);
        tables.learned = tokens.len() == 256 + merges.len()
            && tables.learned_pairs().is_some_and(|learned| learned == pairs);
        tables.pairs = Cow::Owned(pairs);
        tables.add_shortcuts();
        tables
    }

    fn with_ranks(tokens: &[(Vec<u8>, u32)]) -> Self {
        let mut tables = Self::without_pairs(tokens);
        let ids: Vec<u32> = tokens.iter().map(|&(_, id)| id).collect();
        for (rank, &id) in (0..).zip(&ids) {
            tables.ranks.to_mut()[id as usize] = rank;
        }
        tables.made = Cow::Owned(ids);
        tables
    }

    fn without_pairs(tokens: &[(Vec<u8>, u32)]) -> Self {
        let size = tokens.iter().map(|&(_, id)| id as usize + 1).max().unwrap_or(0);
        let mut by_id: Vec<&[u8]> = vec![&[]; size];
        let mut byte_ids = vec![0; 256];
        let mut inside = vec![0u64; 65_536 / 64];
        for (token, id) in tokens {
            by_id[*id as usize] = token;
            if let [byte] = token[..] {
                byte_ids[usize::from(byte)] = *id;
            }
            for pair in token.windows(2) {
                let bit = usize::from(pair[0]) << 8 | usize::from(pair[1]);
                inside[bit / 64] |= 1 << (bit % 64);
            }
        }
        let (mut starts, mut bytes, mut keys) = (vec![0], Vec::new(), Vec::new());
        for token in &by_id {
            keys.push(if token.len() <= KEY_BYTES { key(token) } else { 0 });
            bytes.extend_from_slice(token);
            starts.push(bytes.len() as u32);
        }
        let mut index = vec![NO_TOKEN; table_size(tokens.len())];
        for (token, id) in tokens {
            let hash = hash_bytes(token);
            let mut place = hash as usize & (index.len() - 1);
            while index[place] != NO_TOKEN {
                place = (place + 1) & (index.len() - 1);
            }
            index[place] = tag(hash) | id;
        }
        Self {
            bytes: Cow::Owned(bytes),
            starts: Cow::Owned(starts),
            keys: Cow::Owned(keys),
            ranks: Cow::Owned(vec![NO_RANK; size]),
            made: Cow::Borrowed(&[]),
            index: Cow::Owned(index),
            pairs: Cow::Owned(empty_pairs(0)),
            possible: Cow::Borrowed(&[]),
            byte_pairs: Cow::Borrowed(&[]),
            inside: Cow::Owned(inside),
            byte_ids: Cow::Owned(byte_ids),
            learned: false,
        }
    }

    /// The one pair from which each token was learned: what the earlier merges make of the
    /// token's bytes, if that is two parts for every token.
    ///
    /// Then no other pair can ever merge. Take two neighbours in some text whose union is token
    /// `u`. Up to here all merges in their bytes were those that would have happened in these
    /// bytes alone, for neighbours outside merged with none of them. Alone, the bytes of `u`
    /// come down to its learned pair before anything makes `u`. So the neighbours are that pair.
    fn learned_pairs(&self) -> Option<Vec<u64>> {
        let mut pairs = empty_pairs(self.made.len());
        for (rank, &id) in (0..).zip(&*self.made) {
            let token = self.token(id);
            if token.len() < 2 {
                continue;
            }
            let bytes = token.iter().map(|&byte| self.byte_ids[usize::from(byte)]);
            let parts = merge_ids(bytes.collect(), |left, right| {
                let rank = pair_in(&pairs, left, right)?;
                Some((rank, self.made(rank)))
            });
            let [left, right] = parts[..] else { return None };
            insert_pair(&mut pairs, left, right, rank);
        }
        Some(pairs)
    }

    /// Adds every two tokens whose union is a token, for vocabularies that were not learned.
    fn add_all_pairs(&mut self, tokens: &[(Vec<u8>, u32)]) {
        let mut all = Vec::new();
        for (rank, (token, _)) in (0..).zip(tokens) {
            for cut in 1..token.len() {
                let (left, right) = token.split_at(cut);
                if let (Some(left), Some(right)) = (self.id(left), self.id(right)) {
                    all.push((left, right, rank));
                }
            }
        }
        let mut pairs = empty_pairs(all.len());
        for (left, right, rank) in all {
            insert_pair(&mut pairs, left, right, rank);
        }
        self.pairs = Cow::Owned(pairs);
    }

    /// Fills [`possible`](Self::possible) and [`byte_pairs`](Self::byte_pairs).
    fn add_shortcuts(&mut self) {
        let mut ranks = vec![NO_RANK; 1 << 16];
        let mut possible = vec![0u64; (1 << POSSIBLE_BITS) / 64];
        for (rank, left, right) in self.all_pairs() {
            let bit = possible_bit(left, right);
            possible[bit / 64] |= 1 << (bit % 64);
            if let ([left], [right]) = (self.token(left), self.token(right)) {
                let known =
                    &mut ranks[usize::from(*left) << 8 | usize::from(*right)];
                *known = rank.min(*known);
            }
        }
        self.byte_pairs = Cow::Owned(ranks);
        self.possible = Cow::Owned(possible);
    }

    /// The bytes of token `id`; none when there is no such token.
    #[inline]
    pub fn token(&self, id: u32) -> &[u8] {
        match self.starts.get(id as usize..id as usize + 2) {
            Some(&[start, end]) => &self.bytes[start as usize..end as usize],
            _ => &[],
        }
    }

    /// The id of the token with these bytes.
    pub fn id(&self, bytes: &[u8]) -> Option<u32> {
        self.find(hash_bytes(bytes), |id| self.token(id) == bytes)
    }

    /// The id of the token with this [`key`] and its hash.
    #[inline]
    pub fn id_of_key(&self, key: u128, hash: u64) -> Option<u32> {
        self.find(hash, |id| self.keys[id as usize] == key)
    }

    /// Asks memory for the place where [`id_of_key`](Self::id_of_key) begins to look.
    #[inline]
    pub fn prefetch_index(&self, hash: u64) {
        prefetch(&self.index[hash as usize & (self.index.len() - 1)]);
    }

    /// Asks memory for the key that [`id_of_key`](Self::id_of_key) will compare first.
    #[inline]
    pub fn prefetch_key(&self, hash: u64) {
        let found = self.index[hash as usize & (self.index.len() - 1)];
        if let Some(key) = self.keys.get((found & ((1 << ID_BITS) - 1)) as usize) {
            prefetch(key);
        }
    }

    /// The id with this hash that passes the test.
    #[inline(always)]
    fn find(&self, hash: u64, is_meant: impl Fn(u32) -> bool) -> Option<u32> {
        let index = &*self.index;
        let mut place = hash as usize & (index.len() - 1);
        loop {
            let found = index[place];
            if found == NO_TOKEN {
                return None;
            }
            let id = found & ((1 << ID_BITS) - 1);
            if found & !((1 << ID_BITS) - 1) == tag(hash) && is_meant(id) {
                return Some(id);
            }
            place = (place + 1) & (index.len() - 1);
        }
    }

    /// The id of the token that the merge of this rank makes.
    #[inline(always)]
    pub fn made(&self, rank: u32) -> u32 {
        self.made.get(rank as usize).copied().unwrap_or(rank)
    }

    /// The rank of the merge of `left` and `right`, if these two merge.
    #[inline]
    pub fn pair(&self, left: u32, right: u32) -> Option<u32> {
        let bit = possible_bit(left, right);
        match self.possible[bit / 64] >> (bit % 64) & 1 {
            0 => None,
            _ => pair_in(&self.pairs, left, right),
        }
    }

    /// All pairs that merge, as `(rank, left, right)`, in no order.
    pub fn all_pairs(&self) -> impl Iterator<Item = (u32, u32, u32)> {
        let id = |bits: u64| bits as u32 & ((1 << ID_BITS) - 1);
        let found = self.pairs.iter().filter(|&&pair| pair != NO_PAIR);
        found.map(move |&pair| {
            let rank = (pair & ((1 << RANK_BITS) - 1)) as u32;
            (rank, id(pair >> (RANK_BITS + ID_BITS)), id(pair >> RANK_BITS))
        })
    }

    /// Whether some token holds `left` with `right` right after it. Where none does, no merge
    /// ever crosses.
    #[inline]
    pub fn neighbours(&self, left: u8, right: u8) -> bool {
        let bit = usize::from(left) << 8 | usize::from(right);
        self.inside[bit / 64] >> (bit % 64) & 1 == 1
    }
}

/// Asks memory for the line where `place` is, and does not wait.
#[inline(always)]
#[allow(unsafe_code, reason = "a hint to the processor")]
pub fn prefetch<T>(place: &T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint that changes nothing; the processor has SSE, as all of this kind.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(place).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// A table's size: a power of two, at most four fifths full. Emptier ones need fewer steps, but
/// a step to the next place costs little, and a line that memory must send costs much.
fn table_size(entries: usize) -> usize {
    (entries * 5 / 4 + 2).next_power_of_two()
}

/// A table of pairs, at most half as full as others, so that hardly any line is.
fn empty_pairs(entries: usize) -> Vec<u64> {
    vec![NO_PAIR; table_size(2 * entries).max(2 * PAIRS)]
}

fn insert_pair(pairs: &mut [u64], left: u32, right: u32, rank: u32) {
    let pair = u64::from(left) << ID_BITS | u64::from(right);
    let mut place = pair_home(pair, pairs.len());
    while pairs[place] != NO_PAIR {
        place = (place + 1) & (pairs.len() - 1);
    }
    pairs[place] = pair << RANK_BITS | u64::from(rank);
}

/// The rank of a pair that a table holds.
#[inline]
pub fn pair_in(pairs: &[u64], left: u32, right: u32) -> Option<u32> {
    let pair = u64::from(left) << ID_BITS | u64::from(right);
    let mut place = pair_home(pair, pairs.len());
    loop {
        let found = pairs[place];
        if found >> RANK_BITS == pair {
            return Some((found & ((1 << RANK_BITS) - 1)) as u32);
        }
        if found == NO_PAIR {
            return None;
        }
        place = (place + 1) & (pairs.len() - 1);
    }
}

/// A product whose top bits depend on all bits of a pair (Knuth, The Art of Computer
/// Programming 3, section 6.4).
#[inline]
pub fn pair_product(pair: u64) -> u64 {
    pair.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Where the line of eight places begins in which a pair stands, or the next free place after
/// them.
#[inline]
fn pair_home(pair: u64, size: usize) -> usize {
    let lines = size / PAIRS;
    (pair_product(pair) >> (64 - lines.trailing_zeros())) as usize * PAIRS
}

/// The bit of a pair in [`Tables::possible`].
#[inline]
fn possible_bit(left: u32, right: u32) -> usize {
    let pair = u64::from(left) << ID_BITS | u64::from(right);
    (pair_product(pair) >> (64 - POSSIBLE_BITS)) as usize
}

/// The part of a hash that stands beside the id.
#[inline]
fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32 & !((1 << ID_BITS) - 1)
}

/// A word of at most 15 bytes as one number: its bytes and, at the top, its length.
#[inline]
pub fn key(word: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    bytes[..word.len()].copy_from_slice(word);
    bytes[KEY_BYTES] = word.len() as u8;
    u128::from_le_bytes(bytes)
}

/// One multiplication that mixes all bits of a [`key`].
#[inline]
pub fn hash_key(key: u128) -> u64 {
    let low = key as u64 ^ 0x9E37_79B9_7F4A_7C15;
    let high = (key >> 64) as u64 ^ 0xC2B2_AE3D_27D4_EB4F;
    let product = u128::from(low) * u128::from(high);
    product as u64 ^ (product >> 64) as u64
}

/// The hash of any bytes: [`hash_key`] of a short word, or of each 16 bytes in turn, the last
/// ones counted from the end.
#[inline]
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    let Some(last) = bytes.last_chunk::<16>() else { return hash_key(key(bytes)) };
    let mix = |hash: u64, part: &[u8; 16]| {
        hash_key(u128::from_le_bytes(*part) ^ u128::from(hash))
    };
    mix(bytes.as_chunks::<16>().0.iter().fold(bytes.len() as u64, mix), last)
}
