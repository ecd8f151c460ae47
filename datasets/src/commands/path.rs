//! `path`: where a data set lies.

use std::io::Write;

use anyhow::{Result, ensure};
use datasets::catalog::Catalog;
use datasets::store::{State, Store};

/// The folder of a data set that was fetched
#[derive(clap::Args)]
#[command(after_help = "Example:
  ls $(cargo run -q -p datasets -- path gpt2-124m)")]
pub struct Args {
    /// The data set, as `list` names it
    name: String,
}

/// Prints it.
pub fn run(args: &Args, catalog: &Catalog, out: &mut impl Write) -> Result<()> {
    let dataset = catalog.find(&args.name)?;
    let store = Store::in_cache()?;
    ensure!(
        store.state(dataset) == State::Here,
        "{} is not all here: `cargo run -p datasets -- fetch {0}` fetches it",
        args.name
    );
    Ok(writeln!(out, "{}", store.folder(&args.name).display())?)
}
