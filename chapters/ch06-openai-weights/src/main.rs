//! OpenAI's and Hugging Face's weights: read, checked by name and shape, written.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(|| Ok(()))
}
