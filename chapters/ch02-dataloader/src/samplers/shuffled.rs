//! All windows, mixed.

use super::{Cursor, Permutation, Sampler};
use crate::Source;

// ANCHOR: shuffled
/// Every window once in each epoch, in an order that changes from epoch to epoch: the global
/// shuffle.
#[derive(Clone, Debug)]
pub struct Shuffled<S>(
    /// The windows
    pub S,
);

impl<S: Source> Sampler for Shuffled<S> {
    fn windows(&self) -> u64 {
        self.0.count()
    }

    fn context(&self) -> usize {
        self.0.context()
    }

    fn read(&self, at: Cursor, ids: &mut Vec<i64>) {
        let order = Permutation::new(self.windows(), at.seed, at.epoch);
        self.0.read(order.at(at.place), ids);
    }
}
// ANCHOR_END: shuffled
