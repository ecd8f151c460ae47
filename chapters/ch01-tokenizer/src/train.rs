//! Learning a vocabulary: join the most frequent pair, again and again.
//!
//! Source: Sennrich et al. (2016), section 3.2, arXiv:1508.07909.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::{Vocabulary, pieces};

/// A word as tokens, and how often the text has it.
type Word = (Vec<u32>, u64);

/// Learns at most `size` tokens from `texts`: the 256 bytes, then one merge after the other.
///
/// Each merge joins the pair of neighbouring tokens that occurs most often. Of two pairs that
/// occur equally often, the one whose bytes come later in the alphabet is joined first, so that
/// the same texts always give the same vocabulary, whatever their order. Pairs never reach
/// across [pieces](crate::pieces), so each different piece is counted once and remembered with
/// its number. Learning stops early when no pair occurs twice.
///
/// # Panics
/// When `size` is below 256: there is a token for every byte.
pub fn train<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    size: usize,
) -> Vocabulary {
    assert!(
        size >= 256,
        "a vocabulary has at least the 256 bytes, not {size} tokens"
    );
    let mut words = count_words(texts);
    let mut tokens: Vec<Vec<u8>> = (0..=u8::MAX).map(|byte| vec![byte]).collect();
    for id in 256..u32::try_from(size).unwrap_or(u32::MAX) {
        let Some(pair) = most_frequent(&words, &tokens) else { break };
        let [left, right] =
            [pair.0, pair.1].map(|id| tokens[id as usize].as_slice());
        tokens.push([left, right].concat());
        words.iter_mut().for_each(|(word, _)| join(word, pair, id));
    }
    Vocabulary::new(tokens)
}

/// Every different piece of the texts as single bytes, with its number of occurrences.
fn count_words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<Word> {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for piece in texts.into_iter().flat_map(pieces) {
        *counts.entry(piece).or_default() += 1;
    }
    let bytes = |piece: &str| piece.bytes().map(u32::from).collect();
    counts.into_iter().map(|(piece, count)| (bytes(piece), count)).collect()
}

/// The pair that occurs most often, if one occurs at least twice.
fn most_frequent(words: &[Word], tokens: &[Vec<u8>]) -> Option<(u32, u32)> {
    let mut counts: HashMap<(u32, u32), u64> = HashMap::new();
    for (word, count) in words {
        for pair in word.windows(2) {
            *counts.entry((pair[0], pair[1])).or_default() += count;
        }
    }
    let bytes = |id: u32| &tokens[id as usize];
    let frequent = counts.into_iter().filter(|&(_, count)| count > 1);
    let best = frequent.max_by_key(|&((l, r), count)| {
        (count, bytes(l), bytes(r), Reverse((l, r)))
    });
    best.map(|(pair, _)| pair)
}

/// Replaces every occurrence of `pair` in `word` by `id`, from left to right.
fn join(word: &mut Vec<u32>, pair: (u32, u32), id: u32) {
    let mut kept = 0;
    let mut read = 0;
    while read < word.len() {
        let found = read + 1 < word.len() && (word[read], word[read + 1]) == pair;
        word[kept] = if found { id } else { word[read] };
        kept += 1;
        read += if found { 2 } else { 1 };
    }
    word.truncate(kept);
}
