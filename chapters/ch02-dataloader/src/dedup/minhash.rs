//! A short signature of a set.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::Shingles;

// ANCHOR: minhash
/// Many hash functions, and of each the smallest value that a set gets.
///
/// A hash function puts all shingles into a random order. Which shingle of two sets together comes
/// first? Each has the same chance. It belongs to both sets with a chance of their Jaccard
/// similarity, and just then both sets have the same smallest value.
///
/// The functions are `h(x) = (a x + b mod 2⁶⁴) / 2³²`, with random `a` and `b` (Dietzfelbinger 1996).
#[derive(Clone, Debug)]
pub struct MinHash {
    functions: Vec<(u64, u64)>,
}

impl MinHash {
    /// As many hash functions as `length`, the same ones for the same seed.
    pub fn new(length: usize, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut number = || random.next_u64();
        let functions = (0..length).map(|_| (number() | 1, number())).collect();
        Self { functions }
    }

    /// The smallest value of each function; `u32::MAX` for a set without elements.
    pub fn signature(&self, set: &Shingles) -> Vec<u32> {
        let smallest = |&(a, b): &(u64, u64)| {
            let hash =
                |&x: &u32| (a.wrapping_mul(x.into()).wrapping_add(b) >> 32) as u32;
            set.hashes().iter().map(hash).min().unwrap_or(u32::MAX)
        };
        self.functions.iter().map(smallest).collect()
    }
}

// ANCHOR_END: minhash

// ANCHOR: estimate
/// The share of places where two signatures agree: about the Jaccard similarity `J` of their sets.
/// The standard error for `k` functions is `√(J (1 − J) / k)`, at most 0.044 for 128.
///
/// # Panics
/// When the signatures have different lengths.
pub fn estimate(a: &[u32], b: &[u32]) -> f64 {
    assert_eq!(a.len(), b.len(), "signatures of the same functions");
    let agreeing = a.iter().zip(b).filter(|(a, b)| a == b).count();
    agreeing as f64 / a.len() as f64
}
// ANCHOR_END: estimate
