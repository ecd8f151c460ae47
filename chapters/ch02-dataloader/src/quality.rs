//! Quality: which documents a model should not learn from.
//!
//! Nobody can read a billion pages, so a few numbers stand for a look at the page. The rules are
//! in the spirit of two papers: C4 (Raffel et al. 2020, arXiv:1910.10683, section 2.2) and Gopher
//! (Rae et al. 2021, arXiv:2112.11446, appendix A.1.1). Limits that neither of them sets are marked.

use std::collections::HashSet;
use std::fmt;
use std::ops::RangeInclusive;

use clap::ValueEnum;

/// Marks that belong to ordinary writing.
const EVERYDAY: &str = ".,;:!?'\"()-–—…‘’“”„«»¿¡、。，！？「」";

/// How many words a run has that is looked for a second time.
const RUN: usize = 5;

// ANCHOR: rule
/// What is measured of a document, and limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Rule {
    /// Words, parted by white space
    Words,
    /// Characters of a word, on average
    WordLength,
    /// Share of words with a letter in them
    Letters,
    /// Share of letters that are capitals
    Capitals,
    /// Share of characters that are no letters, digits or everyday marks
    Symbols,
    /// Share of characters that are digits
    Digits,
    /// Share of lines that stood there before
    Lines,
    /// Share of text in runs of five words that stood there before
    Runs,
}
// ANCHOR_END: rule

impl Rule {
    /// All rules.
    pub const ALL: [Self; 8] = [
        Self::Words,
        Self::WordLength,
        Self::Letters,
        Self::Capitals,
        Self::Symbols,
        Self::Digits,
        Self::Lines,
        Self::Runs,
    ];

    /// What it measures, in a few words.
    pub fn measures(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::WordLength => "characters a word",
            Self::Letters => "of the words have a letter",
            Self::Capitals => "of the letters are capitals",
            Self::Symbols => "of the characters are symbols",
            Self::Digits => "of the characters are digits",
            Self::Lines => "of the lines are repeated",
            Self::Runs => "of the text is repeated",
        }
    }

    /// The number that this rule looks at.
    pub fn measure(self, text: &str) -> f64 {
        match self {
            Self::Words => text.split_whitespace().count() as f64,
            Self::WordLength => {
                let words = text.split_whitespace();
                mean(words.map(|word| word.chars().count() as f64))
            }
            Self::Letters => {
                let has_letter = |word: &str| word.contains(char::is_alphabetic);
                share(text.split_whitespace(), has_letter)
            }
            Self::Capitals => {
                let letters = text.chars().filter(|c| c.is_alphabetic());
                share(letters, char::is_uppercase)
            }
            Self::Symbols => share(visible(text), |c| {
                !c.is_alphanumeric() && !EVERYDAY.contains(c)
            }),
            Self::Digits => share(visible(text), char::is_numeric),
            Self::Lines => repeated_lines(text),
            Self::Runs => repeated_runs(text),
        }
    }
}

fn visible(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace())
}

/// The mean, and 0 of nothing.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) =
        values.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

fn share<T>(items: impl Iterator<Item = T>, mut is: impl FnMut(T) -> bool) -> f64 {
    mean(items.map(|item| f64::from(u8::from(is(item)))))
}

/// The share of lines that stood there before; empty ones don't count.
fn repeated_lines(text: &str) -> f64 {
    let mut known = HashSet::new();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    share(lines, |line| !known.insert(line))
}

// ANCHOR: repeated_runs
/// The share of a text's letters in runs of five words that stood there before. No letter counts
/// twice, however many such runs it is in.
fn repeated_runs(text: &str) -> f64 {
    let words: Vec<&str> = text.split_whitespace().collect();
    let length =
        |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>();
    let (mut known, mut repeated, mut counted) = (HashSet::new(), 0, 0);
    for (start, run) in words.windows(RUN).enumerate() {
        if !known.insert(run) {
            let from = counted.max(start);
            repeated += length(&words[from..start + RUN]);
            counted = start + RUN;
        }
    }
    repeated as f64 / length(&words).max(1) as f64
}
// ANCHOR_END: repeated_runs

// ANCHOR: quality
/// The limits of a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Quality {
    /// Gopher: 50 to 100,000
    pub words: RangeInclusive<f64>,
    /// Gopher: 3 to 10
    pub word_length: RangeInclusive<f64>,
    /// Gopher: at least 0.8
    pub letters: RangeInclusive<f64>,
    /// At most 0.3 (ours)
    pub capitals: RangeInclusive<f64>,
    /// At most 0.1. Gopher limits `#` and `…` to 0.1 a word
    pub symbols: RangeInclusive<f64>,
    /// At most 0.2 (ours)
    pub digits: RangeInclusive<f64>,
    /// Gopher: at most 0.3
    pub lines: RangeInclusive<f64>,
    /// Gopher: at most 0.15
    pub runs: RangeInclusive<f64>,
}

impl Default for Quality {
    fn default() -> Self {
        Self {
            words: 50.0..=100_000.0,
            word_length: 3.0..=10.0,
            letters: 0.8..=1.0,
            capitals: 0.0..=0.3,
            symbols: 0.0..=0.1,
            digits: 0.0..=0.2,
            lines: 0.0..=0.3,
            runs: 0.0..=0.15,
        }
    }
}
// ANCHOR_END: quality

// ANCHOR: complaints
impl Quality {
    /// What speaks against a document; nothing, if it may stay.
    pub fn complaints(&self, text: &str) -> Vec<Complaint> {
        let complaint = |rule: Rule| {
            let (value, limits) = (rule.measure(text), self.limits(rule).clone());
            (!limits.contains(&value)).then_some(Complaint { rule, value, limits })
        };
        Rule::ALL.into_iter().filter_map(complaint).collect()
    }

    /// The limits of one rule.
    pub fn limits(&self, rule: Rule) -> &RangeInclusive<f64> {
        match rule {
            Rule::Words => &self.words,
            Rule::WordLength => &self.word_length,
            Rule::Letters => &self.letters,
            Rule::Capitals => &self.capitals,
            Rule::Symbols => &self.symbols,
            Rule::Digits => &self.digits,
            Rule::Lines => &self.lines,
            Rule::Runs => &self.runs,
        }
    }
}
// ANCHOR_END: complaints

/// One reason to leave a document out. Displayed it is a short sentence:
///
/// ```
/// let shouting = "BUY NOW ".repeat(40);
/// let reasons = ch02::Quality::default().complaints(&shouting);
/// let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
/// assert_eq!(reasons[0], "1.00 of the letters are capitals, and 0.3 is the most");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Complaint {
    /// The rule that was broken
    pub rule: Rule,
    /// What was measured
    pub value: f64,
    /// What would have been allowed
    pub limits: RangeInclusive<f64>,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, value, limits } = self;
        let digits = if *rule == Rule::Words { 0 } else { 2 };
        let (limit, which) = match value < limits.start() {
            true => (limits.start(), "least"),
            false => (limits.end(), "most"),
        };
        let measures = rule.measures();
        write!(f, "{value:.digits$} {measures}, and {limit} is the {which}")
    }
}
