//! Documents that say nearly the same.

use std::collections::HashMap;

use super::{Bands, Groups, MinHash, Shingles, Unit};

/// A bucket keeps so many documents. The next ones are compared with these and not kept, so the
/// time per document is bounded, however many copies of a page there are.
const ROOM: usize = 64;

/// When two documents are nearly the same.
#[derive(Clone, Debug, PartialEq)]
pub struct NearOptions {
    /// Words in a shingle
    pub shingle: usize,
    /// What a shingle is made of
    pub unit: Unit,
    /// The least Jaccard similarity of near duplicates
    pub threshold: f64,
    /// Which pairs are compared at all
    pub bands: Bands,
    /// Seed of the hash functions
    pub seed: u64,
}

impl Default for NearOptions {
    /// Runs of five words, a similarity of 0.8, 16 bands of 8 rows.
    fn default() -> Self {
        Self {
            shingle: 5,
            unit: Unit::Words,
            threshold: 0.8,
            bands: Bands::default(),
            seed: 0,
        }
    }
}

/// Finds near duplicates among any number of documents, in a time that grows with their length and
/// not with the number of pairs.
///
/// It keeps each document's shingles, 4 bytes a word, to compare what meets in a bucket: what it
/// reports is above the threshold for certain. What it misses, [`Bands::chance`] says.
#[derive(Clone, Debug)]
pub struct Near {
    options: NearOptions,
    hasher: MinHash,
    buckets: Vec<HashMap<u64, Vec<usize>>>, // a map for each band
    shingles: Vec<Shingles>,
    groups: Groups,
    comparisons: u64,
}

impl Near {
    /// A search without documents.
    pub fn new(options: NearOptions) -> Self {
        Self {
            hasher: MinHash::new(options.bands.length(), options.seed),
            buckets: vec![HashMap::new(); options.bands.bands],
            shingles: Vec::new(),
            groups: Groups::default(),
            comparisons: 0,
            options,
        }
    }

    /// Adds a document. Returns the most alike of those before it that it is a near duplicate of,
    /// with their similarity.
    pub fn add(&mut self, text: &str) -> Option<(usize, f64)> {
        let NearOptions { shingle, unit, .. } = self.options;
        self.add_shingles(Shingles::new(text, shingle, unit))
    }

    // ANCHOR: add
    /// As [`Near::add`], for a set of shingles. A set without any is like no other.
    pub fn add_shingles(&mut self, set: Shingles) -> Option<(usize, f64)> {
        let number = self.groups.push();
        let met = if set.is_empty() { vec![] } else { self.meet(number, &set) };
        let mut closest: Option<(usize, f64)> = None;
        for other in met {
            self.comparisons += 1;
            let similarity = set.jaccard(&self.shingles[other]);
            if similarity >= self.options.threshold {
                self.groups.join(number, other);
                if closest.is_none_or(|(_, least)| similarity > least) {
                    closest = Some((other, similarity));
                }
            }
        }
        self.shingles.push(set);
        closest
    }

    /// Puts a document into a bucket of each band, and returns whom it met there.
    fn meet(&mut self, number: usize, set: &Shingles) -> Vec<usize> {
        let signature = self.hasher.signature(set);
        let keys = self.options.bands.keys(&signature);
        let mut met = Vec::new();
        for (buckets, key) in self.buckets.iter_mut().zip(keys) {
            let bucket = buckets.entry(key).or_default();
            met.extend_from_slice(bucket);
            if bucket.len() < ROOM {
                bucket.push(number);
            }
        }
        met.sort_unstable();
        met.dedup();
        met
    }
    // ANCHOR_END: add

    /// Adds a document that is known to equal number `first`. It joins the group and is compared
    /// with nobody.
    ///
    /// # Panics
    /// When there is no such number yet.
    pub fn add_copy(&mut self, first: usize) {
        let number = self.groups.push();
        self.groups.join(number, first);
        self.shingles.push(Shingles::of_hashes(Vec::new()));
    }

    /// The documents in groups: all that are near duplicates of one another, if only by way of
    /// others.
    pub fn groups(&mut self) -> &mut Groups {
        &mut self.groups
    }

    /// How many pairs were compared so far, of all `n (n − 1) / 2`.
    pub fn comparisons(&self) -> u64 {
        self.comparisons
    }
}
