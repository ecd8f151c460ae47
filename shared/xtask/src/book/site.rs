//! mdBook itself.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use regex::Regex;

use super::katex;
use crate::{process, tools};

/// What `mdbook-katex` says when mdBook is a patch release younger. Harmless.
const HARMLESS: &str = "was built against mdbook v";

/// Builds the site into `target/book`.
///
/// # Errors
/// When a tool can't be had, or mdBook logs so much as a warning.
pub(super) fn build(root: &Path) -> Result<()> {
    let mut command = mdbook(root)?;
    command.arg("build").env("NO_COLOR", "1").stdin(Stdio::null());
    let output = command.output().context("could not start mdBook")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let complaints = complaints(&said);
    for line in &complaints {
        eprintln!("{line}");
    }
    if !output.status.success() || !complaints.is_empty() {
        if complaints.is_empty() {
            eprint!("{said}");
        }
        bail!("mdBook is not content with the book; see its message above");
    }
    println!(
        "The book is built: {}",
        root.join("target/book/index.html").display()
    );
    Ok(())
}

/// Builds the site, serves it on this machine, and builds it again after every change.
///
/// # Errors
/// When a tool can't be had, or the port is taken.
pub(super) fn serve(root: &Path, open: bool, port: u16) -> Result<()> {
    let mut command = mdbook(root)?;
    command.arg("serve").arg("--port").arg(port.to_string());
    if open {
        command.arg("--open");
    }
    process::run(&mut command)
}

/// mdBook in `root`, with what it needs in place.
fn mdbook(root: &Path) -> Result<Command> {
    tools::ensure("mdbook-katex")?;
    katex::ensure(root)?;
    let mut command = Command::new(tools::ensure("mdbook")?);
    // mdBook splits this like a shell; the quotes keep spaces and backslashes whole.
    let this =
        env::current_exe().context("could not find this program's own path")?;
    let formulas = format!("'{}' book formulas", this.display());
    command.current_dir(root).env("MDBOOK_preprocessor__katex__command", formulas);
    Ok(command)
}

/// The warnings and errors in mdBook's log, without colours.
fn complaints(log: &str) -> Vec<String> {
    let colours =
        Regex::new("\x1b\\[[0-9;]*m").expect("the pattern is written by us");
    let plain = colours.replace_all(log, "").into_owned();
    let is_complaint = |line: &&str| {
        let mut words = line.split_whitespace().take(3);
        words.any(|word| word == "WARN" || word == "ERROR")
            && !line.contains(HARMLESS)
    };
    plain.lines().filter(is_complaint).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::complaints;

    #[test]
    fn only_warnings_and_errors_stop_a_build() {
        let log = "\x1b[32m INFO\x1b[0m Book building has started\n\
                   2026-01-01T00:00:00Z \x1b[33m WARN\x1b[0m mdbook_katex: This mdbook-katex \
                   was built against mdbook v0.5.3, but\n\
                   \x1b[31mERROR\x1b[0m Error updating \"x\"\n\
                   \x1b[33m WARN\x1b[0m footnote `a` is never used\n";
        assert_eq!(
            complaints(log),
            ["ERROR Error updating \"x\"", " WARN footnote `a` is never used"]
        );
    }
}
