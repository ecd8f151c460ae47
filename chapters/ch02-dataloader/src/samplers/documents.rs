//! Whole documents, mixed within each shard.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::permutation::mix;
use super::{Cursor, Permutation, Sampler};
use crate::shards::{Shard, Shards};
use crate::windows::windows_in;

/// In each epoch the shards come in another order, and in each shard the documents do. Laid end
/// to end again, they are cut into windows.
///
/// So a run reads one shard after the other, which disks and networks like; and it still meets
/// every document among other neighbours each time. But what one shard holds stays together:
/// only [`Shuffled`](super::Shuffled) mixes everything.
#[derive(Debug)]
pub struct DocumentShuffle {
    shards: Arc<Shards>,
    context: usize,
    stride: usize,
    windows: u64,
    recent: Mutex<Recent>,
}

/// What was worked out last, as the next window needs it too.
#[derive(Debug, Default)]
struct Recent {
    turns: VecDeque<Arc<Turns>>,
    mixed: VecDeque<Arc<Mixed>>,
}

/// So many of each are kept: threads that work ahead may be in the next shard or epoch already.
const KEPT: usize = 2;

/// The order of the shards in one epoch.
#[derive(Debug)]
struct Turns {
    of: (u64, u64), // seed, epoch
    /// For each turn, the windows up to its end, and the shard
    ends: Vec<(u64, usize)>,
}

/// The documents of a shard in their order of one epoch.
#[derive(Debug)]
struct Mixed {
    of: (u64, u64, usize), // seed, epoch, shard
    /// Where each document starts, now and in the shard
    starts: Vec<(usize, usize)>,
}

impl DocumentShuffle {
    /// Windows of `context` tokens that start `stride` apart, once the documents are mixed.
    ///
    /// # Panics
    /// When `context` or `stride` is 0.
    pub fn new(shards: Arc<Shards>, context: usize, stride: usize) -> Self {
        let windows = shards
            .iter()
            .map(|shard| windows_in(shard.tokens(), context, stride) as u64)
            .sum();
        Self { shards, context, stride, windows, recent: Mutex::default() }
    }

    /// Which shards come when.
    fn turns(&self, of: (u64, u64)) -> Arc<Turns> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        keep(
            &mut recent.turns,
            |turns| turns.of == of,
            || {
                let order =
                    Permutation::new(self.shards.count() as u64, of.0, of.1);
                let mut end = 0;
                let ends = (0..self.shards.count() as u64).map(|turn| {
                    let shard = order.at(turn) as usize;
                    let tokens = self.shards.get(shard).tokens();
                    end += windows_in(tokens, self.context, self.stride) as u64;
                    (end, shard)
                });
                Turns { of, ends: ends.collect() }
            },
        )
    }

    /// The documents of a shard in their new order.
    fn mixed(&self, of: (u64, u64, usize)) -> Arc<Mixed> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        keep(
            &mut recent.mixed,
            |mixed| mixed.of == of,
            || Mixed { of, starts: mix_documents(self.shards.get(of.2), of) },
        )
    }
}

impl Sampler for DocumentShuffle {
    fn windows(&self) -> u64 {
        self.windows
    }

    fn context(&self) -> usize {
        self.context
    }

    fn read(&self, at: Cursor, ids: &mut Vec<i64>) {
        let (place, windows) = (at.place, self.windows);
        assert!(place < windows, "place {place} of {windows}");
        let turns = self.turns((at.seed, at.epoch));
        let turn = turns.ends.partition_point(|&(end, _)| end <= place);
        let first = turn.checked_sub(1).map_or(0, |turn| turns.ends[turn].0);
        let shard = turns.ends[turn].1;
        let mixed = self.mixed((at.seed, at.epoch, shard));
        let start = (place - first) as usize * self.stride;
        mixed.read(self.shards.get(shard), start, self.context + 1, ids);
    }
}

impl Mixed {
    /// Appends `count` ids, starting at `start` of the mixed shard.
    fn read(&self, shard: &Shard, start: usize, count: usize, ids: &mut Vec<i64>) {
        let end = start + count;
        let mut at = start;
        let mut document = self.starts.partition_point(|&(now, _)| now <= at) - 1;
        while at < end {
            let (now, before) = self.starts[document];
            let next = self.starts.get(document + 1);
            let stop = next.map_or(shard.tokens(), |&(next, _)| next).min(end);
            shard.read(before + (at - now)..before + (stop - now), ids);
            at = stop;
            document += 1;
        }
    }
}

/// Where each document starts now, and where it did.
fn mix_documents(
    shard: &Shard,
    (seed, epoch, number): (u64, u64, usize),
) -> Vec<(usize, usize)> {
    let starts = shard.document_starts();
    let documents = starts.len() as u64;
    let order = Permutation::new(documents, mix(seed) ^ number as u64, epoch);
    let mut now = 0;
    let mixed = (0..documents).map(|place| {
        let document = order.at(place) as usize;
        let end = starts.get(document + 1).copied().unwrap_or(shard.tokens());
        let entry = (now, starts[document]);
        now += end - starts[document];
        entry
    });
    mixed.collect()
}

/// What fits, if it was kept; else it is made, and the oldest is forgotten.
fn keep<T>(
    kept: &mut VecDeque<Arc<T>>,
    fits: impl Fn(&T) -> bool,
    make: impl FnOnce() -> T,
) -> Arc<T> {
    if let Some(found) = kept.iter().find(|&it| fits(it)) {
        return found.clone();
    }
    if kept.len() == KEPT {
        kept.pop_front();
    }
    let made = Arc::new(make());
    kept.push_back(made.clone());
    made
}
