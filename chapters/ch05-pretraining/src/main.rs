//! Trains a GPT-2 and lets it write.
//!
//! ```console
//! $ cargo run --release -p ch05
//! $ cargo run --release -p ch05 -- --preset char-shakespeare --data ~/texts
//! $ cargo run --release -p ch05 -- tell --prompt "Once there was a fox"
//! ```

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    attention, bench, find_rate, ladder, search, tell, train, variants,
};

/// Train a GPT-2 and let it write
#[derive(Parser)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  cargo run --release -p ch05
  cargo run --release -p ch05 -- --steps 100 --out datasets/trained/short
  cargo run --release -p ch05 -- --resume
  cargo run --release -p ch05 -- --tensorboard --out datasets/trained/watched
  cargo run --release -p ch05 -- --preset verdict --data ~/texts
  cargo run --release -p ch05 -- --positions rotary --out datasets/trained/rotary
  cargo run --release -p ch05 -- tell --prompt \"Once there was a fox\""
)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,

    #[command(flatten)]
    train: train::Train,
}

#[derive(Subcommand)]
enum Task {
    /// Let a trained model write
    Tell(tell::Tell),
    /// Draw what the heads of a trained model look at
    Attention(attention::Attention),
    /// Train the eight stages from a table of pairs to a GPT, and compare
    Ladder(ladder::Ladder),
    /// Train GPT-2 and what later models do otherwise, and compare
    Variants(variants::Variants),
    /// Try how large the learning rate may be
    FindRate(find_rate::FindRate),
    /// Try rates, batch sizes and other numbers, and compare
    Search(search::Search),
    /// Time training steps on random tokens
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::run_on_tensors(|| match cli.task {
        None => train::run(&cli.train),
        Some(Task::Tell(args)) => tell::run(&args),
        Some(Task::Attention(args)) => attention::run(&args),
        Some(Task::Ladder(args)) => ladder::run(&args),
        Some(Task::Variants(args)) => variants::run(&args),
        Some(Task::FindRate(args)) => find_rate::run(&args),
        Some(Task::Search(args)) => search::run(&args),
        Some(Task::Bench(args)) => bench::run(&args),
    })
}
