//! Which weights may move.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;

/// What is trained; everything else stays as it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Trained {
    /// The new head alone: two rows
    Head,
    /// The last block, the last norm and the head
    LastBlock,
    /// Every weight
    #[default]
    All,
}

impl Trained {
    // ANCHOR: moves
    /// Whether the parameter with this name moves in a model of `n_layer` blocks.
    pub fn moves(self, name: &str, n_layer: i64) -> bool {
        let last_block = format!("transformer.h.{}.", n_layer - 1);
        let head = name.starts_with("score.");
        match self {
            Self::Head => head,
            Self::LastBlock => {
                head || name.starts_with("transformer.ln_f.")
                    || name.starts_with(&last_block)
            }
            Self::All => true,
        }
    }
    // ANCHOR_END: moves
}

/// Asks for gradients where `trained` says so, and only there. To be called before the
/// optimizer is made. Returns how many numbers will move.
pub fn freeze(variables: &VarStore, n_layer: i64, trained: Trained) -> usize {
    let parameters = variables.variables().into_iter();
    let moving = parameters.map(|(name, parameter)| {
        let moves = trained.moves(&name, n_layer);
        let parameter = parameter.set_requires_grad(moves);
        if moves { parameter.numel() } else { 0 }
    });
    moving.sum()
}
