//! What two texts have in common.

use std::cmp::Ordering;

use ch01::Normalization;
use clap::ValueEnum;
use twox_hash::XxHash3_64;

/// What a shingle is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Unit {
    /// Words: for scripts that write spaces
    #[default]
    Words,
    /// Letters and digits: for Chinese, Japanese, Thai and the like
    Characters,
}

// ANCHOR: shingles
/// The set of all runs of `size` words in a text: "a rose is a rose" has the shingles of three words
/// "a rose is", "rose is a" and "is a rose". Capitals and punctuation don't count.
///
/// A shingle is kept as 32 bits of its hash, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shingles {
    hashes: Box<[u32]>,
}

impl Shingles {
    /// The shingles of a text. One that is shorter than a shingle is one as a whole, and one
    /// without any letter or digit has none.
    ///
    /// # Panics
    /// When `size` is 0.
    pub fn new(text: &str, size: usize, unit: Unit) -> Self {
        assert!(size > 0, "a shingle has at least one part");
        let text = Normalization::Nfkc.apply(text).to_lowercase();
        let parts: Vec<&str> = match unit {
            Unit::Words => words(&text).collect(),
            Unit::Characters => words(&text).flat_map(characters).collect(),
        };
        let runs = parts.windows(size.min(parts.len()).max(1));
        Self::of_hashes(runs.map(|run| hash(&run.join(" "))).collect())
    }
}
// ANCHOR_END: shingles

// ANCHOR: jaccard
impl Shingles {
    /// How alike two sets are: what both have, divided by what at least one has,
    /// `|A ∩ B| / |A ∪ B|`.
    ///
    /// 1 for equal sets, 0 for sets without a common element, and 0 when both are empty.
    pub fn jaccard(&self, other: &Self) -> f64 {
        let (mut a, mut b) = (&self.hashes[..], &other.hashes[..]);
        let mut common = 0;
        while let ([first, a_rest @ ..], [other, b_rest @ ..]) = (a, b) {
            match first.cmp(other) {
                Ordering::Less => a = a_rest,
                Ordering::Greater => b = b_rest,
                Ordering::Equal => {
                    common += 1;
                    (a, b) = (a_rest, b_rest);
                }
            }
        }
        let either = self.len() + other.len() - common;
        if either == 0 { 0.0 } else { common as f64 / either as f64 }
    }
}
// ANCHOR_END: jaccard

impl Shingles {
    /// A set that is known by its hashes.
    pub fn of_hashes(mut hashes: Vec<u32>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self { hashes: hashes.into() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether the text had no letter and no digit.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Their hashes, in ascending order.
    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty())
}

fn characters(word: &str) -> impl Iterator<Item = &str> {
    word.char_indices().map(|(at, c)| &word[at..at + c.len_utf8()])
}

/// The upper half of a good hash.
fn hash(shingle: &str) -> u32 {
    (XxHash3_64::oneshot(shingle.as_bytes()) >> 32) as u32
}
