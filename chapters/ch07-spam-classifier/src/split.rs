//! Which messages to learn from, and which to be examined with.

use std::collections::HashSet;

use anyhow::{Result, ensure};
use datasets::{Label, Message};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// Messages in three parts, each half ham and half spam. No message is in two parts, and no two
/// messages anywhere are [alike](fingerprint).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// 70 %, to learn from
    pub train: Vec<Message>,
    /// 10 %, to choose with: which epoch was the best?
    pub validation: Vec<Message>,
    /// 20 %, for the one examination at the end
    pub test: Vec<Message>,
    /// What was left over of the more frequent label: never learned from
    pub left_out: Vec<Message>,
    /// How many messages were dropped since one like them came before
    pub repeated: usize,
}

/// The fewest messages of a label that can be cut in three.
const FEWEST: usize = 10;

impl Split {
    // ANCHOR: split
    /// Cuts `messages` into parts. Same messages and seed, same parts.
    ///
    /// # Errors
    /// When there are fewer than ten messages of a label.
    pub fn new(messages: &[Message], seed: u64) -> Result<Self> {
        let mut seen = HashSet::new();
        let unique = messages
            .iter()
            .filter(|message| seen.insert(fingerprint(&message.text)));
        let (mut ham, mut spam): (Vec<_>, Vec<_>) =
            unique.cloned().partition(|message| message.label == Label::Ham);
        let repeated = messages.len() - ham.len() - spam.len();

        let mut generator = StdRng::seed_from_u64(seed);
        ham.shuffle(&mut generator);
        spam.shuffle(&mut generator);
        let each = ham.len().min(spam.len());
        ensure!(
            each >= FEWEST,
            "{} ham and {} spam messages are too few: it takes {FEWEST} of each",
            ham.len(),
            spam.len()
        );
        let mut left_out = ham.split_off(each);
        left_out.append(&mut spam.split_off(each));

        let (first, second) = (each * 7 / 10, each * 8 / 10);
        let part = |from, to| [&ham[from..to], &spam[from..to]].concat();
        Ok(Self {
            train: part(0, first),
            validation: part(first, second),
            test: part(second, each),
            left_out,
            repeated,
        })
    }
    // ANCHOR_END: split
}

// ANCHOR: fingerprint
/// What remains of a text without its numbers, signs, spaces and capitals. Two messages with
/// the same fingerprint count as one: spammers send the same text from many numbers, and a
/// message that was learned by heart would be no examination.
pub fn fingerprint(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect()
}
// ANCHOR_END: fingerprint
