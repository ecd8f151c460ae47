//! The third rung: what a merge does not touch is not counted again.
//!
//! Three tables make that possible: how often each pair occurs, in which words it stands, and a
//! heap of the pairs with the most frequent on top. Counts of the pairs around a merge fall, and
//! the heap would have to find and move them. Instead it is *lazy*: an entry may be out of date,
//! and this is noticed when it comes to the top.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::rc::Rc;

use super::TrainOptions;
use super::counted::{Word, count_words};
use super::tokens::{Pair, Tokens, join};
use crate::Vocabulary;

// ANCHOR: incremental
/// The tokens that `texts` teach.
pub(super) fn train<'a>(
    texts: impl Iterator<Item = &'a str>,
    options: &TrainOptions,
) -> Vocabulary {
    let mut words = count_words(texts, options);
    let mut tokens = Tokens::bytes();
    let mut pairs = Pairs::of(&words, options.least_count());
    while tokens.len() < options.size {
        let Some(pair) = pairs.pop() else { break };
        let id = tokens.join(pair);
        pairs.names.push(tokens.of(id).into());
        for place in pairs.places.remove(&pair).unwrap_or_default() {
            let word = &mut words[place];
            pairs.uncount(word);
            join(&mut word.0, pair, id);
            pairs.count(word, place);
        }
        pairs.offer();
    }
    tokens.into_vocabulary()
}
// ANCHOR_END: incremental

// ANCHOR: pairs
/// All pairs of the words.
struct Pairs {
    /// How often each occurs.
    counts: HashMap<Pair, u64>,
    /// The words in which it stands, or stood once.
    places: HashMap<Pair, HashSet<usize>>,
    /// The most frequent pair on top, as far as known.
    heap: BinaryHeap<Candidate>,
    /// Pairs that were counted since the last offer.
    changed: HashSet<Pair>,
    /// The bytes of the tokens.
    names: Vec<Rc<[u8]>>,
    min_count: u64,
}
// ANCHOR_END: pairs

/// A pair in the heap: its count, and the bytes that settle a tie.
type Candidate = (u64, Rc<[u8]>, Rc<[u8]>, Pair);

impl Pairs {
    fn of(words: &[Word], min_count: u64) -> Self {
        let mut pairs = Self {
            counts: HashMap::new(),
            places: HashMap::new(),
            heap: BinaryHeap::new(),
            changed: HashSet::new(),
            names: (0..=u8::MAX).map(|byte| [byte].into()).collect(),
            min_count,
        };
        for (place, word) in words.iter().enumerate() {
            pairs.count(word, place);
        }
        pairs.offer();
        pairs
    }

    /// Adds the pairs of a word.
    fn count(&mut self, (word, count): &Word, place: usize) {
        for pair in word.windows(2).map(|pair| (pair[0], pair[1])) {
            *self.counts.entry(pair).or_default() += count;
            self.places.entry(pair).or_default().insert(place);
            self.changed.insert(pair);
        }
    }

    /// Takes the pairs of a word away.
    fn uncount(&mut self, (word, count): &Word) {
        for pair in word.windows(2).map(|pair| (pair[0], pair[1])) {
            *self.counts.entry(pair).or_default() -= count;
        }
    }

    /// Puts every pair that was counted into the heap.
    fn offer(&mut self) {
        for pair in self.changed.drain() {
            let count = self.counts[&pair];
            if count >= self.min_count {
                let [left, right] =
                    [pair.0, pair.1].map(|id| self.names[id as usize].clone());
                self.heap.push((count, left, right, pair));
            }
        }
    }

    // ANCHOR: pop
    /// The most frequent pair.
    fn pop(&mut self) -> Option<Pair> {
        while let Some((count, left, right, pair)) = self.heap.pop() {
            let now = self.counts[&pair];
            if now == count {
                return Some(pair);
            }
            // Out of date: back with it, at the place where it belongs now.
            if now >= self.min_count {
                self.heap.push((now, left, right, pair));
            }
        }
        None
    }
    // ANCHOR_END: pop
}
