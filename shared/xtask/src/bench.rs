//! `cargo xtask bench`: how fast a chapter's programs are, and other people's programs.
//!
//! The numbers go to `target/bench/chNN` as CSV, in the form in which the book's figures are
//! drawn from them; `--book` puts them there. All that is compared was measured in one run.

mod ch01;
mod ch03;
mod ch04;
mod ch05;
mod table;

use std::borrow::BorrowMut;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{goldens, paths, process, snapshots};
use table::Table;

/// What to measure.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo xtask bench ch01 --quick
  cargo xtask bench ch01 --peers --text corpus.txt
  cargo xtask bench ch03 --peers --book
  cargo xtask bench ch05 --peers")]
pub struct Args {
    /// The chapter: ch01, ch03, ch04 or ch05
    chapter: String,

    /// ch01: a text file to measure with [default: 10 MB of built-in stories]
    #[arg(long)]
    text: Option<PathBuf>,

    /// Other people's programs too. ch01: builds some 300 crates and fetches three Python
    /// packages; the others: fetches PyTorch
    #[arg(long)]
    peers: bool,

    /// A Python that has the packages of --peers already [default: one made for them]
    #[arg(long, requires = "peers")]
    python: Option<PathBuf>,

    /// Less work and one run of each: a minute instead of many
    #[arg(long)]
    quick: bool,

    /// Put the tables where the book's figures are drawn from, and draw these
    #[arg(long)]
    book: bool,
}

/// Measures, prints and writes the tables.
///
/// # Errors
/// When there is nothing to measure in the chapter, a file can't be read, or a program fails.
pub fn run(args: &Args) -> Result<()> {
    let chapter = args.chapter.as_str();
    let measure: fn(&Args, &Path) -> Result<Vec<Table>> = match chapter {
        "ch01" => ch01::measure,
        "ch03" => |args, _| ch03::measure(args),
        "ch04" => |args, _| ch04::measure(args),
        "ch05" => |args, _| ch05::measure(args),
        _ => {
            bail!(
                "{chapter} has nothing to measure yet; ch01, ch03, ch04 and ch05 have"
            )
        }
    };
    let folder = paths::root().join("target/bench").join(chapter);
    fs::create_dir_all(&folder)
        .with_context(|| format!("can't make {}", folder.display()))?;
    let figures = paths::root().join("book/figures").join(chapter);
    for table in measure(args, &folder)? {
        println!("\n{}", table.to_text());
        table.write(&folder)?;
        if args.book && figures.join(table.name).with_extension("csv").exists() {
            table.write(&figures)?;
        }
    }
    println!("The tables are in {}.", folder.display());
    if args.book {
        snapshots::figures(&snapshots::Args::of(chapter))?;
    }
    Ok(())
}

/// The Python that times PyTorch, where peers are wanted.
fn pytorch(args: &Args) -> Result<Option<PathBuf>> {
    match (args.peers, &args.python) {
        (false, _) => Ok(None),
        (true, Some(python)) => Ok(Some(python.clone())),
        (true, None) => goldens::python().map(Some),
    }
}

/// The JSON that a program prints; what it says on standard error is shown.
fn json(mut command: impl BorrowMut<Command>) -> Result<Value> {
    let command = command.borrow_mut();
    eprintln!("$ {}", process::show(command));
    let output = process::capture(command.stderr(Stdio::inherit()))?;
    serde_json::from_str(&output)
        .with_context(|| format!("`{}` printed no JSON", process::show(command)))
}
