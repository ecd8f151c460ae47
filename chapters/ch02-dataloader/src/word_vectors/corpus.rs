//! Words, numbered, and their neighbours.

use std::collections::HashMap;

use rand::Rng;

/// What of a text is learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct CorpusOptions {
    /// A word that occurs less often is left out
    pub min_count: u64,
    /// How many words away a neighbour may be
    pub window: usize,
    /// A word that makes up more than this share of the text is often skipped
    pub frequent: f64,
}

impl Default for CorpusOptions {
    /// For texts of some hundred thousand words: at least 5 times, 2 words away, 1 in 1,000. Narrow
    /// windows find words that can stand for one another, wide ones words of the same subject
    /// (Levy and Goldberg 2014).
    fn default() -> Self {
        Self { min_count: 5, window: 2, frequent: 1e-3 }
    }
}

/// Documents as numbers of words.
#[derive(Clone, Debug)]
pub struct Corpus {
    options: CorpusOptions,
    words: Vec<String>, // the most frequent first
    counts: Vec<u64>,
    documents: Vec<Vec<u32>>,
}

impl Corpus {
    /// Numbers the words of the documents. Capitals don't count, and rare words are left out as if
    /// they did not stand there.
    pub fn new<'a>(
        texts: impl IntoIterator<Item = &'a str>,
        options: CorpusOptions,
    ) -> Self {
        let mut counter = Counter::default();
        let documents: Vec<Vec<u32>> =
            texts.into_iter().map(|text| counter.add(text)).collect();
        let (words, counts, new_ids) = counter.frequent(options.min_count);
        let renumber = |ids: Vec<u32>| -> Vec<u32> {
            ids.into_iter().filter_map(|id| new_ids[id as usize]).collect()
        };
        let documents = documents.into_iter().map(renumber).collect();
        Self { options, words, counts, documents }
    }

    /// The words, the most frequent first.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// How often each word occurs.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    // ANCHOR: pairs
    /// Every word with each of its neighbours, `(word, neighbour)`. Each call draws anew:
    ///
    /// - A frequent word is skipped with a chance of `1 − √(t / f)`, where `f` is its share of the
    ///   text and `t` the option [`CorpusOptions::frequent`]. "The" says little about its neighbours.
    /// - The window reaches 1 to [`CorpusOptions::window`] words, at random, so near neighbours
    ///   count more than far ones.
    pub fn pairs(&self, random: &mut impl Rng) -> Vec<(u32, u32)> {
        let total: u64 = self.counts.iter().sum();
        let share = |id: u32| self.counts[id as usize] as f64 / total as f64;
        let mut pairs = Vec::new();
        for document in &self.documents {
            let kept = |&id: &u32| {
                random.random::<f64>() < (self.options.frequent / share(id)).sqrt()
            };
            let kept: Vec<u32> = document.iter().copied().filter(kept).collect();
            for (at, &word) in kept.iter().enumerate() {
                let reach = random.random_range(1..=self.options.window);
                let end = kept.len().min(at + reach + 1);
                for near in
                    (at.saturating_sub(reach)..end).filter(|&near| near != at)
                {
                    pairs.push((word, kept[near]));
                }
            }
        }
        pairs
    }
    // ANCHOR_END: pairs
}

/// Words in the order in which they are first met.
#[derive(Default)]
struct Counter {
    ids: HashMap<String, u32>,
    counts: Vec<u64>,
}

impl Counter {
    fn add(&mut self, text: &str) -> Vec<u32> {
        let words = text.split(|c: char| !c.is_alphabetic() && c != '\'');
        let words = words.map(|word| word.trim_matches('\''));
        let words = words.filter(|word| !word.is_empty());
        words.map(|word| self.count(word.to_lowercase())).collect()
    }

    fn count(&mut self, word: String) -> u32 {
        let next = self.counts.len() as u32;
        let id = *self.ids.entry(word).or_insert(next);
        if id == next {
            self.counts.push(0);
        }
        self.counts[id as usize] += 1;
        id
    }

    /// The words that occur often enough, their counts, and the new number of each old one.
    fn frequent(self, least: u64) -> (Vec<String>, Vec<u64>, Vec<Option<u32>>) {
        let mut words: Vec<(String, u32)> = self.ids.into_iter().collect();
        words.retain(|&(_, id)| self.counts[id as usize] >= least);
        words.sort_by_key(|&(_, id)| {
            (std::cmp::Reverse(self.counts[id as usize]), id)
        });
        let mut new_ids = vec![None; self.counts.len()];
        for (&(_, old), new) in words.iter().zip(0..) {
            new_ids[old as usize] = Some(new);
        }
        let counts =
            words.iter().map(|&(_, id)| self.counts[id as usize]).collect();
        (words.into_iter().map(|(word, _)| word).collect(), counts, new_ids)
    }
}
