//! Which vocabulary do these ids belong to?

use std::fmt;

use ch01::Tokenizer;

/// Two vocabularies with the same fingerprint give every id the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// FNV-1a of all tokens in the order of their ids
    pub hash: u64,
    /// How many ids there are
    pub ids: u32,
}

impl Fingerprint {
    /// That of a tokenizer's vocabulary, special tokens included.
    ///
    /// # Panics
    /// When there are 2³² ids or more.
    pub fn of(tokenizer: &Tokenizer) -> Self {
        let ids = u32::try_from(tokenizer.vocab_size()).expect("ids are u32");
        let mut hash = Fnv::default();
        for id in 0..ids {
            // The length keeps `ab`, `c` and `a`, `bc` apart; an id may also be free.
            let token = tokenizer.token(id);
            let length = token.map_or(u64::MAX, |token| token.len() as u64);
            hash.add(&length.to_le_bytes());
            hash.add(token.unwrap_or_default());
        }
        Self { hash: hash.0, ids }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x} with {} ids", self.hash, self.ids)
    }
}

/// Fowler, Noll and Vo's hash: simple, and the same on every machine and for good, which the
/// standard library's does not promise.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
