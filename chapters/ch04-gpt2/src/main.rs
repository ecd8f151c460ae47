//! GPT-2 with random weights: its parts, its size, its logits, its first words.
//!
//! ```console
//! $ cargo run -p ch04
//! $ cargo run -p ch04 -- --prompt "Every effort moves you" --size gpt2-medium
//! $ cargo run -p ch04 -- shapes
//! $ cargo run -p ch04 -- params
//! ```

mod commands;

use std::io;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use commands::{bench, flops, norms, order, params, shapes, shortcuts, speak};

/// Build GPT-2 with random weights, run a prompt through it, and let it write on
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run -p ch04
  cargo run -p ch04 -- --prompt \"Hello, I am\" --tokens 20
  cargo run -p ch04 -- --size gpt2-medium
  cargo run -p ch04 -- shapes --size gpt2-xl
  cargo run -p ch04 -- params

Every task has its own --help.")]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,

    #[command(flatten)]
    speak: speak::Speak,
}

#[derive(Subcommand)]
enum Task {
    Norms(norms::Norms),
    Shortcuts(shortcuts::Shortcuts),
    Order(order::Order),
    Shapes(shapes::Shapes),
    Params(params::Params),
    Flops(flops::FlopsArgs),
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::run_on_tensors(|| run(&cli))
}

fn run(cli: &Cli) -> Result<()> {
    let out = &mut io::stdout().lock();
    match &cli.task {
        Some(Task::Norms(args)) => norms::run(args, out),
        Some(Task::Shortcuts(args)) => shortcuts::run(args, out),
        Some(Task::Order(args)) => order::run(args, out),
        Some(Task::Shapes(args)) => shapes::run(args, out),
        Some(Task::Params(args)) => params::run(args, out),
        Some(Task::Flops(args)) => flops::run(args, out),
        Some(Task::Bench(args)) => bench::run(args, out),
        None => speak::run(&cli.speak, out),
    }
}
