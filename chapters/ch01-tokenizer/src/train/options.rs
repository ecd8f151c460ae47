//! What to learn, and from what.

use std::ops::RangeInclusive;
use std::thread;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::Pattern;
use crate::layout::ID_BITS;
use crate::splitter::split;

/// How many tokens a vocabulary may have: all bytes at least.
pub(super) const SIZES: RangeInclusive<usize> = 256..=(1 << ID_BITS) - 1;

/// What to learn, and from what. The defaults are those of [`train`](super::train).
#[derive(Clone, Debug)]
pub struct TrainOptions {
    /// Learn at most so many tokens, the 256 bytes included. Special tokens come on top
    pub size: usize,
    /// Special tokens: the text is cut at them first, and nothing is learned from them
    pub specials: Vec<String>,
    /// How text is cut into pieces
    pub pattern: Pattern,
    /// Stop when no pair occurs so often
    pub min_count: u64,
    /// How many threads [`Rung::Parallel`](super::Rung::Parallel) counts with
    pub threads: usize,
    /// How many bytes a thread takes at once
    pub chunk: usize,
}

impl TrainOptions {
    /// At most `size` tokens: GPT-2's pattern, no special tokens, pairs that occur twice, all
    /// cores.
    pub fn new(size: usize) -> Self {
        Self {
            size,
            specials: Vec::new(),
            pattern: Pattern::default(),
            min_count: 2,
            threads: thread::available_parallelism().map_or(1, usize::from),
            chunk: 1 << 18, // stays in a core's cache, and is read in one go
        }
    }

    /// A pair must occur at least so often: once at least, or there would be no end.
    pub(super) fn least_count(&self) -> u64 {
        self.min_count.max(1)
    }

    /// How many threads so many bytes are worth.
    pub(super) fn threads_for(&self, bytes: u64) -> usize {
        let chunks = bytes / self.chunk.max(1) as u64 + 1;
        self.threads.clamp(1, usize::try_from(chunks).unwrap_or(usize::MAX))
    }

    /// The cutter for these options.
    pub(super) fn cutter(&self) -> Cutter {
        let specials = self.specials.iter().filter(|special| !special.is_empty());
        let mut builder = AhoCorasick::builder();
        let searcher =
            builder.match_kind(MatchKind::LeftmostLongest).build(specials);
        Cutter {
            specials: searcher.expect("special tokens are short"),
            pattern: self.pattern,
        }
    }
}

/// Cuts text at special tokens, and what is between them into pieces.
pub(super) struct Cutter {
    specials: AhoCorasick,
    pattern: Pattern,
}

impl Cutter {
    /// Calls `found` with every piece of `text`, in order. Special tokens are left out.
    pub(super) fn each_piece<'a>(
        &self,
        text: &'a str,
        mut found: impl FnMut(&'a str),
    ) {
        let mut start = 0;
        if self.specials.patterns_len() > 0 {
            for special in self.specials.find_iter(text) {
                split(&text[start..special.start()], self.pattern, &mut found);
                start = special.end();
            }
        }
        split(&text[start..], self.pattern, &mut found);
    }
}
