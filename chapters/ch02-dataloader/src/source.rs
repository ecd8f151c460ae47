//! Windows with a number, wherever their tokens are.

use std::sync::Arc;

use crate::Windows;
use crate::shards::Shards;
use crate::windows::windows_in;

/// Windows that are numbered from 0.
pub trait Source: Send + Sync {
    /// How many there are.
    fn count(&self) -> u64;

    /// How many tokens each has.
    fn context(&self) -> usize;

    /// Appends the ids of window `number`: `context` inputs and one more, the last target.
    ///
    /// # Panics
    /// When there is no such window.
    fn read(&self, number: u64, ids: &mut Vec<i64>);
}

impl Source for Windows {
    fn count(&self) -> u64 {
        self.len() as u64
    }

    fn context(&self) -> usize {
        Windows::context(self)
    }

    fn read(&self, number: u64, ids: &mut Vec<i64>) {
        let (inputs, targets) = self.get(number as usize);
        ids.push(inputs[0].into());
        ids.extend(targets.iter().map(|&id| i64::from(id)));
    }
}

/// All windows of all shards. None reaches from one shard into the next.
#[derive(Clone, Debug)]
pub struct ShardWindows {
    shards: Arc<Shards>,
    context: usize,
    stride: usize,
    /// For each shard, the number of windows up to its end
    ends: Vec<u64>,
}

impl ShardWindows {
    /// Windows of `context` tokens that start `stride` tokens apart.
    ///
    /// # Panics
    /// When `context` or `stride` is 0.
    pub fn new(shards: Arc<Shards>, context: usize, stride: usize) -> Self {
        let counts = shards
            .iter()
            .map(|shard| windows_in(shard.tokens(), context, stride) as u64);
        let ends = counts.scan(0, |end, count| {
            *end += count;
            Some(*end)
        });
        let ends = ends.collect();
        Self { shards, context, stride, ends }
    }

    /// Where window `number` is: the shard, and the token at which it starts.
    ///
    /// # Panics
    /// When there is no such window.
    pub fn locate(&self, number: u64) -> (usize, usize) {
        let shard = self.ends.partition_point(|&end| end <= number);
        assert!(shard < self.ends.len(), "window {number} of {}", self.count());
        let before = shard.checked_sub(1).map_or(0, |shard| self.ends[shard]);
        (shard, (number - before) as usize * self.stride)
    }
}

impl Source for ShardWindows {
    fn count(&self) -> u64 {
        self.ends.last().copied().unwrap_or_default()
    }

    fn context(&self) -> usize {
        self.context
    }

    fn read(&self, number: u64, ids: &mut Vec<i64>) {
        let (shard, start) = self.locate(number);
        self.shards.get(shard).read(start..start + self.context + 1, ids);
    }
}
