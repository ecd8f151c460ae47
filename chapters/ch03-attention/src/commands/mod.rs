//! What can be typed: the chapter's steps, and two ways to measure.

mod averages;
pub mod bench;
mod causal;
mod forms;
mod heads;
pub mod memory;
mod positions;
mod scale;
mod similarity;
mod simple;
mod table;
mod trainable;

use std::io::Write;

use anyhow::Result;
use clap::{Args, Subcommand};
use device::DeviceChoice;
use tch::Device;

/// What every task takes.
#[derive(Args)]
pub struct Common {
    /// Seed of the untrained weights
    #[arg(long, default_value_t = 123, global = true)]
    pub seed: i64,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t, global = true)]
    pub device: DeviceChoice,
}

/// One step of the chapter.
#[derive(Clone, Copy, Subcommand)]
pub enum Step {
    /// The mean of the past, in four versions
    Averages,
    /// Dot products as similarity, in a plane
    Similarity,
    /// Dot products, nothing trained
    Simple,
    /// Queries, keys and values
    Trainable,
    /// Why scores are divided by √d
    Scale,
    /// No looking ahead
    Causal,
    /// Two heads: wrapped, and split from one product
    Heads,
    /// Three ways to say where a token stands
    Positions,
}

const STEPS: [Step; 8] = [
    Step::Averages,
    Step::Similarity,
    Step::Simple,
    Step::Trainable,
    Step::Scale,
    Step::Causal,
    Step::Heads,
    Step::Positions,
];

/// Every step, with a blank line between two.
pub fn all(common: &Common, out: &mut impl Write) -> Result<()> {
    for (i, step) in STEPS.into_iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        one(step, common, out)?;
    }
    Ok(())
}

/// One step, with the seed's weights.
pub fn one(step: Step, common: &Common, out: &mut impl Write) -> Result<()> {
    let device: Device = common.device.resolve()?;
    tch::manual_seed(common.seed);
    match step {
        Step::Averages => averages::run(device, out)?,
        Step::Similarity => similarity::run(device, out)?,
        Step::Simple => simple::run(device, out)?,
        Step::Trainable => trainable::run(device, out)?,
        Step::Scale => scale::run(out)?,
        Step::Causal => causal::run(device, out)?,
        Step::Heads => heads::run(device, out)?,
        Step::Positions => positions::run(device, out)?,
    }
    Ok(())
}
