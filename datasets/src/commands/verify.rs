//! `verify`: whether what was fetched is still what it was.

use std::io::Write;

use anyhow::{Result, bail};
use datasets::catalog::{Catalog, Dataset};
use datasets::fetch::{Verdict, verify};
use datasets::store::{State, Store};

/// Check the files of data sets that were fetched
#[derive(clap::Args)]
pub struct Args {
    /// Data sets, as `list` names them [default: all that are here]
    names: Vec<String>,
}

/// Checks each, prints a line for each file, and fails when one is wrong.
pub fn run(args: &Args, catalog: &Catalog, out: &mut impl Write) -> Result<()> {
    let store = Store::in_cache()?;
    let is_here = |it: &&Dataset| store.state(it) != State::Absent;
    let chosen: Vec<&Dataset> = match args.names.is_empty() {
        true => catalog.datasets.iter().filter(is_here).collect(),
        false => args
            .names
            .iter()
            .map(|name| catalog.find(name))
            .collect::<Result<_>>()?,
    };
    let mut wrong = Vec::new();
    for dataset in chosen {
        let name = &dataset.name;
        for (file, verdict) in verify(&store, dataset)? {
            writeln!(out, "{:8} {name}/{file}", word(verdict))?;
            if matches!(verdict, Verdict::Wrong | Verdict::Missing) {
                wrong.push(match dataset.file(&file) {
                    Ok(_) => format!("{name}/{file}"),
                    Err(_) => name.clone(), // it came out of an archive
                });
            }
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!(
        "not all files are right: `cargo run -p datasets -- fetch --again {}` fetches them anew",
        wrong.join(" ")
    )
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Right => "right",
        Verdict::Unknown => "unknown",
        Verdict::Wrong => "WRONG",
        Verdict::Missing => "MISSING",
        Verdict::Absent => "absent",
    }
}
