//! `cargo xtask recipe`: the whole road, from random weights to a chat, and a report of it.

mod report;
mod stages;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::{cargo, compiler, paths, process};
use stages::Stage;

/// How to walk the road.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo xtask recipe
  cargo xtask recipe --data DIR --out datasets/trained/sms
  cargo xtask recipe --quick --out datasets/trained/quick")]
pub struct Args {
    /// Folder for the checkpoints and the report
    #[arg(long, default_value = "datasets/trained/road")]
    out: PathBuf,

    /// Folder with messages and instructions of your own [default: what was fetched, else the
    /// built-in data]
    #[arg(long)]
    data: Option<PathBuf>,

    /// A few steps of everything: shows that all works, and learns nothing
    #[arg(long)]
    quick: bool,

    /// Do the stages again that are done already
    #[arg(long)]
    again: bool,
}

/// A stage that was run to its end.
#[derive(Serialize, Deserialize)]
struct Done {
    seconds: f64,
    runs: Vec<Run>,
}

/// One command of a stage, and what it printed on standard output.
#[derive(Serialize, Deserialize)]
struct Run {
    command: String,
    output: String,
}

/// Runs every stage that is not done yet, then writes the report.
///
/// # Errors
/// When a stage fails; the stages before it stay done.
pub fn run(args: &Args) -> Result<()> {
    compiler::find()?;
    let out = std::path::absolute(&args.out)?;
    fs::create_dir_all(&out)
        .with_context(|| format!("can't make {}", out.display()))?;
    build(args.quick)?;
    let stages = stages::all(args.data.as_deref(), args.quick);
    let mut done = Vec::new();
    for (number, stage) in stages.iter().enumerate() {
        eprintln!("\n[{}/{}] {}", number + 1, stages.len(), stage.title);
        done.push(finish(stage, &out, args)?);
    }
    let page = report::write(&out, stages.iter().zip(&done), args.quick)?;
    println!("the report is {}", page.display());
    Ok(())
}

/// Builds the programs first, so that the stages' times are their own.
fn build(quick: bool) -> Result<()> {
    let mut command = cargo::with_libtorch()?;
    command.arg("build").args(profile(quick));
    for package in stages::PACKAGES {
        command.args(["--package", package]);
    }
    process::run(&mut command)
}

/// What the stage came to: from its file if it is done, else by running it.
fn finish(stage: &Stage, out: &Path, args: &Args) -> Result<Done> {
    let file = out.join(format!("{}.json", stage.name));
    if !args.again
        && let Ok(text) = fs::read_to_string(&file)
    {
        eprintln!("done already; --again does it again");
        return serde_json::from_str(&text)
            .with_context(|| format!("{} is broken: remove it", file.display()));
    }
    let done = walk(stage, out, args)?;
    let new = file.with_extension("new");
    fs::write(&new, serde_json::to_string_pretty(&done)?)
        .and_then(|()| fs::rename(&new, &file))
        .with_context(|| format!("can't write {}", file.display()))?;
    Ok(done)
}

fn walk(stage: &Stage, out: &Path, args: &Args) -> Result<Done> {
    clear(&out.join(stage.name))?;
    let start = Instant::now();
    let mut runs = Vec::new();
    for step in &stage.steps {
        runs.push(run_step(step.package, &step.arguments(out), args.quick)?);
    }
    Ok(Done { seconds: start.elapsed().as_secs_f64(), runs })
}

/// Removes what an interrupted run left of the stage's folder.
fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("can't remove {}", folder.display()))?;
    }
    Ok(())
}

/// Runs a chapter's program and shows what it prints while keeping it.
fn run_step(package: &str, arguments: &[String], quick: bool) -> Result<Run> {
    let mut command = cargo::with_libtorch()?;
    command.args(["run", "--quiet"]).args(profile(quick));
    command.args(["--package", package, "--"]).args(arguments);
    command.current_dir(paths::root()).stdin(Stdio::null()).stdout(Stdio::piped());
    let shown = typed(package, arguments, quick);
    eprintln!("$ {shown}");
    let mut child = command.spawn().with_context(|| {
        format!("could not start `{}`", process::show(&command))
    })?;
    let output = keep(child.stdout.take().context("no standard output")?)?;
    let status = child.wait()?;
    if !status.success() {
        bail!("`{shown}` failed ({status}); mend it and run the recipe again");
    }
    Ok(Run { command: shown, output })
}

/// Copies a stream to standard output as it comes, and returns all of it.
fn keep(mut stream: impl Read) -> Result<String> {
    let (mut all, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut chunk)?;
        if length == 0 {
            return Ok(String::from_utf8_lossy(&all).into_owned());
        }
        std::io::stdout().write_all(&chunk[..length])?;
        all.extend(&chunk[..length]);
    }
}

fn profile(quick: bool) -> &'static [&'static str] {
    if quick { &[] } else { &["--release"] }
}

/// The command as a reader types it.
fn typed(package: &str, arguments: &[String], quick: bool) -> String {
    let root = format!("{}{}", paths::root().display(), std::path::MAIN_SEPARATOR);
    let words = arguments.iter().map(|argument| {
        let argument = argument.strip_prefix(&root).unwrap_or(argument);
        shlex::try_quote(argument)
            .map_or_else(|_| argument.to_owned(), |quoted| quoted.into_owned())
    });
    let release = if quick { "" } else { " --release" };
    let words: Vec<_> = words.collect();
    format!("cargo run{release} -p {package} -- {}", words.join(" "))
}
