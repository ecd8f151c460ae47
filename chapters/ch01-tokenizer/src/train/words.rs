//! All different words in one flat array.
//!
//! They stand end to end with borders between them, one number for each byte. A token is written
//! at its first byte and at its last, so that the tokens before and behind it are found at once:
//!
//! ```text
//!   bytes       |   l   o   w   |   l   o   w   e   r   |
//!   ow = 256    |   l 256 256   |   l 256 256   e   r   |
//!   low = 257   | 257   . 257   | 257   . 257   e   r   |
//! ```
//!
//! What is inside of a token (the dot) is of no use to anybody, but it must not be taken for the
//! start of a token. Where a right half started there is a border now; and at the end of a left
//! half stands an id that no token which started there ever had, for that one was shorter.
//!
//! The most frequent words come first. So it is told from a place alone how often the word
//! around it occurs.

use std::cmp::Reverse;

use anyhow::{Result, ensure};

use super::count::WordCounts;
use super::tokens::Pair;

/// Between two words; also where a token started that is now the right half of another.
pub(super) const BORDER: u32 = u32::MAX;

/// All words, end to end.
pub(super) struct Words {
    /// A border, and for each word its bytes and a border.
    symbols: Vec<u32>,
    /// From this place on, words occur so often.
    counts: Vec<(u32, u64)>,
    /// The length of each token in bytes.
    lengths: Vec<u32>,
}

impl Words {
    /// Lays the words out, the most frequent first.
    pub(super) fn new(counts: WordCounts) -> Result<Self> {
        let mut order: Vec<_> = counts.iter().collect();
        order.sort_unstable_by_key(|&(_, count)| Reverse(count));
        let length =
            1 + order.iter().map(|(word, _)| word.len() + 1).sum::<usize>();
        ensure!(
            u32::try_from(length).is_ok(),
            "the different words of the text have {length} bytes together: too many"
        );
        let mut words = Self {
            symbols: Vec::with_capacity(length),
            counts: Vec::new(),
            lengths: vec![1; 256],
        };
        words.symbols.push(BORDER);
        for (word, count) in order {
            if words.counts.last().is_none_or(|&(_, last)| last != count) {
                words.counts.push((words.symbols.len() as u32, count));
            }
            words.symbols.extend(word.iter().map(|&byte| u32::from(byte)));
            words.symbols.push(BORDER);
        }
        Ok(words)
    }

    /// There is a new token: a pair's.
    pub(super) fn learn(&mut self, (left, right): Pair) {
        self.lengths.push(self.length(left) + self.length(right));
    }

    /// The length of a token in bytes.
    pub(super) fn length(&self, id: u32) -> u32 {
        self.lengths[id as usize]
    }

    // ANCHOR: join
    /// Joins `left` and `right` at `place`, if they are there, and says what stands before and
    /// behind them.
    pub(super) fn join(
        &mut self,
        place: u32,
        (left, right): Pair,
        made: u32,
    ) -> Option<(u32, u32)> {
        let middle = (place + self.length(left)) as usize;
        let end = middle + self.length(right) as usize;
        let place = place as usize;
        if self.symbols[place] != left || *self.symbols.get(middle)? != right {
            return None;
        }
        self.symbols[middle] = BORDER; // here no token starts any more
        self.symbols[place] = made;
        self.symbols[end - 1] = made;
        Some((self.symbols[place - 1], self.symbols[end]))
    }
    // ANCHOR_END: join

    /// How often the word around `place` occurs. `step` remembers where the last one was found;
    /// places come in order.
    pub(super) fn count_at(&self, place: u32, step: &mut usize) -> u64 {
        let later = &self.counts[*step..];
        *step += later.partition_point(|&(first, _)| first <= place) - 1;
        self.counts[*step].1
    }

    /// Calls `found` with every pair of bytes, its place, and how often its word occurs.
    pub(super) fn each_pair(&self, mut found: impl FnMut(Pair, u32, u64)) {
        let ends = self.counts.iter().skip(1).map(|&(first, _)| first);
        let ends = ends.chain([self.symbols.len() as u32]);
        for (&(first, count), end) in self.counts.iter().zip(ends) {
            let era = &self.symbols[first as usize..end as usize];
            for (place, pair) in (first..).zip(era.windows(2)) {
                if pair[0] != BORDER && pair[1] != BORDER {
                    found((pair[0], pair[1]), place, count);
                }
            }
        }
    }
}
