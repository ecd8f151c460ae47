//! `cargo xtask bench`: how fast the rungs of a chapter's ladders are, and other people's programs.
//!
//! The numbers go to `target/bench/ch01` as CSV, in the form in which the book's figures are
//! drawn from them; `--book` puts them there. All that is compared was measured in one run.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{cargo, paths, process, snapshots, tools};

const REQUIREMENTS: &str = include_str!("../pins/bench-requirements.txt");
/// The slowest rung of training gets so much text, so that it ends within minutes.
const TRAINING_BYTES: usize = 1_000_000;
const TRAINING_TOKENS: &str = "8192";

/// What to measure.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo xtask bench ch01 --quick
  cargo xtask bench ch01 --peers --text corpus.txt")]
pub struct Args {
    /// The chapter; ch01 is the one with ladders so far
    chapter: String,

    /// A text file to measure with [default: 10 MB of built-in stories]
    #[arg(long)]
    text: Option<PathBuf>,

    /// Other people's tokenizers too: builds some 300 crates and fetches three Python packages
    #[arg(long)]
    peers: bool,

    /// A tenth of the text for training, and one run of each: a minute instead of many
    #[arg(long)]
    quick: bool,

    /// Put the tables where the book's figures are drawn from, and draw these
    #[arg(long)]
    book: bool,
}

/// A table as it is printed and written.
struct Table {
    name: &'static str,
    header: &'static str,
    rows: Vec<(String, Vec<f64>)>,
}

/// Measures, prints and writes the tables.
///
/// # Errors
/// When the chapter has no ladders, the text can't be read, or a program fails.
pub fn run(args: &Args) -> Result<()> {
    ensure!(
        args.chapter == "ch01",
        "{} has nothing to measure yet; ch01 has",
        args.chapter
    );
    let folder = paths::root().join("target/bench/ch01");
    fs::create_dir_all(&folder)
        .with_context(|| format!("can't make {}", folder.display()))?;
    let text = match &args.text {
        Some(text) => text.clone(),
        None => stories(&folder)?,
    };
    let part = beginning(&text, &folder, args.quick)?;

    let mut tables = vec![encoding(&text, args)?, training(&part, args)?];
    if args.peers {
        tables.push(encoding_peers(&text, args)?);
        tables.push(training_peers(&text, args)?);
    }
    for table in &tables {
        println!("\n{}", table.to_text());
        table.write(&folder)?;
        let figures = paths::root().join("book/figures/ch01");
        if args.book && figures.join(table.name).with_extension("csv").exists() {
            table.write(&figures)?;
        }
    }
    println!("The tables are in {}.", folder.display());
    if args.book {
        snapshots::figures(&snapshots::Args::of("ch01"))?;
    }
    Ok(())
}

/// How fast each rung encodes, as a multiple of the first.
fn encoding(text: &Path, args: &Args) -> Result<Table> {
    let passes = if args.quick { "1" } else { "5" };
    let mut command = cargo::plain();
    command.args(["run", "--release", "-q", "-p", "ch01", "--", "bench", "--json"]);
    let found = json(command.args(["--passes", passes]).arg(text))?;
    let rate = |rung: &Value| number(&rung["bytes"]) / number(&rung["seconds"]);
    let rungs = list(&found["rungs"]);
    let first = rungs.first().map_or(f64::NAN, rate);
    let rows = rungs
        .iter()
        .map(|rung| (name(&rung["rung"]), vec![(rate(rung) / first).round()]));
    Ok(Table {
        name: "encoding-ladder",
        header: "rung,times as fast",
        rows: rows.collect(),
    })
}

/// How long each rung takes to learn a vocabulary.
fn training(text: &Path, args: &Args) -> Result<Table> {
    let found = json(training_bench(text, TRAINING_TOKENS, args))?;
    Ok(Table {
        name: "training-ladder",
        header: "rung,seconds",
        rows: rows(&found["results"], &["seconds"]),
    })
}

/// The fastest rungs of encoding beside other tokenizers: megabytes a second, warm and at first.
fn encoding_peers(text: &Path, args: &Args) -> Result<Table> {
    let manifest = paths::root().join("chapters/ch01-tokenizer/bench/Cargo.toml");
    let mut command = cargo::plain();
    command.args(["run", "--release", "--manifest-path"]).arg(manifest);
    command.arg("--target-dir").arg(paths::root().join("target/bench/peers"));
    command.args(["--", "--json", "--passes", if args.quick { "1" } else { "5" }]);
    let found = json(command.arg(text))?;
    Ok(Table {
        name: "encoding-peers",
        header: "tokenizer,warm,first pass",
        rows: rows(&found["tokenizers"], &["megabytes_per_second", "first_pass"]),
    })
}

/// The fastest rung of training beside Python packages: seconds and bytes of memory.
fn training_peers(text: &Path, args: &Args) -> Result<Table> {
    let venv = tools::ensure_venv("bench", REQUIREMENTS)?;
    let mut command = training_bench(text, "16384", args);
    command.args(["--rung", "parallel", "--python"]).arg(tools::venv_python(&venv));
    let found = json(&mut command)?;
    let mut rows = rows(&found["results"], &["seconds", "peak"]);
    for (_, numbers) in &mut rows {
        numbers[1] = (numbers[1] / 1e6).round();
    }
    Ok(Table { name: "training-peers", header: "trainer,seconds,peak MB", rows })
}

fn training_bench(text: &Path, size: &str, args: &Args) -> Command {
    let mut command = cargo::plain();
    command.args(["bench", "-q", "-p", "ch01", "--bench", "training", "--"]);
    command.args(["--json", "--size", size]);
    command.args(["--runs", if args.quick { "1" } else { "3" }]).arg(text);
    command
}

/// 10 MB of stories from the built-in grammar.
fn stories(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("stories.txt");
    let mut command = cargo::plain();
    command.args(["run", "--release", "-q", "-p", "datasets", "--", "stories"]);
    let text = process::capture(command.args(["--count", "9000"]))?;
    fs::write(&path, text)
        .with_context(|| format!("can't write {}", path.display()))?;
    Ok(path)
}

/// A file with the first part of `text`, up to the end of a line.
fn beginning(text: &Path, folder: &Path, quick: bool) -> Result<PathBuf> {
    let wanted = if quick { TRAINING_BYTES / 10 } else { TRAINING_BYTES };
    let bytes =
        fs::read(text).with_context(|| format!("can't read {}", text.display()))?;
    let part = &bytes[..wanted.min(bytes.len())];
    let Some(end) = part.iter().rposition(|&byte| byte == b'\n') else {
        bail!("{} has no lines: take a text with some", text.display())
    };
    let path = folder.join("beginning.txt");
    let mut file = fs::File::create(&path)
        .with_context(|| format!("can't write {}", path.display()))?;
    file.write_all(&part[..=end])?;
    Ok(path)
}

/// The JSON that a program prints; what it says on standard error is shown.
fn json(command: impl std::borrow::BorrowMut<Command>) -> Result<Value> {
    let mut command = command;
    let command = command.borrow_mut();
    eprintln!("$ {}", process::show(command));
    let output = process::capture(command.stderr(Stdio::inherit()))?;
    serde_json::from_str(&output)
        .with_context(|| format!("`{}` printed no JSON", process::show(command)))
}

fn rows(results: &Value, keys: &[&str]) -> Vec<(String, Vec<f64>)> {
    let row = |result: &Value| {
        let numbers = keys.iter().map(|&key| number(&result[key]));
        (name(&result["name"]), numbers.collect())
    };
    list(results).iter().map(row).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn name(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

/// Three digits that count, and no more than four after the point.
fn rounded(number: f64) -> String {
    let places = (2.0 - number.abs().log10().floor()).clamp(0.0, 4.0);
    format!("{number:.*}", places as usize)
}

impl Table {
    fn lines(&self) -> impl Iterator<Item = Vec<String>> {
        let header = self.header.split(',').map(String::from).collect();
        let rows = self.rows.iter().map(|(name, numbers)| {
            let numbers = numbers.iter().map(|&number| rounded(number));
            std::iter::once(name.clone()).chain(numbers).collect()
        });
        std::iter::once(header).chain(rows)
    }

    fn to_text(&self) -> String {
        let line = |cells: Vec<String>| {
            let (name, numbers) =
                cells.split_first().expect("every row has a name");
            let numbers: String =
                numbers.iter().map(|cell| format!("{cell:>14}")).collect();
            format!("{name:<14}{numbers}\n")
        };
        self.lines().map(line).collect()
    }

    fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(self.name).with_extension("csv");
        let csv: String =
            self.lines().map(|cells| cells.join(",") + "\n").collect();
        fs::write(&path, csv)
            .with_context(|| format!("can't write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        assert_eq!(rounded(1990.4), "1990");
        assert_eq!(rounded(116.02), "116");
        assert_eq!(rounded(20.98), "21.0");
        assert_eq!(rounded(1.2251), "1.23");
        assert_eq!(rounded(0.06831), "0.0683");
    }

    #[test]
    fn results_become_rows_of_a_table() {
        let results = serde_json::json!([
            {"name": "naive", "seconds": 116.021},
            {"name": "parallel", "seconds": 0.0683},
        ]);
        let rows = rows(&results, &["seconds"]);
        let table = Table { name: "t", header: "rung,seconds", rows };
        let folder = tempfile::tempdir().unwrap();
        table.write(folder.path()).unwrap();
        let csv = fs::read_to_string(folder.path().join("t.csv")).unwrap();
        assert_eq!(csv, "rung,seconds\nnaive,116\nparallel,0.0683\n");
    }
}
