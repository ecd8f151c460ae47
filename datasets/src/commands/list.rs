//! `list`: what there is.

use std::io::Write;

use anyhow::Result;
use datasets::catalog::{Catalog, DataFile, Dataset};
use datasets::store::{State, Store};
use datasets::stories::{self, Grammar};
use datasets::{
    LIGHTHOUSE, built_in_completions, built_in_instructions, built_in_messages,
    built_in_preferences,
};
use indicatif::DecimalBytes;
use serde_json::{Value, json};

/// What is built in, and what can be fetched
#[derive(clap::Args)]
pub struct Args {
    /// As JSON, with addresses, files and checksums
    #[arg(long)]
    json: bool,
}

/// Lists the built-in data and the catalogue.
pub fn run(args: &Args, catalog: &Catalog, out: &mut impl Write) -> Result<()> {
    let store = Store::in_cache()?;
    if args.json {
        let listed: Vec<_> =
            catalog.datasets.iter().map(|it| listed(it, &store)).collect();
        let json = json!({ "built_in": counts()?, "to_fetch": listed });
        return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&json)?)?);
    }
    built_in(out)?;
    writeln!(out, "\n`cargo run -p datasets -- fetch NAME` fetches:\n")?;
    writeln!(out, "{:21} {:>10}  {:4}  what", "name", "size", "here")?;
    for dataset in &catalog.datasets {
        let here = match store.state(dataset) {
            State::Here => "yes",
            State::Partly => "part",
            State::Absent => "",
        };
        let size = DecimalBytes(dataset.bytes()).to_string();
        let (name, what) = (&dataset.name, &dataset.what);
        writeln!(out, "{name:21} {size:>10}  {here:4}  {what}")?;
    }
    Ok(())
}

fn listed(set: &Dataset, store: &Store) -> Value {
    let file = |file: &DataFile| {
        json!({
            "name": file.name,
            "bytes": file.bytes,
            "sha256": file.sha256.digits(),
            "urls": set.urls(file),
            "path": store.path(set, file),
        })
    };
    json!({
        "name": set.name,
        "what": set.what,
        "for": set.purpose,
        "licence": set.licence,
        "page": set.page,
        "bytes": set.bytes(),
        "state": store.state(set),
        "files": set.files.iter().map(file).collect::<Vec<_>>(),
    })
}

/// How many of each sort are built in.
fn counts() -> Result<Value> {
    Ok(json!({
        "stories": stories::hand_written().len(),
        "plots": Grammar::plots().len(),
        "messages": built_in_messages()?.len(),
        "instructions": built_in_instructions()?.len(),
        "preferences": built_in_preferences()?.len(),
        "completions": built_in_completions()?.len(),
        "text_bytes": LIGHTHOUSE.len(),
    }))
}

fn built_in(out: &mut impl Write) -> Result<()> {
    let (by_hand, plots) = (stories::hand_written().len(), Grammar::plots().len());
    writeln!(out, "Built in:\n")?;
    writeln!(
        out,
        "stories       {by_hand} by hand; any number from a grammar of {plots} plots"
    )?;
    writeln!(out, "messages      {}", built_in_messages()?.len())?;
    writeln!(out, "instructions  {}", built_in_instructions()?.len())?;
    writeln!(out, "preferences   {}", built_in_preferences()?.len())?;
    writeln!(out, "completions   {}", built_in_completions()?.len())?;
    writeln!(out, "text          a story of {} bytes", LIGHTHOUSE.len())?;
    Ok(())
}
