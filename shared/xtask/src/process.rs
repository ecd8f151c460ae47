//! Starting other programs, with errors a person can act on.

use std::io::ErrorKind;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// Runs `command` with this terminal's input and output, and fails when it does.
///
/// # Errors
/// When the program is missing or exits with a status other than 0.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| explain(command, error))?;
    if !status.success() {
        bail!("`{}` failed ({status})", show(command));
    }
    Ok(())
}

/// Runs `command` and returns what it printed on standard output.
///
/// # Errors
/// As [`run`]; the error quotes what the program said on standard error.
pub fn capture(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } =
        command
            .stdin(Stdio::null())
            .output()
            .map_err(|error| explain(command, error))?;
    if !status.success() {
        let said = String::from_utf8_lossy(&stderr);
        bail!("`{}` failed ({status}): {}", show(command), said.trim());
    }
    String::from_utf8(stdout).with_context(|| {
        format!("`{}` printed something that is not UTF-8", show(command))
    })
}

/// The command as a person would type it.
pub fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn explain(command: &Command, error: std::io::Error) -> anyhow::Error {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        ErrorKind::NotFound => {
            anyhow::anyhow!("`{program}` is not installed or not on PATH")
        }
        _ => anyhow::Error::new(error)
            .context(format!("could not start `{program}`")),
    }
}
