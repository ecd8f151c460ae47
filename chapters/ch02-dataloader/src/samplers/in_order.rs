//! One window after the other.

use super::{Cursor, Sampler};
use crate::Source;

/// The windows as they stand in the text. With a stride below the context they overlap.
#[derive(Clone, Debug)]
pub struct InOrder<S>(
    /// The windows
    pub S,
);

impl<S: Source> Sampler for InOrder<S> {
    fn windows(&self) -> u64 {
        self.0.count()
    }

    fn context(&self) -> usize {
        self.0.context()
    }

    fn read(&self, at: Cursor, ids: &mut Vec<i64>) {
        self.0.read(at.place, ids);
    }
}
