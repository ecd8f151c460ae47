//! Learning a vocabulary: join the most frequent pair, again and again.
//!
//! The rule is one sentence, and there is a ladder of ways to follow it. Every [`Rung`] learns
//! the same tokens from the same text; the tests hold each equal to the first.
//!
//! | rung | what is new |
//! |---|---|
//! | [`Rung::Naive`] | counts every pair of the whole text again before each merge |
//! | [`Rung::Counted`] | keeps each different piece once, with its number |
//! | [`Rung::Incremental`] | keeps the counts of the pairs, and where each pair stands |
//! | [`Rung::Parallel`] | counts pieces on all cores, and keeps everything in flat arrays |
//!
//! # The rule
//!
//! Text is cut at the special tokens, what is between them into [pieces](crate::pieces), and
//! each piece into its bytes. Then the pair of neighbouring tokens that occurs most often in the
//! pieces becomes a new token, everywhere, from left to right; and so on. **Of pairs that occur
//! equally often the one whose bytes come later is joined first**: the left tokens' bytes are
//! compared, and if they are the same, the right ones'. So the order of the texts, of the files
//! and of the threads changes nothing.
//!
//! # No token is learned twice
//!
//! Could `ab`+`c` and `a`+`bc` both be joined, and `abc` be two tokens? No. Take a place in the
//! text where `abc` stands between two borders of tokens. No merge has crossed these borders, for
//! borders only ever vanish. So the merges inside saw the same bytes at every such place, went
//! the same way, and gave the same tokens. What is `ab`, `c` at one of them is `ab`, `c` at all
//! of them, and after the merge it is `abc` at all of them.
//!
//! Source: Sennrich et al. (2016), section 3.2, arXiv:1508.07909.

mod chunks;
mod count;
mod counted;
mod heap;
mod incremental;
mod joiner;
mod naive;
mod neighbours;
mod options;
mod parallel;
mod tokens;
mod words;

use crate::Vocabulary;
use options::SIZES;

pub use chunks::safe_cut;
pub use options::TrainOptions;
pub use parallel::{Progress, train_files};

/// Learns at most `size` tokens from `texts`: the 256 bytes, then one merge after the other.
///
/// Each merge joins the pair of neighbouring tokens that occurs most often. Of two pairs that
/// occur equally often, the one whose bytes come later in the alphabet is joined first, so that
/// the same texts always give the same vocabulary, whatever their order. Pairs never reach
/// across [pieces](crate::pieces). Learning stops early when no pair occurs twice.
///
/// ```
/// let vocabulary = ch01::train(["low low lower lowest"], 258);
/// let learned: Vec<_> = vocabulary.tokens().skip(256).collect();
/// assert_eq!(learned, [b"ow", &b"low"[..]]);
/// ```
///
/// # Panics
/// When `size` is below 256, for there is a token for every byte, or above two million.
pub fn train<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    size: usize,
) -> Vocabulary {
    Rung::Parallel.train(texts, &TrainOptions::new(size))
}

/// The ways to learn a vocabulary, from the plainest to the fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// All pairs of the whole text are counted again before each merge
    Naive,
    /// Each different piece is kept once, with its number
    Counted,
    /// A merge touches only the pieces that have the pair
    Incremental,
    /// Pieces are counted on all cores, and all the tables are flat
    Parallel,
}

impl Rung {
    /// All of them, the plainest first.
    pub const ALL: [Self; 4] =
        [Self::Naive, Self::Counted, Self::Incremental, Self::Parallel];

    /// Its name, in small letters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Naive => "naive",
            Self::Counted => "counted",
            Self::Incremental => "incremental",
            Self::Parallel => "parallel",
        }
    }

    /// Learns a vocabulary from `texts`. Every rung gives the same one.
    ///
    /// # Panics
    /// When `options.size` is below 256, for there is a token for every byte, or above two million.
    pub fn train<'a>(
        self,
        texts: impl IntoIterator<Item = &'a str>,
        options: &TrainOptions,
    ) -> Vocabulary {
        let size = options.size;
        assert!(
            SIZES.contains(&size),
            "a vocabulary has from {} to {} tokens, not {size}",
            SIZES.start(),
            SIZES.end()
        );
        let texts = texts.into_iter();
        match self {
            Self::Naive => naive::train(texts, options),
            Self::Counted => counted::train(texts, options),
            Self::Incremental => incremental::train(texts, options),
            Self::Parallel => parallel::train(texts, options),
        }
    }
}
