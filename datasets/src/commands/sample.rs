//! `sample`: a few entries of a set.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use datasets::{Loaded, completions, instructions, messages, preferences};
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

/// Entries drawn at random, as lines of JSON
#[derive(clap::Args)]
pub struct Args {
    /// Which set
    set: Set,

    /// The same seed draws the same entries
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// How many
    #[arg(long, default_value_t = 5)]
    count: usize,

    /// Folder with your own data [default: $LLM_IN_RUST_DATA, else what was fetched, else the
    /// built-in data]
    #[arg(long)]
    data: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Set {
    Messages,
    Instructions,
    Preferences,
    Completions,
}

/// Draws them, and says on standard error from where.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let data = args.data.as_deref();
    match args.set {
        Set::Messages => draw(args, &messages(data)?, out),
        Set::Instructions => draw(args, &instructions(data)?, out),
        Set::Preferences => draw(args, &preferences(data)?, out),
        Set::Completions => draw(args, &completions(data)?, out),
    }
}

fn draw<T: Serialize>(
    args: &Args,
    loaded: &Loaded<Vec<T>>,
    out: &mut impl Write,
) -> Result<()> {
    eprintln!("{}", loaded.source.note());
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    for entry in loaded.value.choose_multiple(&mut rng, args.count) {
        writeln!(out, "{}", serde_json::to_string(entry)?)?;
    }
    Ok(())
}
