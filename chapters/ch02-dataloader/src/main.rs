//! Text to batches to vectors, and texts fit to be learned from.
//!
//! ```console
//! $ cargo run -p ch02
//! $ cargo run -p ch02 -- --batch-size 8 --context 4 --stride 4
//! $ cargo run -p ch02 -- clean --out clean.txt page.html notes.txt
//! $ cargo run --release -p ch02 -- vectors
//! ```

mod commands;

use std::io;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use commands::{clean, dedup, report, show, vectors};

/// Cut a text into batches of inputs and targets, and turn them into vectors; clean texts first
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run -p ch02
  cargo run -p ch02 -- --batch-size 2 --context 4 --stride 1
  cargo run -p ch02 -- --data ~/texts      (reads the-verdict.txt there)
  cargo run --release -p ch02 -- clean --out clean.txt page.html notes.txt
  cargo run --release -p ch02 -- dedup --out unique.jsonl pages.jsonl

Every task has its own --help.")]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,

    #[command(flatten)]
    show: show::Args,
}

#[derive(Subcommand)]
enum Task {
    Clean(clean::Args),
    Dedup(dedup::Args),
    Report(report::Args),
    Vectors(vectors::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::run(|| run(cli))
}

fn run(cli: Cli) -> Result<()> {
    let out = &mut io::stdout().lock();
    match cli.task {
        Some(Task::Clean(args)) => clean::run(&args, out),
        Some(Task::Dedup(args)) => dedup::run(&args, out),
        Some(Task::Report(args)) => report::run(&args, out),
        Some(Task::Vectors(args)) => vectors::run(&args, out),
        None => show::run(&cli.show, out),
    }
}
