//! A look at the data.
//!
//! ```console
//! $ cargo run -p datasets -- stories --seed 1 --count 3
//! ```

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};
use datasets::stories::{self, END_OF_TEXT, Grammar};
use datasets::{
    LIGHTHOUSE, Loaded, completions, instructions, messages, preferences,
};
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// Show the built-in data, or your own
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run -p datasets -- list
  cargo run -p datasets -- stories --seed 1 --count 3
  cargo run -p datasets -- sample messages --count 5 --seed 1")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// What there is
    List,
    /// Stories from the grammar, each followed by a line with <|endoftext|>
    Stories {
        /// The same seed tells the same stories
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// How many
        #[arg(long, default_value_t = 1)]
        count: usize,
    },
    /// Entries drawn at random, as lines of JSON
    Sample {
        /// Which set
        set: Set,
        /// The same seed draws the same entries
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// How many
        #[arg(long, default_value_t = 5)]
        count: usize,
        /// Folder with your own data [default: $LLM_IN_RUST_DATA, else the built-in data]
        #[arg(long)]
        data: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Set {
    Messages,
    Instructions,
    Preferences,
    Completions,
}

fn main() -> ExitCode {
    cli::run(|| {
        let mut out = BufWriter::new(io::stdout().lock());
        run(Cli::parse().command, &mut out)?;
        Ok(out.flush()?)
    })
}

fn run(command: Command, out: &mut impl Write) -> Result<()> {
    match command {
        Command::List => list(out),
        Command::Stories { seed, count } => {
            for story in Grammar::new(seed).take(count) {
                writeln!(out, "{story}\n{END_OF_TEXT}")?;
            }
            Ok(())
        }
        Command::Sample { set: Set::Messages, seed, count, data } => {
            sample(out, messages(data.as_deref())?, seed, count)
        }
        Command::Sample { set: Set::Instructions, seed, count, data } => {
            sample(out, instructions(data.as_deref())?, seed, count)
        }
        Command::Sample { set: Set::Preferences, seed, count, data } => {
            sample(out, preferences(data.as_deref())?, seed, count)
        }
        Command::Sample { set: Set::Completions, seed, count, data } => {
            sample(out, completions(data.as_deref())?, seed, count)
        }
    }
}

fn list(out: &mut impl Write) -> Result<()> {
    let (by_hand, plots) = (stories::hand_written().len(), Grammar::plots().len());
    writeln!(
        out,
        "stories       {by_hand} by hand; any number from a grammar of {plots} plots"
    )?;
    writeln!(out, "messages      {}", messages(None)?.value.len())?;
    writeln!(out, "instructions  {}", instructions(None)?.value.len())?;
    writeln!(out, "preferences   {}", preferences(None)?.value.len())?;
    writeln!(out, "completions   {}", completions(None)?.value.len())?;
    writeln!(out, "text          a story of {} bytes", LIGHTHOUSE.len())?;
    Ok(())
}

fn sample<T: serde::Serialize>(
    out: &mut impl Write,
    loaded: Loaded<Vec<T>>,
    seed: u64,
    count: usize,
) -> Result<()> {
    eprintln!("{}", loaded.source);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for entry in loaded.value.choose_multiple(&mut rng, count) {
        writeln!(out, "{}", serde_json::to_string(entry)?)?;
    }
    Ok(())
}
