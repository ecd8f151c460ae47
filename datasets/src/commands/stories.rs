//! `stories`: told by the grammar.

use std::io::Write;

use anyhow::Result;
use datasets::stories::{END_OF_TEXT, Grammar};

/// Stories from the grammar, each followed by a line with <|endoftext|>
#[derive(clap::Args)]
pub struct Args {
    /// The same seed tells the same stories
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// How many
    #[arg(long, default_value_t = 1)]
    count: usize,
}

/// Tells them.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    for story in Grammar::new(args.seed).take(args.count) {
        writeln!(out, "{story}\n{END_OF_TEXT}")?;
    }
    Ok(())
}
