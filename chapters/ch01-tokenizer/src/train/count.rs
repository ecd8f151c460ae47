//! Counting words fast: one flat table, the words themselves in it.
//!
//! Most pieces are short. One of up to 15 bytes fits with its length into 16 bytes, and these are
//! the key: nothing to point at, nothing to allocate, and two words are equal when two numbers of
//! 128 bits are. The slots stand in one array; a word whose slot is taken goes to the
//! next free one (*open addressing*).

use std::collections::HashMap;

use crate::layout::{KEY_BYTES, hash_key};

/// How often each word occurs.
pub(super) struct WordCounts {
    /// A power of two, at least a quarter of them free.
    slots: Vec<Slot>,
    used: usize,
    /// Words that are too long for a key.
    long: HashMap<Box<[u8]>, u64>,
}

/// A place for one word. Free while the count is 0.
#[derive(Clone, Copy, Default)]
struct Slot {
    key: Key,
    count: u64,
}

/// A word: its bytes, zeros, and its length.
type Key = [u8; 16];

impl WordCounts {
    pub(super) fn new() -> Self {
        Self {
            slots: vec![Slot::default(); 1 << 12],
            used: 0,
            long: HashMap::new(),
        }
    }

    /// Counts the word that stands in `text` from `start` and has `length` bytes.
    #[inline]
    pub(super) fn count(&mut self, text: &[u8], start: usize, length: usize) {
        if length <= KEY_BYTES {
            self.add(key(text, start, length), 1);
        } else {
            self.add_long(&text[start..start + length], 1);
        }
    }

    // ANCHOR: add
    #[inline]
    fn add(&mut self, key: Key, count: u64) {
        let mask = self.slots.len() - 1;
        let mut place = hash_key(u128::from_le_bytes(key)) as usize & mask;
        loop {
            let slot = &mut self.slots[place];
            if slot.key == key {
                slot.count += count;
                return;
            }
            if slot.count == 0 {
                *slot = Slot { key, count };
                break;
            }
            place = (place + 1) & mask;
        }
        self.used += 1;
        if self.used * 4 > self.slots.len() * 3 {
            self.grow();
        }
    }
    // ANCHOR_END: add

    #[cold]
    fn add_long(&mut self, word: &[u8], count: u64) {
        match self.long.get_mut(word) {
            Some(known) => *known += count,
            None => _ = self.long.insert(word.into(), count),
        }
    }

    #[cold]
    fn grow(&mut self) {
        let slots = vec![Slot::default(); self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, slots);
        self.used = 0;
        for slot in old.into_iter().filter(|slot| slot.count > 0) {
            self.add(slot.key, slot.count);
        }
    }

    /// Adds another table's counts.
    pub(super) fn absorb(&mut self, other: Self) {
        for slot in other.slots.into_iter().filter(|slot| slot.count > 0) {
            self.add(slot.key, slot.count);
        }
        for (word, count) in other.long {
            self.add_long(&word, count);
        }
    }

    /// Every word and its number, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], u64)> {
        let short = self.slots.iter().filter(|slot| slot.count > 0);
        let short = short.map(|slot| (&slot.key[..length(&slot.key)], slot.count));
        short.chain(self.long.iter().map(|(word, &count)| (&word[..], count)))
    }
}

fn length(key: &Key) -> usize {
    usize::from(key[KEY_BYTES])
}

/// The key of a word that stands in `text`.
#[inline]
fn key(text: &[u8], start: usize, length: usize) -> Key {
    let mut key = [0; 16];
    match text.get(start..start + 16) {
        Some(window) => key.copy_from_slice(window), // one load; the rest is masked out
        None => key[..length].copy_from_slice(&text[start..start + length]),
    }
    let word = u128::from_le_bytes(key) & KEEP[length];
    (word | (length as u128) << 120).to_le_bytes()
}

/// For each length the bits of a key that belong to the word.
static KEEP: [u128; KEY_BYTES + 1] = {
    let mut keep = [0; KEY_BYTES + 1];
    let mut length = 1;
    while length <= KEY_BYTES {
        keep[length] = u128::MAX >> (128 - 8 * length);
        length += 1;
    }
    keep
};
