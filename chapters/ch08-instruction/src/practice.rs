//! What is read in each epoch.

use std::collections::HashSet;

use anyhow::Result;
use datasets::{Drills, Instruction};

use crate::{Example, Split};

// ANCHOR: practice
/// Questions written by hand, which come again in every epoch, and drills, which never do.
#[derive(Clone, Debug)]
pub struct Practice {
    by_hand: Vec<Example>,
    drills: Vec<Example>,
    epochs: usize,
}

impl Practice {
    /// Spreads `drills` over `epochs` epochs; what does not divide evenly is left out.
    pub fn new(by_hand: Vec<Example>, drills: Vec<Example>, epochs: usize) -> Self {
        Self { by_hand, drills, epochs: epochs.max(1) }
    }

    /// The examples of epoch `epoch`, counted from 0: as many in each.
    pub fn epoch(&self, epoch: usize) -> Vec<Example> {
        let share = self.drills.len() / self.epochs;
        let fresh = self.drills.iter().skip(epoch * share).take(share);
        self.by_hand.iter().chain(fresh).cloned().collect()
    }
}
// ANCHOR_END: practice

impl Practice {
    /// How many examples an epoch has.
    pub fn per_epoch(&self) -> usize {
        self.by_hand.len() + self.drills.len() / self.epochs
    }
}

/// `count` drills, none of which has an input that is kept aside in `parts`: not even under
/// another instruction.
///
/// # Errors
/// None, as long as the built-in instructions are sound.
pub fn drills(seed: u64, count: usize, parts: &Split) -> Result<Vec<Instruction>> {
    let kept = parts.test.iter().chain(&parts.validation);
    let kept: HashSet<_> = kept.map(|entry| &entry.input).collect();
    let new = |drill: &Instruction| !kept.contains(&drill.input);
    Ok(Drills::new(seed)?.filter(new).take(count).collect())
}
