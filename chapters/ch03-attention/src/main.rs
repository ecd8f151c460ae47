//! Attention, step by step, in numbers; and how long it takes.
//!
//! ```console
//! $ cargo run -p ch03
//! $ cargo run -p ch03 -- heads
//! $ cargo run --release -p ch03 -- bench
//! ```

mod commands;

use std::io;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use commands::{Common, Step, bench, memory};

/// Attention, step by step, in numbers
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run -p ch03
  cargo run -p ch03 -- heads --seed 1
  cargo run --release -p ch03 -- bench --max-tokens 512")]
struct Cli {
    /// All steps if left out
    #[command(subcommand)]
    task: Option<Task>,

    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand)]
enum Task {
    #[command(flatten)]
    Step(Step),
    Bench(bench::Args),
    Memory(memory::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::run(|| run(&cli))
}

fn run(cli: &Cli) -> Result<()> {
    let out = &mut io::stdout().lock();
    match &cli.task {
        None => commands::all(&cli.common, out),
        Some(Task::Step(step)) => commands::one(*step, &cli.common, out),
        Some(Task::Bench(args)) => bench::run(args, &cli.common, out),
        Some(Task::Memory(args)) => memory::run(args, &cli.common, out),
    }
}
