//! `cargo xtask run` and `cargo xtask test`: set up what is missing, then let cargo do it.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{cargo, compiler, paths, process};

/// Which chapter to run, and how.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  cargo xtask run ch04 -- --prompt \"Every effort moves you\""
)]
pub struct RunArgs {
    /// The chapter, such as ch04
    chapter: String,
    /// Build with full optimisation
    #[arg(long, short)]
    release: bool,
    /// What the chapter's own program gets; `-- --help` lists it
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Which tests to run.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo xtask test -p ch03 -- causal")]
pub struct TestArgs {
    /// Only this package; may be given several times
    #[arg(long, short)]
    package: Vec<String>,
    /// Build with full optimisation
    #[arg(long, short)]
    release: bool,
    /// What the test programs get, such as a part of a test's name
    #[arg(last = true)]
    args: Vec<String>,
}

/// Runs a chapter, and exits as it does.
///
/// # Errors
/// When there is no such chapter, or set-up fails.
pub fn run(args: &RunArgs) -> Result<()> {
    let package = find(&args.chapter, &all()?)?;
    compiler::find()?;
    let mut command = cargo::with_libtorch()?;
    command.args(["run", "--package", &package]);
    if args.release {
        command.arg("--release");
    }
    command.arg("--").args(&args.args);
    finish(command)
}

/// Runs the tests, and exits as they do.
///
/// # Errors
/// When set-up fails.
pub fn test(args: &TestArgs) -> Result<()> {
    compiler::find()?;
    let mut command = cargo::with_libtorch()?;
    command.arg("test");
    if args.package.is_empty() {
        command.arg("--workspace");
    }
    for package in &args.package {
        command.args(["--package", package]);
    }
    if args.release {
        command.arg("--release");
    }
    command.arg("--").args(&args.args);
    finish(command)
}

/// The chapters' folder names, in order: `ch00-tensors`, `ch01-tokenizer`, …
///
/// # Errors
/// When the folder `chapters` can't be read.
pub fn all() -> Result<Vec<String>> {
    let folder = paths::root().join("chapters");
    let entries = fs::read_dir(&folder)
        .with_context(|| format!("can't read {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| folder.join(name).join("Cargo.toml").is_file())
        .collect();
    names.sort();
    Ok(names)
}

/// The package of the chapter called `wanted` (`ch04` or `ch04-gpt2`) among `folders`.
///
/// # Errors
/// One sentence that lists the chapters there are.
pub fn find(wanted: &str, folders: &[String]) -> Result<String> {
    let package =
        |folder: &str| folder.split('-').next().unwrap_or(folder).to_owned();
    for folder in folders {
        if wanted == folder || wanted == package(folder) {
            return Ok(package(folder));
        }
    }
    bail!("there is no chapter {wanted}; there are: {}", folders.join(", "))
}

/// Hands over to `command`. It has said itself what went wrong, so only its status passes on.
fn finish(mut command: Command) -> Result<()> {
    let status = command.status().with_context(|| {
        format!("could not start `{}`", process::show(&command))
    })?;
    if status.success() {
        return Ok(());
    }
    std::process::exit(status.code().unwrap_or(1))
}
