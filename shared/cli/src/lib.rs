//! How every program here begins and ends: well, or with one clear sentence on standard error.

mod memory;

use std::io::ErrorKind;
use std::process::ExitCode;

use anyhow::{Error, Result};

pub use memory::{peak_memory, suit_tensors};

/// Runs a program's `main` and turns its result into an exit code.
///
/// An error becomes `error: what went wrong: why` and code 1, never a backtrace: those are for
/// our mistakes, and a missing file is not one. A closed pipe, as in `… | head`, is no error.
pub fn run(main: impl FnOnce() -> Result<()>) -> ExitCode {
    match main() {
        Err(error) if !is_closed_pipe(&error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// [`run`] for programs that compute with tensors: their memory is [kept](suit_tensors).
pub fn run_on_tensors(main: impl FnOnce() -> Result<()>) -> ExitCode {
    suit_tensors();
    run(main)
}

fn is_closed_pipe(error: &Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|io| io.kind() == ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_told_apart_from_other_errors() {
        let error =
            |kind| Error::new(std::io::Error::from(kind)).context("writing");
        assert!(is_closed_pipe(&error(ErrorKind::BrokenPipe)));
        assert!(!is_closed_pipe(&error(ErrorKind::NotFound)));
    }
}
