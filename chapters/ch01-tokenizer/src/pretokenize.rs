//! Cutting text into pieces that no token may cross.
//!
//! Source: Radford et al. (2019), "Language Models are Unsupervised Multitask Learners",
//! section 2.2, and the pattern in OpenAI's released `encoder.py`:
//!
//! ```text
//! 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//! ```

use std::sync::LazyLock;

use regex::Regex;

/// GPT-2's pattern without its look-ahead, which the crate `regex` does not have.
static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+")
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
    let mut start = 0;
    std::iter::from_fn(move || {
        let found = PATTERN.find_at(text, start)?;
        let piece =
            &text[start..leave_last_space(text, found.as_str(), found.end())];
        start += piece.len();
        Some(piece)
    })
}
// ANCHOR_END: pieces

/// Where a piece that matched up to `end` really ends.
///
/// The look-ahead `\s+(?!\S)` says: of several white characters before a word, leave the last
/// one out, so that it can join the word. At the end of the text there is no word to join.
fn leave_last_space(text: &str, piece: &str, end: usize) -> usize {
    let last = piece.chars().next_back().filter(|c| c.is_whitespace());
    match last {
        Some(last) if end < text.len() && piece.len() > last.len_utf8() => {
            end - last.len_utf8()
        }
        _ => end,
    }
}
