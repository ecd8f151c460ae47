//! `cargo xtask doctor`: what is there, what is wrong, and the command that mends it.

mod checks;

use std::path::PathBuf;
use std::process::exit;

use anyhow::{Context, Result};
use serde::Serialize;

/// How to report.
#[derive(clap::Args)]
pub struct Args {
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Only load this shared library, in the process that was started for it
    #[arg(long, hide = true, value_name = "LIBRARY")]
    load: Option<PathBuf>,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Good,
    /// Not there, and only some commands need it.
    Optional,
    /// The project does not work until this is mended.
    Broken,
}

/// One line of the report.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it came out.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What mends it: a command, or a sentence where no command can.
    pub fix: Option<String>,
}

impl Check {
    /// All is well.
    pub fn good(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Good, found: found.into(), fix: None }
    }

    /// Missing, but only some commands need it.
    pub fn optional(
        name: &'static str,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            name,
            state: State::Optional,
            found: found.into(),
            fix: Some(fix.into()),
        }
    }

    /// In the way of everything.
    pub fn broken(
        name: &'static str,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            name,
            state: State::Broken,
            found: found.into(),
            fix: Some(fix.into()),
        }
    }
}

/// Prints the report. The exit status is 1 when something that is needed is broken.
///
/// # Errors
/// When `--load` is asked for and the library can't be loaded.
pub fn run(args: &Args) -> Result<()> {
    if let Some(library) = &args.load {
        return checks::load(library);
    }
    let report = checks::all();
    if args.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&report)
                .context("can't print the report")?
        );
    } else {
        print!("{}", render(&report));
    }
    if report.iter().any(|check| check.state == State::Broken) {
        exit(1);
    }
    Ok(())
}

/// The report as a table, then what to do.
pub fn render(report: &[Check]) -> String {
    let width = report.iter().map(|check| check.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for check in report {
        let mark = match check.state {
            State::Good => "ok",
            State::Optional => "--",
            State::Broken => "!!",
        };
        text += &format!("{mark}  {:width$}  {}\n", check.name, check.found);
    }
    text += &advice(report, State::Broken, "To mend what is broken (!!):");
    text += &advice(report, State::Optional, "Only if you want it (--):");
    if report.iter().all(|check| check.state != State::Broken) {
        text += "\nEverything that is needed is there.\n";
    }
    text
}

fn advice(report: &[Check], state: State, title: &str) -> String {
    let lines: String = report
        .iter()
        .filter(|check| check.state == state)
        .filter_map(|check| {
            Some(format!("  {}: {}\n", check.name, check.fix.as_ref()?))
        })
        .collect();
    if lines.is_empty() { lines } else { format!("\n{title}\n{lines}") }
}
