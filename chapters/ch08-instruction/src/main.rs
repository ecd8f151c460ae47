//! Instruction tuning: the pretrained model learns to do what it is told.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(|| Ok(()))
}
