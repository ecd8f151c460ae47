//! Chapter 1: the two ladders of the tokenizer, and other people's tokenizers.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::table::{Table, list, name, number, rows};
use super::{Args, json};
use crate::{cargo, paths, process, tools};

const REQUIREMENTS: &str = include_str!("../../pins/bench-requirements.txt");
/// The slowest rung of training gets so much text, so that it ends within minutes.
const TRAINING_BYTES: usize = 1_000_000;
const TRAINING_TOKENS: &str = "8192";

/// All tables of the chapter.
pub(super) fn measure(args: &Args, folder: &Path) -> Result<Vec<Table>> {
    let text = match &args.text {
        Some(text) => text.clone(),
        None => stories(folder)?,
    };
    let part = beginning(&text, folder, args.quick)?;
    let mut tables = vec![encoding(&text, args)?, training(&part, args)?];
    if args.peers {
        tables.push(encoding_peers(&text, args)?);
        tables.push(training_peers(&text, args)?);
    }
    Ok(tables)
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
        header: "rung,times as fast".into(),
        rows: rows.collect(),
    })
}

/// How long each rung takes to learn a vocabulary.
fn training(text: &Path, args: &Args) -> Result<Table> {
    let found = json(training_bench(text, TRAINING_TOKENS, args))?;
    Ok(Table {
        name: "training-ladder",
        header: "rung,seconds".into(),
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
        header: "tokenizer,warm,first pass".into(),
        rows: rows(&found["tokenizers"], &["megabytes_per_second", "first_pass"]),
    })
}

/// The fastest rung of training beside Python packages: seconds and bytes of memory.
fn training_peers(text: &Path, args: &Args) -> Result<Table> {
    let python = match &args.python {
        Some(python) => python.clone(),
        None => tools::venv_python(&tools::ensure_venv("bench", REQUIREMENTS)?),
    };
    let mut command = training_bench(text, "16384", args);
    command.args(["--rung", "parallel", "--python"]).arg(python);
    let found = json(&mut command)?;
    let mut rows = rows(&found["results"], &["seconds", "peak"]);
    for (_, numbers) in &mut rows {
        numbers[1] = (numbers[1] / 1e6).round();
    }
    Ok(Table {
        name: "training-peers",
        header: "trainer,seconds,peak MB".into(),
        rows,
    })
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
