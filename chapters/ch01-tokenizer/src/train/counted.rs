//! The second rung: each different piece once, with its number.
//!
//! A text has few different words: " the" is merged once instead of ten thousand times.

use std::collections::HashMap;

use super::TrainOptions;
use super::tokens::{Pair, Tokens, byte_ids, join};
use crate::Vocabulary;

/// A piece as tokens, and how often the text has it.
pub(super) type Word = (Vec<u32>, u64);

/// The tokens that `texts` teach.
pub(super) fn train<'a>(
    texts: impl Iterator<Item = &'a str>,
    options: &TrainOptions,
) -> Vocabulary {
    let mut words = count_words(texts, options);
    let mut tokens = Tokens::bytes();
    while tokens.len() < options.size {
        let mut counts: HashMap<Pair, u64> = HashMap::new();
        for (word, count) in &words {
            for pair in word.windows(2) {
                *counts.entry((pair[0], pair[1])).or_default() += count;
            }
        }
        let best = counts
            .into_iter()
            .filter(|&(_, count)| count >= options.least_count())
            .max_by_key(|&(pair, count)| (count, tokens.order(pair)));
        let Some((pair, _)) = best else { break };
        let id = tokens.join(pair);
        words.iter_mut().for_each(|(word, _)| join(word, pair, id));
    }
    tokens.into_vocabulary()
}

// ANCHOR: count_words
/// Every different piece of the texts as single bytes, with its number of occurrences.
pub(super) fn count_words<'a>(
    texts: impl Iterator<Item = &'a str>,
    options: &TrainOptions,
) -> Vec<Word> {
    let cutter = options.cutter();
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for text in texts {
        cutter.each_piece(text, |piece| *counts.entry(piece).or_default() += 1);
    }
    counts.into_iter().map(|(piece, count)| (byte_ids(piece), count)).collect()
}
// ANCHOR_END: count_words
