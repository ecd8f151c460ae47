//! A shuffle that needs no list.
//!
//! To shuffle ten billion windows, the usual way writes down ten billion numbers and swaps them:
//! 80 GB. But a shuffle is only a function that gives every place a different number, and such
//! functions can be computed. Ciphers are the known example: a cipher gives every message
//! another text, and no two messages the same one, or nobody could decipher it.
//!
//! **Feistel network.** Cut a number of `2h` bits into halves `(l, r)`. One round makes
//! `(r, l ⊕ f(r))` of them. Whatever `f` is, the round can be undone, since `r` is still there
//! and tells what was mixed into `l`. So it is a permutation, and so are several rounds.
//!
//! **Cycle walking.** That permutes `0..4ʰ`, but there are `n` windows, and `n` is no power of 4.
//! Take the smallest `4ʰ ≥ n`. If a number comes out as `n` or more, put it in again, until one
//! comes out below `n`. This ends, because a permutation that is followed long enough comes back
//! to where it began, which is below `n`. And it is a permutation of `0..n`: walked backwards,
//! each number leads to one place only. As `4ʰ < 4n`, four steps are enough on average.
//!
//! Source: Black and Rogaway (2002), "Ciphers with Arbitrary Finite Domains".

use std::array;

/// Rounds of the network. Four are enough for a cipher whose `f` is perfect (Luby and Rackoff);
/// two more cost a few nanoseconds and make up for halves of a few bits.
const ROUNDS: usize = 6;

// ANCHOR: permutation
/// The numbers `0..n` in an order that depends on two seeds, in no memory to speak of.
#[derive(Clone, Copy, Debug)]
pub struct Permutation {
    n: u64,
    half: u32, // bits of half a number
    keys: [u64; ROUNDS],
}

impl Permutation {
    /// The order that `seed` gives to `epoch`.
    pub fn new(n: u64, seed: u64, epoch: u64) -> Self {
        let bits = u64::BITS - n.saturating_sub(1).leading_zeros();
        let half = bits.div_ceil(2).max(1);
        let keys = array::from_fn(|i| mix(mix(mix(seed) ^ epoch) ^ i as u64));
        Self { n, half, keys }
    }

    /// What stands at a place.
    ///
    /// # Panics
    /// When the place is `n` or more.
    pub fn at(&self, place: u64) -> u64 {
        assert!(place < self.n, "place {place} of {}", self.n);
        let mut number = self.scramble(place);
        while number >= self.n {
            number = self.scramble(number); // walk on
        }
        number
    }

    /// The network: a permutation of all numbers with twice `half` bits.
    fn scramble(&self, number: u64) -> u64 {
        let mask = (1 << self.half) - 1;
        let (mut left, mut right) = (number >> self.half, number & mask);
        for key in self.keys {
            (left, right) = (right, left ^ (mix(right ^ key) & mask));
        }
        left << self.half | right
    }
}
// ANCHOR_END: permutation

/// Spreads the bits of a number over all 64: the last steps of the generator SplitMix64.
pub fn mix(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
