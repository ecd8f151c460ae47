//! How far a run has come, in three numbers.

use serde::{Deserialize, Serialize};

// ANCHOR: cursor
/// The place of a window in a run that goes over the data again and again. It is all that a run
/// must keep to go on with the very next window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Decides every order
    pub seed: u64,
    /// How often the data have been gone through
    pub epoch: u64,
    /// Windows of this epoch that are done
    pub place: u64,
}

impl Cursor {
    /// Before the first window.
    pub fn start(seed: u64) -> Self {
        Self { seed, epoch: 0, place: 0 }
    }

    /// So many windows further on, where an epoch has `windows`: behind the last window of one
    /// epoch comes the first of the next.
    ///
    /// # Panics
    /// When an epoch has no windows.
    #[must_use]
    pub fn after(self, steps: u64, windows: u64) -> Self {
        let place = self.place + steps;
        let epoch = self.epoch + place / windows;
        Self { epoch, place: place % windows, ..self }
    }
}
// ANCHOR_END: cursor
