//! `cargo xtask notebooks`: the Jupyter kernel, and running the notebooks with and without a browser.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use clap::Subcommand;

use crate::{paths, process, tools};

pub mod check;
mod compare;
mod execute;
mod find;
mod kernel;
pub mod notebook;

/// What to do with the notebooks
#[derive(clap::Args)]
#[command(
    after_help = "A NAME is a notebook's path, its file name, or any part of its path that only it has."
)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Install JupyterLab and the Rust kernel into the cache, build what notebooks need, try one cell
    Install,
    /// Open JupyterLab on the notebooks
    Lab {
        /// Passed on to `jupyter lab`, for example --port 9000
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Run notebooks without a browser and compare their text output with what they hold
    Test {
        /// The notebook; all of them if left out
        name: Option<String>,
    },
    /// Run a notebook and keep its fresh outputs in its file
    Run {
        /// The notebook
        name: String,
    },
}

/// Runs the task.
///
/// # Errors
/// When something can't be installed, no notebook has the name, or a notebook fails.
pub fn run(args: &Args) -> Result<()> {
    match &args.action {
        Action::Install => install(),
        Action::Lab { args } => lab(args),
        Action::Test { name } => test(name.as_deref()),
        Action::Run { name } => renew(name),
    }
}

fn install() -> Result<()> {
    let venv = kernel::ensure()?;
    kernel::warm_up(&venv)?;
    eprintln!("The notebooks are ready: `cargo xtask notebooks lab` opens them.");
    Ok(())
}

fn lab(args: &[OsString]) -> Result<()> {
    let venv = kernel::ensure()?;
    if !kernel::is_warm()? {
        kernel::warm_up(&venv)?;
    }
    process::run(
        Command::new(tools::venv_program(&venv, "jupyter"))
            .arg("lab")
            .args(args)
            .current_dir(paths::root().join("notebooks")),
    )
}

fn test(name: Option<&str>) -> Result<()> {
    let chosen = match name {
        Some(name) => vec![find::one(name)?],
        None => find::all()?,
    };
    if chosen.is_empty() {
        eprintln!("There are no notebooks yet.");
        return Ok(());
    }
    let venv = kernel::ensure()?;
    let mut failed = Vec::new();
    for path in &chosen {
        let shown = find::shown(path);
        let run = execute::execute(&venv, path)?;
        let report = compare::compare(&run.before, &run.after);
        let word = if report.is_empty() { "ok" } else { "FAILED" };
        println!("{shown}: {} code cells, {:.0} s, {word}", run.cells, run.seconds);
        if !report.is_empty() {
            println!("\n{report}");
            failed.push(shown);
        }
    }
    if !failed.is_empty() {
        bail!(
            "{} of {} notebooks failed: {}. If a new output is right, keep it with `cargo xtask notebooks run NAME`",
            failed.len(),
            chosen.len(),
            failed.join(", ")
        );
    }
    Ok(())
}

fn renew(name: &str) -> Result<()> {
    let path: PathBuf = find::one(name)?;
    let venv = kernel::ensure()?;
    let run = execute::execute(&venv, &path)?;
    let shown = find::shown(&path);
    if let Some(failure) = compare::failure(&run.after) {
        println!("{failure}");
        bail!("{shown} failed, so its file is left as it was");
    }
    run.after.write(&path)?;
    println!(
        "{shown}: {} code cells, {:.0} s, outputs renewed",
        run.cells, run.seconds
    );
    Ok(())
}
