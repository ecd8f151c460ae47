//! The data: what there is, a look at it, and getting more.
//!
//! ```console
//! $ cargo run -p datasets -- list
//! $ cargo run -p datasets -- fetch the-verdict
//! ```

mod commands;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use commands::{fetch, list, path, sample, stories, verify};
use datasets::catalog::Catalog;

/// Show the built-in data, and fetch real data
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run -p datasets -- list
  cargo run -p datasets -- fetch the-verdict sms-spam
  cargo run -p datasets -- stories --seed 1 --count 3
  cargo run -p datasets -- sample messages --count 5 --seed 1")]
struct Cli {
    /// Another catalogue, in the form of datasets/catalog.toml
    #[arg(long, global = true, value_name = "FILE")]
    catalog: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::Args),
    Fetch(fetch::Args),
    Path(path::Args),
    Verify(verify::Args),
    Stories(stories::Args),
    Sample(sample::Args),
}

fn main() -> ExitCode {
    cli::run(|| {
        let mut out = BufWriter::new(io::stdout().lock());
        // What was found before an error is worth showing, too.
        let done = run(&Cli::parse(), &mut out);
        out.flush()?;
        done
    })
}

fn run(cli: &Cli, out: &mut impl Write) -> Result<()> {
    let own = cli.catalog.as_deref().map(Catalog::read).transpose()?;
    let catalog = own.as_ref().unwrap_or(Catalog::built_in());
    match &cli.command {
        Command::List(args) => list::run(args, catalog, out),
        Command::Fetch(args) => fetch::run(args, catalog),
        Command::Path(args) => path::run(args, catalog, out),
        Command::Verify(args) => verify::run(args, catalog, out),
        Command::Stories(args) => stories::run(args, out),
        Command::Sample(args) => sample::run(args, out),
    }
}
