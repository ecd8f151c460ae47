//! Special tokens: marks for the model, not text.
//!
//! `<|endoftext|>` says that a document ends. It is one id that no text leads to, unless the
//! caller allows it: otherwise whoever writes a message could end it and begin another in
//! somebody else's name. So plain [`Tokenizer::encode`](crate::Tokenizer::encode) never makes
//! a special token, and a [`Policy`] says what else may happen.

use std::fmt;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

// ANCHOR: policy
/// What becomes of a special token's text within a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy<'a> {
    /// It is text like any other.
    #[default]
    Ordinary,
    /// It becomes its one id. For text you wrote yourself, never for a stranger's.
    AllowAll,
    /// These become their ids; the others are text.
    Allow(&'a [&'a str]),
    /// These become their ids; any other is an error.
    AllowOnly(&'a [&'a str]),
    /// It is an error: such a text is not to be encoded at all.
    Forbid,
}
// ANCHOR_END: policy

/// A special token that the policy speaks against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecialError {
    /// The text holds a forbidden one.
    Forbidden {
        /// The special token
        token: String,
        /// The byte at which it starts
        at: usize,
        /// Its line, from 1
        line: usize,
    },
    /// The policy allows one that the tokenizer does not have.
    Unknown {
        /// Its text
        token: String,
    },
}

impl fmt::Display for SpecialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden { token, at, line } => write!(
                f,
                "the text holds the special token {token} in line {line}, at byte {at}"
            ),
            Self::Unknown { token } => {
                write!(f, "the tokenizer has no special token {token:?}")
            }
        }
    }
}

impl std::error::Error for SpecialError {}

/// The special tokens of a tokenizer, and how to find them in a text.
#[derive(Clone, Debug)]
pub(crate) struct Specials {
    tokens: Vec<(String, u32)>, // longest text first
    /// Made when first needed: most texts are encoded without a look for special tokens
    finder: OnceLock<AhoCorasick>,
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// Text between special tokens; may be empty.
    Text(&'a str),
    /// The id of a special token.
    Special(u32),
}

impl Specials {
    /// # Panics
    /// When a text is empty: it would stand everywhere.
    pub fn new(mut tokens: Vec<(String, u32)>) -> Self {
        assert!(
            tokens.iter().all(|(text, _)| !text.is_empty()),
            "a special token is empty"
        );
        tokens.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { tokens, finder: OnceLock::new() }
    }

    /// Finds the special tokens in a text; of two that start alike, the longer one is meant.
    fn finder(&self) -> &AhoCorasick {
        self.finder.get_or_init(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(self.tokens.iter().map(|(text, _)| text))
                .expect("special tokens are few and short")
        })
    }

    /// The special tokens and their ids, the longest text first.
    pub fn tokens(&self) -> &[(String, u32)] {
        &self.tokens
    }

    /// `text` cut at the special tokens that `policy` allows.
    pub fn split<'a>(
        &self,
        text: &'a str,
        policy: Policy,
    ) -> Result<Vec<Part<'a>>, SpecialError> {
        let parts = match policy {
            Policy::Ordinary | Policy::Forbid => vec![Part::Text(text)],
            Policy::AllowAll => self.cut(text),
            Policy::Allow(names) | Policy::AllowOnly(names) => {
                self.only(names)?.cut(text)
            }
        };
        if matches!(policy, Policy::AllowOnly(_) | Policy::Forbid) {
            self.refuse_in(text, &parts)?;
        }
        Ok(parts)
    }

    /// `text` cut at every special token, from left to right, at the longest that fits.
    fn cut<'a>(&self, text: &'a str) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let mut start = 0;
        for found in self.finder().find_iter(text) {
            parts.push(Part::Text(&text[start..found.start()]));
            parts.push(Part::Special(self.tokens[found.pattern()].1));
            start = found.end();
        }
        parts.push(Part::Text(&text[start..]));
        parts
    }

    /// The special tokens with these names, and no others.
    fn only(&self, names: &[&str]) -> Result<Self, SpecialError> {
        let named = |&name: &&str| {
            let found = self.tokens.iter().find(|(text, _)| text == name);
            found
                .cloned()
                .ok_or_else(|| SpecialError::Unknown { token: name.into() })
        };
        let tokens: Result<_, _> = names.iter().map(named).collect();
        Ok(Self::new(tokens?))
    }

    /// An error if a special token stands in one of the parts that are to be ordinary text.
    fn refuse_in(&self, text: &str, parts: &[Part]) -> Result<(), SpecialError> {
        for part in parts {
            let Part::Text(part) = part else { continue };
            let Some(found) = self.finder().find(part) else { continue };
            let at = part.as_ptr().addr() - text.as_ptr().addr() + found.start();
            let line = 1 + text[..at].matches('\n').count();
            let token = self.tokens[found.pattern()].0.clone();
            return Err(SpecialError::Forbidden { token, at, line });
        }
        Ok(())
    }
}
