//! Words and marks as tokens, and what becomes of a word that the vocabulary lacks.
//!
//! Source: the first tokenizers of most courses; the patterns are those of Raschka (2024),
//! "Build a Large Language Model (From Scratch)", chapter 2.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use crate::{DecodeError, END_OF_TEXT};

/// Stands for every word that the vocabulary lacks.
pub const UNKNOWN: &str = "<|unk|>";

/// Separators, first try: white space. Marks stay glued to their words.
pub const SPACES: &str = r"\s";

/// Separators, second try: white space, commas and full stops.
pub const COMMAS_AND_STOPS: &str = r"[,.]|\s";

/// Separators of [`split_words`]: white space, the common marks and the double dash.
pub const MARKS: &str = r#"[,.:;?_!"()']|--|\s"#;

/// Cuts `text` at each match of the pattern `separators` and keeps the matches: what comes out,
/// joined, is the text again. Empty pieces are left out.
///
/// ```
/// let pieces = ch01::split_keeping("Hello, world.", ch01::SPACES)?;
/// assert_eq!(pieces, ["Hello,", " ", "world."]);
/// # Ok::<(), regex::Error>(())
/// ```
///
/// # Errors
/// When `separators` is no regular expression.
pub fn split_keeping<'a>(
    text: &'a str,
    separators: &str,
) -> Result<Vec<&'a str>, regex::Error> {
    Ok(split_at(text, &Regex::new(separators)?))
}

fn split_at<'a>(text: &'a str, separators: &Regex) -> Vec<&'a str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for separator in separators.find_iter(text) {
        pieces.push(&text[start..separator.start()]);
        pieces.push(separator.as_str());
        start = separator.end();
    }
    pieces.push(&text[start..]);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

// ANCHOR: split_words
/// The words and marks of `text`, without the white space between them.
///
/// ```
/// let words = ch01::split_words("Hello, world. Is this-- a test?");
/// assert_eq!(words, ["Hello", ",", "world", ".", "Is", "this", "--", "a", "test", "?"]);
/// ```
pub fn split_words(text: &str) -> Vec<&str> {
    static PATTERN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(MARKS).expect("the pattern is a constant"));
    let mut words = split_at(text, &PATTERN);
    words.retain(|word| !word.trim().is_empty());
    words
}
// ANCHOR_END: split_words

/// A vocabulary of whole words.
#[derive(Clone, Debug)]
pub struct WordTokenizer {
    words: Vec<String>,
    ids: HashMap<String, u32>,
    unknown: Option<u32>,
}

impl WordTokenizer {
    /// Version 1 knows the words of `text`, in alphabetical order, and no others.
    pub fn v1(text: &str) -> Self {
        let words: BTreeSet<&str> = split_words(text).into_iter().collect();
        Self::with_words(words.into_iter().map(String::from).collect())
    }

    /// Version 2 also has [`END_OF_TEXT`], which parts documents, and [`UNKNOWN`], which stands
    /// for any word that `text` lacks.
    pub fn v2(text: &str) -> Self {
        let mut words = Self::v1(text).words;
        words.extend([END_OF_TEXT, UNKNOWN].map(String::from));
        let mut tokenizer = Self::with_words(words);
        tokenizer.unknown = tokenizer.ids.get(UNKNOWN).copied();
        tokenizer
    }

    fn with_words(words: Vec<String>) -> Self {
        let ids = words.iter().cloned().zip(0..).collect();
        Self { words, ids, unknown: None }
    }

    // ANCHOR: words_encode
    /// One id for each word and mark of `text`.
    ///
    /// # Errors
    /// When the vocabulary lacks a word and has no [`UNKNOWN`] to stand for it. The error names
    /// the word.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, UnknownWord> {
        let id = |word: &str| self.ids.get(word).copied().or(self.unknown);
        let known = |word| id(word).ok_or_else(|| UnknownWord(word.to_owned()));
        split_words(text).into_iter().map(known).collect()
    }
    // ANCHOR_END: words_encode

    /// The words of `ids` with a space between, but none before a mark that closes: so the text
    /// comes back readable, yet not always as it was.
    ///
    /// # Errors
    /// When an id is not in the vocabulary.
    pub fn decode(&self, ids: &[u32]) -> Result<String, DecodeError> {
        let size = self.words.len();
        let word =
            |&id: &u32| self.words.get(id as usize).ok_or(DecodeError { id, size });
        let mut text = String::new();
        for id in ids {
            let word = word(id)?;
            let closes =
                matches!(word.as_bytes(), [mark] if b",.:;?!\"()'".contains(mark));
            if !text.is_empty() && !closes {
                text.push(' ');
            }
            text += word;
        }
        Ok(text)
    }

    /// The words by id.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// How many ids there are.
    pub fn vocab_size(&self) -> usize {
        self.words.len()
    }
}

/// A word that the vocabulary lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord(pub String);

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the vocabulary lacks the word {:?}", self.0)
    }
}

impl std::error::Error for UnknownWord {}
