//! How well a vocabulary fits texts.

use crate::Tokenizer;

/// What a tokenizer makes of some texts.
///
/// ```
/// use ch01::{Analysis, Tokenizer};
///
/// let tokenizer = Tokenizer::gpt2();
/// let mut analysis = Analysis::new(&tokenizer);
/// analysis.add("tea", "I like tea, and tea likes me.");
/// assert_eq!(analysis.texts()[0].tokens, 9);
/// assert_eq!(analysis.most_used(1), [(8887, 2)]); // " tea"
/// assert_eq!(analysis.used(), 8);
/// ```
#[derive(Clone, Debug)]
pub struct Analysis<'a> {
    tokenizer: &'a Tokenizer,
    counts: Vec<u64>, // by id
    texts: Vec<TextSizes>,
}

/// One text, measured three ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSizes {
    /// What the text is called
    pub name: String,
    /// Its bytes in UTF-8
    pub bytes: u64,
    /// Its characters
    pub characters: u64,
    /// Its tokens
    pub tokens: u64,
}

impl TextSizes {
    /// How many bytes a token stands for, on average: how much the vocabulary compresses.
    pub fn bytes_per_token(&self) -> f64 {
        self.bytes as f64 / self.tokens as f64
    }

    /// How many tokens a character costs, on average. Users of other scripts than Latin pay more.
    pub fn tokens_per_character(&self) -> f64 {
        self.tokens as f64 / self.characters as f64
    }
}

impl<'a> Analysis<'a> {
    /// An analysis without texts.
    pub fn new(tokenizer: &'a Tokenizer) -> Self {
        Self { tokenizer, counts: vec![0; tokenizer.vocab_size()], texts: vec![] }
    }

    /// Encodes a text, as ordinary text, and counts its tokens.
    pub fn add(&mut self, name: &str, text: &str) {
        self.texts.push(TextSizes {
            name: name.to_owned(),
            bytes: 0,
            characters: 0,
            tokens: 0,
        });
        self.extend(text);
    }

    /// Counts more of the text that was added last, where a text comes in parts.
    ///
    /// # Panics
    /// When no text was added yet.
    pub fn extend(&mut self, more: &str) {
        let ids = self.tokenizer.encode(more);
        for &id in &ids {
            self.counts[id as usize] += 1;
        }
        let text = self.texts.last_mut().expect("a text was added before");
        text.bytes += more.len() as u64;
        text.characters += more.chars().count() as u64;
        text.tokens += ids.len() as u64;
    }

    /// The texts in the order they were added.
    pub fn texts(&self) -> &[TextSizes] {
        &self.texts
    }

    /// All texts as one.
    pub fn total(&self) -> TextSizes {
        let sum = |size: fn(&TextSizes) -> u64| self.texts.iter().map(size).sum();
        TextSizes {
            name: "all".to_owned(),
            bytes: sum(|text| text.bytes),
            characters: sum(|text| text.characters),
            tokens: sum(|text| text.tokens),
        }
    }

    /// How often token `id` occurs.
    pub fn count(&self, id: u32) -> u64 {
        self.counts.get(id as usize).copied().unwrap_or(0)
    }

    /// How many different tokens occur.
    pub fn used(&self) -> usize {
        self.counts.iter().filter(|&&count| count > 0).count()
    }

    /// The `n` most frequent tokens with their counts; of equals the one with the lower id first.
    pub fn most_used(&self, n: usize) -> Vec<(u32, u64)> {
        let mut counts: Vec<_> = (0..).zip(self.counts.iter().copied()).collect();
        counts.retain(|&(_, count)| count > 0);
        counts.sort_by_key(|&(id, count)| (std::cmp::Reverse(count), id));
        counts.truncate(n);
        counts
    }

    /// The ordinary tokens that never occur, by id.
    pub fn unused(&self) -> Vec<u32> {
        let ids = self.tokenizer.vocabulary().entries().map(|(id, _)| id);
        ids.filter(|&id| self.count(id) == 0).collect()
    }
}
