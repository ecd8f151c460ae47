//! What a data set looks like to a model, before it costs a day of training.

use std::collections::HashMap;

use ch01::{Analysis, Tokenizer};

use crate::dedup::Exact;

/// Numbers on a data set, gathered document by document.
///
/// ```
/// use ch01::Tokenizer;
/// use ch02::Report;
///
/// let tokenizer = Tokenizer::gpt2();
/// let mut report = Report::new(&tokenizer, 8);
/// report.add("I like tea, and tea likes me.");
/// report.add("Tea!");
/// assert_eq!((report.documents(), report.tokens()), (2, 11));
/// assert_eq!(report.fill(), 11.0 / 24.0); // one document fills 2 windows of 8, the other 1
/// assert_eq!(report.most_frequent_words(1), [("tea".to_owned(), 3)]);
/// ```
#[derive(Clone, Debug)]
pub struct Report<'a> {
    tokens: Analysis<'a>,
    context: usize,
    lengths: Vec<usize>, // in tokens
    words: HashMap<String, u64>,
    exact: Exact,
    copies: usize,
}

impl<'a> Report<'a> {
    /// A report without documents, for a model with `context` positions.
    ///
    /// # Panics
    /// When `context` is 0.
    pub fn new(tokenizer: &'a Tokenizer, context: usize) -> Self {
        assert!(context > 0, "a window has at least one position");
        let mut tokens = Analysis::new(tokenizer);
        tokens.add("all documents", "");
        let (lengths, words) = (Vec::new(), HashMap::new());
        Self { tokens, context, lengths, words, exact: Exact::default(), copies: 0 }
    }

    /// Adds a document.
    pub fn add(&mut self, text: &str) {
        let before = self.tokens();
        self.tokens.extend(text);
        self.lengths.push((self.tokens() - before) as usize);
        self.copies += usize::from(self.exact.add(text).is_some());
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '\'') {
            let word = word.trim_matches('\'');
            if !word.is_empty() {
                *self.words.entry(word.to_lowercase()).or_default() += 1;
            }
        }
    }

    /// How many documents were added.
    pub fn documents(&self) -> usize {
        self.lengths.len()
    }

    /// How many of them are equal to an earlier one.
    pub fn copies(&self) -> usize {
        self.copies
    }

    /// How many tokens they have together.
    pub fn tokens(&self) -> u64 {
        self.tokens.texts()[0].tokens
    }

    /// Bytes, characters, tokens, and which tokens how often.
    pub fn analysis(&self) -> &Analysis<'a> {
        &self.tokens
    }

    // ANCHOR: fill
    /// The share of positions that hold a token, when each document has windows of its own and the
    /// last one is filled up with padding. What is missing to 1 is computed for nothing.
    pub fn fill(&self) -> f64 {
        let windows =
            self.lengths.iter().map(|tokens| tokens.div_ceil(self.context));
        let positions = windows.sum::<usize>() * self.context;
        self.tokens() as f64 / positions.max(1) as f64
    }
    // ANCHOR_END: fill

    /// How many documents have at most 16 tokens, at most 32, 64 and so on: the limits and the
    /// counts.
    pub fn lengths(&self) -> Vec<(usize, usize)> {
        let longest = self.lengths.iter().max().copied().unwrap_or(0);
        let limits = std::iter::successors(Some(16), |limit| Some(2 * limit));
        let mut bins: Vec<(usize, usize)> = Vec::new();
        for limit in limits {
            let below = bins.last().map_or(0, |&(limit, _)| limit + 1);
            let fits = |tokens: &&usize| (below..=limit).contains(*tokens);
            bins.push((limit, self.lengths.iter().filter(fits).count()));
            if limit >= longest {
                break;
            }
        }
        bins
    }

    /// How many different words there are; capitals don't count.
    pub fn different_words(&self) -> usize {
        self.words.len()
    }

    /// The `n` most frequent words; of equals the one that comes first in the alphabet.
    pub fn most_frequent_words(&self, n: usize) -> Vec<(String, u64)> {
        let mut words: Vec<_> = self.words.iter().collect();
        words.sort_by_key(|&(word, count)| (std::cmp::Reverse(count), word));
        words.truncate(n);
        words.into_iter().map(|(word, count)| (word.clone(), *count)).collect()
    }
}
