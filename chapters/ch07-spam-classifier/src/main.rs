//! A classifier: the pretrained model learns to tell spam from messages.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(|| Ok(()))
}
