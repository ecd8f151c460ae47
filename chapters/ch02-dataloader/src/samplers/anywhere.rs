//! A window from anywhere.

use super::permutation::mix;
use super::{Cursor, Sampler};
use crate::Source;

/// Each window is drawn from all, whatever was drawn before: the sampler of nanoGPT. After as
/// many draws as there are windows, a share of 1/e = 37 % has not been seen yet, and others
/// have been seen twice or more often.
#[derive(Clone, Debug)]
pub struct Anywhere<S> {
    source: S,
    epoch: u64,
}

impl<S: Source> Anywhere<S> {
    /// Draws from the windows of `source`; `epoch` draws are counted as an epoch.
    pub fn new(source: S, epoch: u64) -> Self {
        Self { source, epoch }
    }
}

impl<S: Source> Sampler for Anywhere<S> {
    fn windows(&self) -> u64 {
        self.epoch
    }

    fn context(&self) -> usize {
        self.source.context()
    }

    fn read(&self, at: Cursor, ids: &mut Vec<i64>) {
        let chance = mix(mix(mix(at.seed) ^ at.epoch) ^ at.place);
        // As a fraction of 2⁶⁴, the chance cuts 0..count into equal parts.
        let product = u128::from(chance) * u128::from(self.source.count());
        self.source.read((product >> 64) as u64, ids);
    }
}
