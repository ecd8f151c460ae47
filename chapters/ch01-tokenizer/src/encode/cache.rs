//! What became of the words seen so far, in as little memory as it takes.

use memmap2::MmapMut;

use crate::layout::{KEY_BYTES, hash_key, prefetch};

/// Ids below 2¹⁶ that a slot holds itself; GPT-2's are all below.
pub const NARROW: usize = 7;
/// Where a slot has the number of its ids.
pub const COUNT: usize = NARROW;
/// Larger ids that a slot holds itself.
const WIDE: usize = 3;

/// Sets of a new cache: 128 KiB.
const FIRST_SETS: usize = 1 << 11;
/// Sets of a cache that has grown as far as it may: 16 MiB.
const LAST_SETS: usize = 1 << 18;
/// Ids and bytes that may be kept beside the slots.
const LAST_BESIDE: usize = 1 << 21;

// ANCHOR: slot
/// A word and its ids: half a line of the processor's cache.
#[repr(C, align(32))]
#[derive(Clone, Copy, Default)]
pub struct Slot {
    /// The word as a [`key`](crate::layout::key); 0 in an empty slot
    pub key: u128,
    /// The ids, if they are at most [`NARROW`] and all below 2¹⁶; and last, how many there are,
    /// or 0 if they are [elsewhere](Elsewhere)
    pub ids: [u16; NARROW + 1],
}
// ANCHOR_END: slot

/// Where the ids of a slot are that did not fit.
#[derive(Clone, Copy)]
enum Elsewhere {
    /// In the slot, but wider
    Wide([u32; WIDE], usize),
    /// In [`Cache::ids`], from here, so many
    Beside(usize, usize),
}

/// Two slots that share a line of the processor's cache.
#[repr(C, align(64))]
#[derive(Clone, Copy, Default)]
struct Set([Slot; 2]);

#[allow(
    unsafe_code,
    reason = "fresh memory is zero already: so a new cache costs nothing"
)]
// SAFETY: a set is numbers and nothing else, without gaps, and any bits are a value.
unsafe impl bytemuck::Zeroable for Set {}
#[allow(unsafe_code, reason = "as above")]
// SAFETY: as above.
unsafe impl bytemuck::Pod for Set {}

/// Where the sets lie.
enum Memory {
    Small(Vec<Set>),
    /// In pages of 2 MiB, where the system has such. Words lie all over the cache, and with
    /// pages of 4 KiB the processor would have to look up where most of them are.
    Large(MmapMut),
}

impl Memory {
    /// So many empty sets.
    fn new(sets: usize) -> Self {
        let bytes = sets * size_of::<Set>();
        if bytes >= 1 << 21
            && let Ok(large) = MmapMut::map_anon(bytes)
        {
            #[cfg(target_os = "linux")]
            let _ = large.advise(memmap2::Advice::HugePage); // refused: small pages do too
            return Self::Large(large);
        }
        Self::Small(bytemuck::zeroed_vec(sets))
    }

    #[inline(always)]
    fn sets(&self) -> &[Set] {
        match self {
            Self::Small(sets) => sets,
            Self::Large(bytes) => bytemuck::cast_slice(bytes),
        }
    }

    #[inline(always)]
    fn sets_mut(&mut self) -> &mut [Set] {
        match self {
            Self::Small(sets) => sets,
            Self::Large(bytes) => bytemuck::cast_slice_mut(bytes),
        }
    }
}

/// The words seen so far. Each may stand in any of the four sets of its group; nearly all stand
/// in their first, which is the only one that [`Sets::get`] looks at. The cache grows with the
/// number of words up to a bound; then new ones take the place of old ones.
pub struct Cache {
    memory: Memory,
    used: usize,
    ids: Vec<u32>,
    /// Words of more than 15 bytes
    long_words: Vec<u8>,
}

impl Cache {
    pub fn new() -> Self {
        let memory = Memory::new(FIRST_SETS);
        Self { memory, used: 0, ids: Vec::new(), long_words: Vec::new() }
    }

    /// The sets, to look at more than once.
    #[inline(always)]
    pub fn sets(&self) -> Sets<'_> {
        Sets(self.memory.sets())
    }

    /// The slot of `key`, if the word is known. Found in another set of its group, it changes
    /// places with a word of its first set: so the words of a text, which come again and again,
    /// end up in their first sets.
    fn find(&mut self, key: u128, hash: u64) -> Option<Slot> {
        if let Some(slot) = self.sets().get(key, hash) {
            return Some(*slot);
        }
        if self.set(hash).0.iter().any(|slot| slot.key == 0) {
            return None; // there was room: it would be here
        }
        for other in others(hash) {
            if let Some(place) =
                self.set(other).0.iter().position(|slot| slot.key == key)
            {
                let found = self.set(other).0[place];
                self.set(other).0[place] =
                    std::mem::replace(&mut self.set(hash).0[1], found);
                return Some(found);
            }
        }
        None
    }

    /// Appends the ids of a slot, wherever they are.
    #[inline]
    pub fn read_slot(&self, slot: &Slot, ids: &mut Vec<u32>) {
        match elsewhere(slot) {
            None => ids.extend(
                slot.ids.map(u32::from).iter().take(usize::from(slot.ids[COUNT])),
            ),
            Some(Elsewhere::Wide(wide, count)) => {
                ids.extend_from_slice(&wide[..count]);
            }
            Some(Elsewhere::Beside(place, count)) => {
                ids.extend_from_slice(&self.ids[place..place + count]);
            }
        }
    }

    /// Whether a word is known.
    pub fn knows(&mut self, key: u128, hash: u64) -> bool {
        self.find(key, hash).is_some()
    }

    /// Appends the ids of a word, if it is known.
    pub fn read(&mut self, key: u128, hash: u64, ids: &mut Vec<u32>) -> bool {
        let found = self.find(key, hash);
        if let Some(slot) = &found {
            self.read_slot(slot, ids);
        }
        found.is_some()
    }

    /// Appends the ids of a word of more than 15 bytes, if it is known.
    pub fn read_long(
        &mut self,
        word: &[u8],
        hash: u64,
        ids: &mut Vec<u32>,
    ) -> bool {
        let found = self.find(long_key(word, hash), hash);
        let Some(Elsewhere::Beside(place, count)) =
            found.as_ref().and_then(elsewhere)
        else {
            return false;
        };
        let start = self.ids[place] as usize;
        let known = self.long_words[start..start + word.len()] == *word;
        if known {
            ids.extend_from_slice(&self.ids[place + 1..place + count]);
        }
        known
    }

    /// Remembers a word of up to 15 bytes, unless it is known.
    pub fn learn(&mut self, key: u128, ids: &[u32]) {
        let hash = hash_key(key);
        if !self.knows(key, hash) {
            self.insert(key, hash, ids);
        }
    }

    /// Remembers a word.
    fn insert(&mut self, key: u128, hash: u64, ids: &[u32]) {
        let mut narrow = [0; NARROW + 1];
        narrow[COUNT] = ids.len() as u16;
        let fits =
            ids.len() <= NARROW && ids.iter().all(|&id| id <= u32::from(u16::MAX));
        if fits {
            for (narrow, &id) in narrow.iter_mut().zip(ids) {
                *narrow = id as u16;
            }
            self.place(Slot { key, ids: narrow }, hash);
        } else if ids.len() <= WIDE {
            let mut wide = [0; WIDE];
            wide[..ids.len()].copy_from_slice(ids);
            self.place(away(key, Elsewhere::Wide(wide, ids.len())), hash);
        } else {
            self.forget_if_full();
            let place = Elsewhere::Beside(self.ids.len(), ids.len());
            self.ids.extend_from_slice(ids);
            self.place(away(key, place), hash);
        }
    }

    /// Remembers a word of more than 15 bytes.
    pub fn insert_long(&mut self, word: &[u8], hash: u64, ids: &[u32]) {
        self.forget_if_full();
        let place = Elsewhere::Beside(self.ids.len(), ids.len() + 1);
        self.ids.push(self.long_words.len() as u32);
        self.ids.extend_from_slice(ids);
        self.long_words.extend_from_slice(word);
        self.place(away(long_key(word, hash), place), hash);
    }

    /// Puts a new word into its first set, or another of its group, if that has room, or in
    /// place of another word.
    fn place(&mut self, slot: Slot, hash: u64) {
        let size = self.memory.sets().len();
        if self.used > size && size < LAST_SETS {
            self.grow(LAST_SETS.min(size * 8));
        }
        for hash in std::iter::once(hash).chain(others(hash)) {
            let Set(set) = self.set(hash);
            if let Some(free) = set.iter_mut().find(|slot| slot.key == 0) {
                *free = slot;
                self.used += 1;
                return;
            }
        }
        let Set(set) = self.set(hash);
        *set = [slot, set[0]];
    }

    fn set(&mut self, hash: u64) -> &mut Set {
        let sets = self.memory.sets_mut();
        &mut sets[hash as usize & (sets.len() - 1)]
    }

    fn grow(&mut self, size: usize) {
        let old = std::mem::replace(&mut self.memory, Memory::new(size));
        self.used = 0;
        for slot in old.sets().iter().flat_map(|Set(slots)| slots) {
            if slot.key != 0 {
                self.place(*slot, hash_of(slot.key));
            }
        }
    }

    /// Forgets all that is kept beside the slots, if it has become too much.
    fn forget_if_full(&mut self) {
        if self.ids.len().max(self.long_words.len()) < LAST_BESIDE {
            return;
        }
        self.ids.clear();
        self.long_words.clear();
        for slot in self.memory.sets_mut().iter_mut().flat_map(|Set(slots)| slots) {
            if matches!(elsewhere(slot), Some(Elsewhere::Beside(..)))
                && slot.key != 0
            {
                *slot = Slot::default();
                self.used -= 1;
            }
        }
    }
}

/// The sets of a cache.
#[derive(Clone, Copy)]
pub struct Sets<'a>(&'a [Set]);

impl<'a> Sets<'a> {
    // ANCHOR: get
    /// The slot of `key`, if the word is known and in its first set.
    #[inline(always)]
    pub fn get(self, key: u128, hash: u64) -> Option<&'a Slot> {
        let Set(set) = &self.0[hash as usize & (self.0.len() - 1)];
        let slot = &set[usize::from(set[1].key == key)];
        (slot.key == key).then_some(slot)
    }
    // ANCHOR_END: get

    /// Asks memory for the set that [`get`](Self::get) will look at, and does not wait.
    #[inline(always)]
    pub fn prefetch(self, hash: u64) {
        prefetch(&self.0[hash as usize & (self.0.len() - 1)]);
    }
}

/// The hashes that lead to the other three sets of a word's group, its neighbours.
#[inline]
fn others(hash: u64) -> impl Iterator<Item = u64> {
    (1..4).map(move |place| hash ^ place)
}

/// A slot whose ids are elsewhere.
fn away(key: u128, place: Elsewhere) -> Slot {
    let halves = |n: u32| [n as u16, (n >> 16) as u16];
    let mut ids = [0; NARROW + 1];
    match place {
        Elsewhere::Wide(wide, count) => {
            for (two, id) in ids.chunks_exact_mut(2).zip(wide) {
                two.copy_from_slice(&halves(id));
            }
            ids[6] = count as u16;
        }
        Elsewhere::Beside(start, count) => {
            ids[..2].copy_from_slice(&halves(start as u32));
            ids[2..4].copy_from_slice(&halves(count as u32));
        }
    }
    Slot { key, ids }
}

/// Where a slot's ids are, if not in the slot itself.
fn elsewhere(slot: &Slot) -> Option<Elsewhere> {
    let whole =
        |i: usize| u32::from(slot.ids[i]) | u32::from(slot.ids[i + 1]) << 16;
    match (slot.ids[COUNT], slot.ids[6]) {
        (0, 0) => Some(Elsewhere::Beside(whole(0) as usize, whole(2) as usize)),
        (0, count) => {
            Some(Elsewhere::Wide([0, 2, 4].map(whole), usize::from(count)))
        }
        _ => None,
    }
}

/// A key that no short word has: its top byte says more than 15.
fn long_key(word: &[u8], hash: u64) -> u128 {
    let length = (word.len() as u128) << 64;
    0xff << (8 * KEY_BYTES) | length | u128::from(hash)
}

fn hash_of(key: u128) -> u64 {
    match key >> (8 * KEY_BYTES) {
        0xff => key as u64,
        _ => hash_key(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{hash_bytes, key};

    /// Ids that a word could have, of every kind that a slot tells apart.
    fn ids(n: u32) -> Vec<u32> {
        let count = n % 11 + 1;
        let large = if n.is_multiple_of(3) { 70_000 } else { 0 };
        (0..count).map(|i| n % 1000 + i + large).collect()
    }

    #[test]
    fn a_full_cache_forgets_but_never_lies() {
        let mut cache = Cache::new();
        let mut known = 0;
        for n in 0..300_000u32 {
            let word = n.to_string();
            let (key, hash) = (key(word.as_bytes()), hash_bytes(word.as_bytes()));
            cache.insert(key, hash, &ids(n));
            let mut found = Vec::new();
            assert!(cache.read(key, hash, &mut found));
            assert_eq!(found, ids(n));
        }
        for n in 0..300_000u32 {
            let word = n.to_string();
            let mut found = Vec::new();
            if cache.read(
                key(word.as_bytes()),
                hash_bytes(word.as_bytes()),
                &mut found,
            ) {
                assert_eq!(found, ids(n));
                known += 1;
            }
        }
        assert!(known > 10_000, "{known}");
        assert!(cache.sets().0.len() <= LAST_SETS);
    }

    #[test]
    fn long_words_are_told_apart_byte_by_byte() {
        let mut cache = Cache::new();
        for n in 0..50_000u32 {
            let word = format!("a long word, number {n}");
            let mut found = Vec::new();
            let hash = hash_bytes(word.as_bytes()) & 0xff; // many with the same hash
            if cache.read_long(word.as_bytes(), hash, &mut found) {
                panic!("{word} was never seen");
            }
            cache.insert_long(word.as_bytes(), hash, &ids(n));
            if cache.read_long(word.as_bytes(), hash, &mut found) {
                assert_eq!(found, ids(n));
            }
        }
    }
}
