//! Cutting text into pieces that no token may cross.
//!
//! Source of GPT-2's pattern: Radford et al. (2019), "Language Models are Unsupervised Multitask
//! Learners", section 2.2, and OpenAI's released `encoder.py`:
//!
//! ```text
//! 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//! ```
//!
//! and of GPT-4's, which its vocabulary `cl100k_base` names, OpenAI's library `tiktoken`:
//!
//! ```text
//! '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+
//! |\s++$|\s*[\r\n]|\s+(?!\S)|\s
//! ```

use std::sync::LazyLock;

use regex::Regex;

/// The rule by which text is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// GPT-2's, also GPT-3's: words, numbers, marks, each with the space before it
    #[default]
    Gpt2,
    /// GPT-4's: any mark may lead a word, numbers have at most three digits, line ends stay
    /// with the marks before them
    Cl100k,
}

/// GPT-2's pattern without its look-ahead, which the crate `regex` does not have.
static GPT2: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+")
        .expect("the pattern is a constant and valid")
});

/// GPT-4's pattern without its look-ahead.
static CL100K: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}",
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+$|\s*[\r\n]|\s+",
    ))
    .expect("the pattern is a constant and valid")
});

// ANCHOR: pieces
/// The pieces of `text`, in order and without gaps: words, numbers, marks, spaces. A single
/// space before a word belongs to the word.
///
/// ```
/// let pieces: Vec<_> = ch01::pieces("Don't stop.  Now!").collect();
/// assert_eq!(pieces, ["Don", "'t", " stop", ".", " ", " Now", "!"]);
/// ```
pub fn pieces(text: &str) -> impl Iterator<Item = &str> {
    Pattern::Gpt2.pieces(text)
}

impl Pattern {
    /// The pieces of `text` by this rule, in order and without gaps.
    pub fn pieces(self, text: &str) -> impl Iterator<Item = &str> {
        let pattern = match self {
            Self::Gpt2 => &GPT2,
            Self::Cl100k => &CL100K,
        };
        let mut start = 0;
        std::iter::from_fn(move || {
            let found = pattern.find_at(text, start)?;
            let end = self.leave_last_space(text, found.as_str(), found.end());
            let piece = &text[start..end];
            start = end;
            Some(piece)
        })
    }
    // ANCHOR_END: pieces

    // ANCHOR: last_space
    /// Where a piece that matched up to `end` really ends.
    ///
    /// The look-ahead `\s+(?!\S)` says: of several white characters before a word, leave the
    /// last one out, so that it can join the word. At the end of the text there is no word to
    /// join. (What ends with a line end was, in GPT-4's pattern, found by another rule.)
    fn leave_last_space(self, text: &str, piece: &str, end: usize) -> usize {
        let last = piece.chars().next_back().filter(|c| c.is_whitespace());
        let stays = |c| self == Self::Cl100k && matches!(c, '\r' | '\n');
        match last.filter(|&c| !stays(c)) {
            Some(last) if end < text.len() && piece.len() > last.len_utf8() => {
                end - last.len_utf8()
            }
            _ => end,
        }
    }
    // ANCHOR_END: last_space
}
