//! The first rung: the rule, word for word.
//!
//! Before each merge it counts every pair of the whole text. A thousand merges of a megabyte are
//! a thousand megabytes to count.

use std::collections::HashMap;

use super::TrainOptions;
use super::tokens::{Pair, Tokens, byte_ids, join};
use crate::Vocabulary;

// ANCHOR: naive
/// The tokens that `texts` teach.
pub(super) fn train<'a>(
    texts: impl Iterator<Item = &'a str>,
    options: &TrainOptions,
) -> Vocabulary {
    let cutter = options.cutter();
    let mut pieces: Vec<Vec<u32>> = Vec::new();
    for text in texts {
        cutter.each_piece(text, |piece| pieces.push(byte_ids(piece)));
    }
    let mut tokens = Tokens::bytes();
    while tokens.len() < options.size {
        let mut counts: HashMap<Pair, u64> = HashMap::new();
        for pair in pieces.iter().flat_map(|piece| piece.windows(2)) {
            *counts.entry((pair[0], pair[1])).or_default() += 1;
        }
        let best = counts
            .into_iter()
            .filter(|&(_, count)| count >= options.least_count())
            .max_by_key(|&(pair, count)| (count, tokens.order(pair)));
        let Some((pair, _)) = best else { break };
        let id = tokens.join(pair);
        pieces.iter_mut().for_each(|piece| join(piece, pair, id));
    }
    tokens.into_vocabulary()
}
// ANCHOR_END: naive
