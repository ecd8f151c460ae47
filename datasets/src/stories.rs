//! Little stories to pretrain on: some written by hand, and any number from a grammar.

pub use crate::grammar::Grammar;

/// The line that stands between two stories.
pub const END_OF_TEXT: &str = "<|endoftext|>";

static HAND_WRITTEN: &str = include_str!("../builtin/stories/hand-written.txt");

/// The stories that were written by hand for this project.
pub fn hand_written() -> Vec<&'static str> {
    HAND_WRITTEN
        .split(END_OF_TEXT)
        .map(str::trim)
        .filter(|story| !story.is_empty())
        .collect()
}
