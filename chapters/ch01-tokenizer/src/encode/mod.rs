//! Text to ids, as a ladder: four ways with the same result, from the plainest to the fastest.

mod batch;
mod cache;
mod fast;
mod known;
#[cfg(target_arch = "x86_64")]
mod lockstep;
mod lowest_rank;
mod pool;
mod replay;
mod short;
mod word;

use std::fmt;
use std::str::FromStr;

use anyhow::{Result, bail};

pub(crate) use batch::encode_batch;
pub(crate) use fast::{encode_into, encode_piece_into};
pub(crate) use pool::Pool;

use crate::Tokenizer;

/// One way to encode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rung {
    /// All merges one after the other, in the order they were learned
    Replay,
    /// In each piece, the merge with the lowest rank, as long as there is one
    LowestRank,
    /// The same, remembering what became of each piece
    Cached,
    /// Without a regex engine, with tables that fit the processor's caches
    #[default]
    Fast,
}

impl Rung {
    /// All of them, from the plainest to the fastest.
    pub const ALL: [Self; 4] =
        [Self::Replay, Self::LowestRank, Self::Cached, Self::Fast];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::LowestRank => "lowest-rank",
            Self::Cached => "cached",
            Self::Fast => "fast",
        }
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Rung {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        let Some(rung) = Self::ALL.into_iter().find(|rung| rung.name() == name)
        else {
            bail!(
                "no rung is called {name}: there are {}",
                Self::ALL.map(Self::name).join(", ")
            )
        };
        Ok(rung)
    }
}

impl Tokenizer {
    /// The ids of `text`, the way that `rung` says. All ways give the same ids, if the
    /// vocabulary was learned by byte-pair encoding. (In another, [`Rung::Replay`] may miss a
    /// merge that a later one makes possible.)
    pub fn encode_by(&self, rung: Rung, text: &str) -> Vec<u32> {
        let text = &*self.normalization().apply(text);
        match rung {
            Rung::Replay => replay::encode(self.vocabulary(), self.pattern(), text),
            Rung::LowestRank => {
                lowest_rank::encode(self.vocabulary(), self.pattern(), text)
            }
            Rung::Cached => {
                lowest_rank::encode_cached(self.vocabulary(), self.pattern(), text)
            }
            Rung::Fast => self.encode(text),
        }
    }
}
