//! Unigram: of all ways to cut a word, the most probable one.
//!
//! Each piece has a probability, and a word cut into pieces has the product of theirs. Encoding
//! finds the best cut. Training goes the other way round from BPE: it begins with far too many
//! pieces and drops those that are missed least.
//!
//! Sources: Kudo (2018), "Subword Regularization", arXiv:1804.10959, section 3.2; the space as
//! `▁` and the bytes for unknown characters: Kudo and Richardson (2018), "SentencePiece",
//! arXiv:1808.06226, and its code.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::{Result, ensure};

use crate::DecodeError;

/// Stands for a space, and begins every word.
const SPACE: char = '▁';

/// Stands for characters that no piece has.
const UNKNOWN: &str = "<unk>";

/// How much less an unknown character counts than the least probable piece (a logarithm).
const PENALTY: f64 = 10.0;

/// Training looks at no piece with more characters.
const LONGEST: usize = 16;

/// With how many pieces training begins, at most.
const SEEDS: usize = 100_000;

/// How many of the pieces stay in each round of training.
const KEPT: f64 = 0.75;

/// How often the probabilities are found anew in each round of training.
const STEPS: usize = 2;

/// A piece that no word needs any more still counts this much: 0 has no logarithm.
const RARE: f64 = 1e-30;

/// What becomes of a character that no piece has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unknown {
    /// A run of such characters becomes one `<unk>`, and is lost.
    #[default]
    Token,
    /// Each becomes its UTF-8 bytes, the tokens `<0x00>` to `<0xFF>`; nothing is lost.
    Bytes,
}

/// Pieces and their probabilities.
#[derive(Clone, Debug)]
pub struct Unigram {
    pieces: Vec<(String, f64)>, // with the logarithm of the probability
    places: HashMap<String, usize>,
    longest: usize, // bytes
    unknown_score: f64,
    unknown: Unknown,
}

/// A piece somewhere in a word: where it ends, its score, its place among the pieces (`None` for
/// an unknown character).
type Edge = (usize, f64, Option<usize>);

impl Unigram {
    /// A tokenizer with these pieces and the logarithms of their probabilities. Id 0 is `<unk>`;
    /// then come the 256 bytes if `unknown` says so; then the pieces in their order.
    ///
    /// # Errors
    /// When a piece is empty or there twice, or a score is not finite.
    pub fn new(pieces: Vec<(String, f64)>, unknown: Unknown) -> Result<Self> {
        let mut places = HashMap::new();
        for (place, (piece, score)) in pieces.iter().enumerate() {
            ensure!(!piece.is_empty(), "piece {place} is empty");
            ensure!(score.is_finite(), "the score of piece {piece:?} is {score}");
            let earlier = places.insert(piece.clone(), place);
            ensure!(earlier.is_none(), "piece {piece:?} is there twice");
        }
        let longest =
            pieces.iter().map(|(piece, _)| piece.len()).max().unwrap_or(0);
        let lowest = pieces.iter().map(|&(_, score)| score).fold(0.0, f64::min);
        let unknown_score = lowest - PENALTY;
        Ok(Self { pieces, places, longest, unknown_score, unknown })
    }

    /// The pieces and the logarithms of their probabilities.
    pub fn pieces(&self) -> &[(String, f64)] {
        &self.pieces
    }

    /// How many ids there are.
    pub fn vocab_size(&self) -> usize {
        self.first_id() + self.pieces.len()
    }

    /// The id of the first piece.
    fn first_id(&self) -> usize {
        match self.unknown {
            Unknown::Token => 1,
            Unknown::Bytes => 1 + 256,
        }
    }

    /// The ids of `text`.
    ///
    /// ```
    /// use ch01::{Unigram, Unknown};
    ///
    /// let pieces = [("▁", -2.0), ("▁un", -3.0), ("able", -3.0), ("a", -4.0), ("▁unable", -7.0)];
    /// let pieces = pieces.map(|(piece, score)| (piece.to_string(), score)).to_vec();
    /// let unigram = Unigram::new(pieces, Unknown::Token).unwrap();
    /// assert_eq!(unigram.encode("unable a"), [2, 3, 1, 4]); // −3 − 3 is more than −7
    /// ```
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        for word in words(text) {
            let mut after_unknown = false;
            for (piece, place) in self.best(&word) {
                match (place, self.unknown) {
                    (Some(place), _) => ids.push((self.first_id() + place) as u32),
                    (None, Unknown::Bytes) => {
                        ids.extend(piece.bytes().map(|byte| 1 + u32::from(byte)));
                    }
                    (None, Unknown::Token) if after_unknown => {}
                    (None, Unknown::Token) => ids.push(0),
                }
                after_unknown = place.is_none();
            }
        }
        ids
    }

    /// The text of `ids`. Bytes that are no UTF-8 show as `�`.
    ///
    /// # Errors
    /// When an id is not in the vocabulary.
    pub fn decode(&self, ids: &[u32]) -> Result<String, DecodeError> {
        let mut bytes = Vec::new();
        for &id in ids {
            let place = (id as usize).checked_sub(self.first_id());
            match (place, id) {
                (None, 0) => bytes.extend_from_slice(UNKNOWN.as_bytes()),
                (None, _) => bytes.push((id - 1) as u8),
                (Some(place), _) => {
                    let size = self.vocab_size();
                    let piece =
                        self.pieces.get(place).ok_or(DecodeError { id, size })?;
                    bytes.extend(piece.0.replace(SPACE, " ").bytes());
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.strip_prefix(' ').unwrap_or(&text).to_owned())
    }

    /// Every piece that stands in `word` at byte `start`, the shortest first. Where no piece is
    /// the single character there, that character is an unknown one.
    fn edges(&self, word: &str, start: usize) -> Vec<Edge> {
        let mut edges = Vec::new();
        let rest = &word[start..];
        for (at, letter) in rest.char_indices() {
            let length = at + letter.len_utf8();
            if length > self.longest.max(letter.len_utf8()) {
                break;
            }
            if let Some(&place) = self.places.get(&rest[..length]) {
                edges.push((start + length, self.pieces[place].1, Some(place)));
            } else if at == 0 {
                edges.push((start + length, self.unknown_score, None));
            }
        }
        edges
    }

    // ANCHOR: best
    /// The most probable cut of `word`, by Viterbi's algorithm.
    ///
    /// The best cut of the word up to some place ends with some piece, and what is before this
    /// piece is cut in the best way too. So one pass from left to right finds it: remember for
    /// each place the best score and where the last piece starts.
    fn best<'a>(&self, word: &'a str) -> Vec<(&'a str, Option<usize>)> {
        // For each end: the score, where the last piece starts, which piece it is.
        let mut best: Vec<Option<(f64, usize, Option<usize>)>> =
            vec![None; word.len() + 1];
        for (start, _) in word.char_indices() {
            let before = best[start].map_or(0.0, |(score, _, _)| score);
            for (end, score, place) in self.edges(word, start) {
                let score = before + score;
                if best[end].is_none_or(|(other, _, _)| score > other) {
                    best[end] = Some((score, start, place));
                }
            }
        }
        let mut cut = Vec::new();
        let mut end = word.len();
        while let Some((_, start, place)) = best[end] {
            cut.push((&word[start..end], place));
            end = start;
        }
        cut.reverse();
        cut
    }
    // ANCHOR_END: best

    /// The `n` most probable cuts of one word, the best first, with the logarithms of their
    /// probabilities. Drawing one of these instead of the best while a model is trained is
    /// *subword regularization*: the model sees words cut in several ways.
    pub fn best_cuts(&self, word: &str, n: usize) -> Vec<(Vec<String>, f64)> {
        let word = format!("{SPACE}{word}");
        let mut cuts: Vec<Vec<(Vec<String>, f64)>> = vec![vec![]; word.len() + 1];
        cuts[0] = vec![(vec![], 0.0)];
        for (start, _) in word.char_indices() {
            let before = std::mem::take(&mut cuts[start]);
            for (end, score, _) in self.edges(&word, start) {
                for (cut, sum) in &before {
                    let mut longer = cut.clone();
                    longer.push(word[start..end].to_owned());
                    cuts[end].push((longer, sum + score));
                }
                cuts[end].sort_by(|a, b| b.1.total_cmp(&a.1));
                cuts[end].truncate(n);
            }
        }
        cuts.pop().unwrap_or_default()
    }

    /// Learns at most `size` tokens, `<unk>` and bytes included.
    ///
    /// 1. Begin with every letter and the frequent runs of letters inside words.
    /// 2. Find the probabilities that make the texts most probable, by expectation-maximisation.
    /// 3. Drop a quarter of the pieces, those that are missed least. Letters stay.
    /// 4. Again from 2, until `size` is reached.
    ///
    /// There may be more tokens than `size` when the texts have more letters than that.
    pub fn train<'a>(
        texts: impl IntoIterator<Item = &'a str>,
        size: usize,
        unknown: Unknown,
    ) -> Self {
        let mut counts = BTreeMap::new(); // sorted: the same sums on every run
        for word in texts.into_iter().flat_map(words) {
            *counts.entry(word).or_default() += 1;
        }
        let mut unigram = Self::from_counts(seeds(&counts), unknown);
        loop {
            for _ in 0..STEPS {
                unigram = unigram.step(&counts).0;
            }
            let wanted = size.saturating_sub(unigram.first_id());
            let kept = (KEPT * unigram.pieces.len() as f64) as usize;
            let smaller = unigram.keep(wanted.max(kept), &counts);
            if smaller.pieces.len() == unigram.pieces.len() {
                return unigram;
            }
            unigram = smaller;
        }
    }

    /// Probabilities in proportion to these counts, the most probable first.
    fn from_counts(mut counts: Vec<(String, f64)>, unknown: Unknown) -> Self {
        let total: f64 = counts.iter().map(|(_, count)| count).sum();
        for (_, count) in &mut counts {
            *count = (count.max(RARE) / total).ln();
        }
        counts.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Self::new(counts, unknown).expect("pieces once each, and counts above 0")
    }

    /// One step of expectation-maximisation, and the texts' log-probability before it.
    ///
    /// Nobody says how often a piece *really* occurs: a word can be cut in many ways.
    /// Expectation: count each piece in all cuts of each word, each cut weighted with its
    /// probability. Maximisation: take these counts for the new probabilities. No step makes the
    /// texts less probable.
    fn step(&self, words: &BTreeMap<String, u64>) -> (Self, f64) {
        let mut counts = vec![0.0; self.pieces.len()];
        let mut total = 0.0;
        for (word, &times) in words {
            total += self.count_pieces(word, times as f64, &mut counts);
        }
        let pieces = self.pieces.iter().zip(counts);
        let counts = pieces.map(|((piece, _), count)| (piece.clone(), count));
        (Self::from_counts(counts.collect(), self.unknown), total)
    }

    // ANCHOR: count_pieces
    /// Adds to `counts` how often each piece is expected in `word`, which occurs `times` times;
    /// returns the log-probability of all of these.
    ///
    /// `forward[i]` sums over all cuts of what is before byte `i`, `backward[i]` over all cuts
    /// of the rest. A piece from `i` to `j` is then in the share
    /// `forward[i] · p(piece) · backward[j] / forward[n]` of all cuts. (All as logarithms: the
    /// products of many probabilities are too small for a number.)
    fn count_pieces(&self, word: &str, times: f64, counts: &mut [f64]) -> f64 {
        let n = word.len();
        let mut forward = vec![f64::NEG_INFINITY; n + 1];
        let mut backward = forward.clone();
        (forward[0], backward[n]) = (0.0, 0.0);
        let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        let edges: Vec<Vec<Edge>> =
            starts.iter().map(|&start| self.edges(word, start)).collect();
        let lattice = || starts.iter().copied().zip(&edges);

        for (start, edges) in lattice() {
            for &(end, score, _) in edges {
                forward[end] = log_add(forward[end], forward[start] + score);
            }
        }
        for (start, edges) in lattice().rev() {
            for &(end, score, _) in edges {
                backward[start] = log_add(backward[start], score + backward[end]);
            }
        }
        for (start, edges) in lattice() {
            for &(end, score, place) in edges {
                let share =
                    (forward[start] + score + backward[end] - forward[n]).exp();
                if let Some(place) = place {
                    counts[place] += times * share;
                }
            }
        }
        times * forward[n]
    }
    // ANCHOR_END: count_pieces

    /// The `n` pieces that are missed most, letters always among them.
    fn keep(&self, n: usize, words: &BTreeMap<String, u64>) -> Self {
        let losses = self.losses(words);
        let mut order: Vec<usize> = (0..self.pieces.len()).collect();
        order.sort_by(|&a, &b| losses[b].total_cmp(&losses[a])); // letters: infinite
        let letters = losses.iter().filter(|loss| loss.is_infinite()).count();
        order.truncate(n.max(letters));
        order.sort(); // the most probable first, as before
        let pieces = order.iter().map(|&place| self.pieces[place].clone());
        Self::new(pieces.collect(), self.unknown).expect("pieces once each")
    }

    // ANCHOR: losses
    /// How much less probable the best cuts of all words become when one piece is dropped:
    /// (how often it occurs) · (its score − the score of the best cut without it).
    fn losses(&self, words: &BTreeMap<String, u64>) -> Vec<f64> {
        let mut times = vec![0; self.pieces.len()];
        for (word, count) in words {
            for place in self.best(word).into_iter().filter_map(|(_, place)| place)
            {
                times[place] += count;
            }
        }
        let without = |place: usize, (piece, score): &(String, f64)| {
            if piece.chars().nth(1).is_none() {
                return f64::INFINITY; // a letter
            }
            times[place] as f64 * (score - self.score_without(piece))
        };
        self.pieces.iter().enumerate().map(|(i, p)| without(i, p)).collect()
    }
    // ANCHOR_END: losses

    /// The score of the best cut of `piece` into smaller ones.
    fn score_without(&self, piece: &str) -> f64 {
        let mut best = vec![f64::NEG_INFINITY; piece.len() + 1];
        best[0] = 0.0;
        for (start, _) in piece.char_indices() {
            for (end, score, _) in self.edges(piece, start) {
                if end - start < piece.len() {
                    best[end] = best[end].max(best[start] + score);
                }
            }
        }
        best[piece.len()]
    }
}

/// `text` as words that begin with `▁`: "so  be it" is `▁so`, `▁`, `▁be`, `▁it`.
fn words(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    text.split([' ', SPACE]).map(|word| format!("{SPACE}{word}")).collect()
}

/// Every letter of the words, and the runs of letters that fill most of them, with how often
/// each occurs.
fn seeds(words: &BTreeMap<String, u64>) -> Vec<(String, f64)> {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for (word, times) in words {
        let borders = || word.char_indices().map(|(at, _)| at).chain([word.len()]);
        for start in borders() {
            for end in borders().filter(|&end| end > start).take(LONGEST) {
                *counts.entry(&word[start..end]).or_default() += times;
            }
        }
    }
    let is_letter = |run: &str| run.chars().nth(1).is_none();
    let letters: BTreeSet<&str> =
        counts.keys().copied().filter(|run| is_letter(run)).collect();
    let mut runs: Vec<(&str, u64)> = counts
        .iter()
        .map(|(&run, &count)| (run, count))
        .filter(|&(run, count)| count > 1 && !is_letter(run))
        .collect();
    let fills = |&(run, count): &(&str, u64)| count * run.chars().count() as u64;
    runs.sort_by(|a, b| fills(b).cmp(&fills(a)).then(a.0.cmp(b.0)));
    runs.truncate(SEEDS);
    let letters = letters.into_iter().map(|letter| (letter, counts[letter]));
    letters.chain(runs).map(|(run, count)| (run.into(), count as f64)).collect()
}

/// `ln(exp(a) + exp(b))`, without leaving the range of numbers.
fn log_add(a: f64, b: f64) -> f64 {
    let (less, more) = if a < b { (a, b) } else { (b, a) };
    if more == f64::NEG_INFINITY {
        more
    } else {
        more + (less - more).exp().ln_1p()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every cut of `word` into pieces, with its probability.
    fn all_cuts(unigram: &Unigram, word: &str) -> Vec<(Vec<usize>, f64)> {
        if word.is_empty() {
            return vec![(vec![], 1.0)];
        }
        let mut cuts = Vec::new();
        for (end, score, place) in unigram.edges(word, 0) {
            for (rest, probability) in all_cuts(unigram, &word[end..]) {
                let cut = place.into_iter().chain(rest).collect();
                cuts.push((cut, score.exp() * probability));
            }
        }
        cuts
    }

    fn counts() -> BTreeMap<String, u64> {
        [("▁abab", 3), ("▁bab", 2), ("▁abba", 5), ("▁aab", 1)]
            .map(|(word, count)| (word.to_string(), count))
            .into()
    }

    #[test]
    fn forward_and_backward_count_what_all_cuts_together_count() {
        let unigram = Unigram::from_counts(seeds(&counts()), Unknown::Token);
        for word in ["▁abab", "▁", "▁abba", "▁bbb"] {
            let mut counts = vec![0.0; unigram.pieces.len()];
            let total = unigram.count_pieces(word, 2.0, &mut counts);
            let cuts = all_cuts(&unigram, word);
            let sum: f64 = cuts.iter().map(|(_, probability)| probability).sum();
            assert!((total - 2.0 * sum.ln()).abs() < 1e-9);
            for (place, count) in counts.into_iter().enumerate() {
                let of =
                    |cut: &[usize]| cut.iter().filter(|&&p| p == place).count();
                let expected: f64 =
                    cuts.iter().map(|(cut, p)| of(cut) as f64 * p / sum).sum();
                assert!((count - 2.0 * expected).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn no_step_makes_the_texts_less_probable() {
        let counts = counts();
        let mut unigram = Unigram::from_counts(seeds(&counts), Unknown::Token);
        let mut before = f64::NEG_INFINITY;
        for _ in 0..20 {
            let (next, total) = unigram.step(&counts);
            assert!(total >= before - 1e-9, "{total} after {before}");
            (unigram, before) = (next, total);
        }
    }

    #[test]
    fn letters_are_never_dropped() {
        let counts = counts();
        let unigram = Unigram::from_counts(seeds(&counts), Unknown::Token);
        let mut pieces: Vec<_> =
            unigram.keep(0, &counts).pieces.into_iter().map(|(p, _)| p).collect();
        pieces.sort();
        assert_eq!(pieces, ["a", "b", "▁"]);
    }
}
