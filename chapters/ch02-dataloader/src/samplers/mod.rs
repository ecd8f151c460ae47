//! Which window comes when?
//!
//! | sampler | each window once | what it is for |
//! |---|---|---|
//! | [`InOrder`] | yes | measuring a loss; reading a text as it stands |
//! | [`Shuffled`] | yes | training: all windows of all shards, mixed |
//! | [`DocumentShuffle`] | each token once | training that reads the disk in long stretches |
//! | [`Anywhere`] | no, by chance | training without epochs, as nanoGPT does |
//!
//! None keeps a list of windows, so a data set may have any size: what comes at a place is
//! computed from the [`Cursor`] alone. So a run goes on from three numbers, and any number of
//! threads or computers may each compute their own share.

mod anywhere;
mod cursor;
mod documents;
mod in_order;
mod permutation;
mod shuffled;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Result, bail};

pub use anywhere::Anywhere;
pub use cursor::Cursor;
pub use documents::DocumentShuffle;
pub use in_order::InOrder;
pub use permutation::Permutation;
pub use shuffled::Shuffled;

use crate::ShardWindows;
use crate::shards::{Shard, Shards};

// ANCHOR: sampler
/// Decides which window comes at which place of which epoch.
pub trait Sampler: Send + Sync {
    /// How many windows an epoch has.
    fn windows(&self) -> u64;

    /// How many tokens a window has.
    fn context(&self) -> usize;

    /// Appends the ids of the window at a place: `context` inputs and one more, the last target.
    ///
    /// # Panics
    /// When the place is [`windows`](Self::windows) or more.
    fn read(&self, at: Cursor, ids: &mut Vec<i64>);
}
// ANCHOR_END: sampler

/// The samplers by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// [`InOrder`]
    Sequential,
    /// [`DocumentShuffle`]
    Documents,
    /// [`Shuffled`]
    #[default]
    Shuffled,
    /// [`Anywhere`]
    Random,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Sequential, Self::Documents, Self::Shuffled, Self::Random];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::Documents => "documents",
            Self::Shuffled => "shuffled",
            Self::Random => "random",
        }
    }

    /// The sampler, over windows of `context` tokens which start `stride` apart. (A random one
    /// may start anywhere; for it, the stride says only how many make an epoch.)
    ///
    /// # Panics
    /// When `context` or `stride` is 0.
    pub fn sampler(
        self,
        shards: Arc<Shards>,
        context: usize,
        stride: usize,
    ) -> Arc<dyn Sampler> {
        if matches!(self, Self::Shuffled | Self::Random) {
            shards.iter().for_each(Shard::expect_jumps);
        }
        let windows = |stride| ShardWindows::new(shards.clone(), context, stride);
        match self {
            Self::Sequential => Arc::new(InOrder(windows(stride))),
            Self::Shuffled => Arc::new(Shuffled(windows(stride))),
            Self::Documents => {
                Arc::new(DocumentShuffle::new(shards, context, stride))
            }
            Self::Random => {
                let epoch = crate::Source::count(&windows(stride));
                Arc::new(Anywhere::new(windows(1), epoch))
            }
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Order {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        let Some(order) = Self::ALL.into_iter().find(|order| order.name() == name)
        else {
            bail!(
                "no order is called {name}: there are {}",
                Self::ALL.map(Self::name).join(", ")
            )
        };
        Ok(order)
    }
}
