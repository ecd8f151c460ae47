//! Joining pairs fast: flat arrays, and nothing is done twice.
//!
//! **A pair's places** in the [words](super::words) are written down once. When a token is made,
//! pairs with its neighbours come into being, and in that moment all their places are known;
//! from then on merges can only take places away. So nobody keeps the list up to date. Each
//! place is looked at when the pair is joined, and passed over if the pair stands there no more.
//!
//! For the same reason **a pair's count only falls**. A pair that starts below the least count
//! is not kept at all; and an entry of the heap that is out of date is too high, so it comes to
//! the top, where it is noticed and sinks to its place.
//!
//! **Neighbours are counted first** and pairs changed after: if a merge has a thousand places
//! with "e" behind them, one pair falls once, by the sum.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use anyhow::Result;

use super::TrainOptions;
use super::count::WordCounts;
use super::heap::Heap;
use super::neighbours::{Neighbour, Neighbours};
use super::tokens::{Pair, Tokens};
use super::words::{BORDER, Words};
use crate::Vocabulary;
use crate::layout::hash_key;

/// Learns merges from counted words.
pub(super) struct Joiner {
    words: Words,
    tokens: Tokens,
    pairs: Vec<PairCount>,
    /// Where a pair stands in `pairs`.
    index: HashMap<u64, u32, BuildHasherDefault<PairHasher>>,
    /// The places of all pairs, one pair's behind the other's.
    places: Vec<u32>,
    heap: Heap<Candidate>,
    size: usize,
    min_count: u64,
}

/// A pair, and what is known of it.
#[derive(Clone, Copy)]
struct PairCount {
    pair: Pair,
    count: u64,
    /// It stood at `places[first..first + number]`.
    first: usize,
    number: u32,
}

/// A pair in the heap, and its count when it was put there.
struct Candidate {
    count: u64,
    pair: u32,
}

/// What stands around the places of a merge.
#[derive(Default)]
struct Around {
    before: Neighbours,
    behind: Neighbours,
    /// How often the new token stands before itself.
    repeated: u64,
}

impl Around {
    fn clear(&mut self, made: u32) {
        self.before.clear(made);
        self.behind.clear(made);
        self.repeated = 0;
    }
}

impl Joiner {
    pub(super) fn new(counts: WordCounts, options: &TrainOptions) -> Result<Self> {
        let mut joiner = Self {
            words: Words::new(counts)?,
            tokens: Tokens::bytes(),
            pairs: Vec::new(),
            index: HashMap::default(),
            places: Vec::new(),
            heap: Heap::new(),
            size: options.size,
            min_count: options.least_count(),
        };
        joiner.find_pairs_of_bytes();
        Ok(joiner)
    }

    /// Learns the tokens. `note` hears after each merge how many there are.
    pub(super) fn learn(mut self, mut note: impl FnMut(usize)) -> Vocabulary {
        let mut around = Around::default();
        while self.tokens.len() < self.size {
            let Some(best) = self.best() else { break };
            self.join(best, &mut around);
            note(self.tokens.len());
        }
        self.tokens.into_vocabulary()
    }

    /// The pair that occurs most often.
    fn best(&mut self) -> Option<PairCount> {
        let (pairs, tokens) = (&self.pairs, &self.tokens);
        let greater =
            |a: &Candidate, b: &Candidate| comes_first(a, b, pairs, tokens);
        loop {
            let top = self.heap.top()?;
            let now = pairs[top.pair as usize].count;
            if now == top.count {
                let best = pairs[top.pair as usize];
                self.heap.pop(greater);
                return Some(best);
            }
            // Out of date: down with it, to the place where it belongs now.
            top.count = now;
            match now >= self.min_count {
                true => self.heap.sink(greater),
                false => self.heap.pop(greater),
            }
        }
    }

    /// Makes a token of a pair, everywhere.
    fn join(&mut self, best: PairCount, around: &mut Around) {
        let made = self.tokens.join(best.pair);
        self.words.learn(best.pair);
        self.index.remove(&key(best.pair));
        around.clear(made);
        self.replace(best, made, around);
        self.recount(best.pair, made, around);
        self.add_pairs(&mut around.before, |x| (x, made));
        self.add_pairs(&mut around.behind, |y| (made, y));
    }

    // ANCHOR: replace
    /// Writes the new token into the words, and notes what is around it.
    fn replace(&mut self, best: PairCount, made: u32, around: &mut Around) {
        let mut step = 0;
        let places = best.first..best.first + best.number as usize;
        for &place in &self.places[places] {
            let Some((x, y)) = self.words.join(place, best.pair, made) else {
                continue; // the pair was there once
            };
            let count = self.words.count_at(place, &mut step);
            if x != BORDER {
                around.before.note(x, place - self.words.length(x), count);
            }
            if y != BORDER {
                around.behind.note(y, place, count);
            }
            if x == made {
                around.repeated += count;
            }
        }
    }
    // ANCHOR_END: replace

    /// Takes what the merge broke from the counts: of `x left right y` the pairs `x left` and
    /// `right y`.
    fn recount(&mut self, (left, right): Pair, made: u32, around: &mut Around) {
        for (x, count) in around.before.counts() {
            if x != made {
                self.fall((x, left), count);
            }
        }
        for (y, count) in around.behind.counts() {
            self.fall((right, y), count);
        }
        // In `left right left right` the first merge makes the pair `made left`, and the second
        // one breaks it.
        around.behind.take(left, around.repeated);
    }

    /// Some occurrences of a pair are no more.
    fn fall(&mut self, pair: Pair, count: u64) {
        if let Some(&number) = self.index.get(&key(pair)) {
            self.pairs[number as usize].count -= count;
        }
    }

    /// Keeps the pairs that a new token makes with its neighbours on one side.
    fn add_pairs(
        &mut self,
        neighbours: &mut Neighbours,
        pair: impl Fn(u32) -> Pair,
    ) {
        neighbours.each(|id, found| self.keep(pair(id), found));
        neighbours.write_places(&mut self.places);
    }

    /// Keeps a pair if it is frequent enough, with room for its places.
    fn keep(&mut self, pair: Pair, found: &mut Neighbour) {
        let Neighbour { count, number, .. } = *found;
        if count < self.min_count {
            return;
        }
        let first = self.places.len();
        self.places.resize(first + number as usize, 0);
        found.room = Some(first);

        let place = u32::try_from(self.pairs.len()).expect("fewer than 2³² pairs");
        self.index.insert(key(pair), place);
        self.pairs.push(PairCount { pair, count, first, number });
        let (pairs, tokens) = (&self.pairs, &self.tokens);
        let greater =
            |a: &Candidate, b: &Candidate| comes_first(a, b, pairs, tokens);
        self.heap.push(Candidate { count, pair: place }, greater);
    }

    /// Counts the pairs of bytes, and writes down where they stand.
    fn find_pairs_of_bytes(&mut self) {
        let mut table = vec![Neighbour::default(); 1 << 16];
        let slot = |(left, right): Pair| (left << 8 | right) as usize;
        self.words.each_pair(|pair, _, count| table[slot(pair)].note(count));
        for (pair, found) in (0..).zip(&mut table) {
            self.keep((pair >> 8, pair & 255), found);
        }
        let places = &mut self.places;
        self.words
            .each_pair(|pair, place, _| table[slot(pair)].write(place, places));
    }
}

/// Whether `a` is joined before `b`: it is more frequent, or as frequent and later in the
/// alphabet.
fn comes_first(
    a: &Candidate,
    b: &Candidate,
    pairs: &[PairCount],
    tokens: &Tokens,
) -> bool {
    let order =
        |candidate: &Candidate| tokens.order(pairs[candidate.pair as usize].pair);
    a.count > b.count || a.count == b.count && order(a) > order(b)
}

/// Two ids as one number.
fn key((left, right): Pair) -> u64 {
    u64::from(left) << 32 | u64::from(right)
}

/// Hashes a pair with one multiplication.
#[derive(Default)]
struct PairHasher(u64);

impl Hasher for PairHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = hash_key(u128::from(self.0) << 64 | u128::from(key));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
