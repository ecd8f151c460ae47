//! Decoding: from the scores of the next token to a text.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(|| Ok(()))
}
