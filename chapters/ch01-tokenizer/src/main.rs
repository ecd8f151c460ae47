//! Tokenizers on the command line.
//!
//! ```console
//! $ cargo run -p ch01
//! $ cargo run -p ch01 -- encode --text "Hello, I am"
//! $ cargo run -p ch01 -- encode --json notes.txt
//! $ cargo run -p ch01 -- decode 15496 11 314 716
//! $ cargo run -p ch01 -- show --text "Hello, I am"
//! $ cargo run --release -p ch01 -- train --vocab-size 4096 --out datasets/trained/tokenizer *.txt
//! ```

mod commands;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use ch01::Tokenizer;
use clap::{Parser, Subcommand};

use commands::{
    analyse, bench, compare, decode, encode, forms, show, steps, train,
};

/// Turn text into GPT-2's token ids, and back; learn vocabularies, and look into them
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run -p ch01 -- encode --text \"Every effort moves you\"
  cargo run -p ch01 -- encode --json notes.txt
  cargo run -p ch01 -- decode 6109 3626 6100 345
  cargo run -p ch01 -- show --text \"Akwirw ier\"
  cargo run --release -p ch01 -- train --vocab-size 4096 --out datasets/trained/tokenizer *.txt

Every task has its own --help.")]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    Encode(encode::Encode),
    Decode(decode::Decode),
    Train(train::Train),
    Steps(steps::Steps),
    Forms(forms::Forms),
    Analyse(analyse::Analyse),
    Compare(compare::Compare),
    Show(show::Show),
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::run(|| run(cli))
}

fn run(cli: Cli) -> Result<()> {
    let out = &mut io::stdout().lock();
    match cli.task {
        Some(Task::Encode(args)) => encode::run(&args, out),
        Some(Task::Decode(args)) => decode::run(&args, out),
        Some(Task::Train(args)) => train::run(&args, out),
        Some(Task::Steps(args)) => steps::run(&args, out),
        Some(Task::Forms(args)) => forms::run(&args, out),
        Some(Task::Analyse(args)) => analyse::run(&args, out),
        Some(Task::Compare(args)) => compare::run(&args, out),
        Some(Task::Show(args)) => show::run(&args, out),
        Some(Task::Bench(args)) => bench::run(&args, out),
        None => demonstrate(out),
    }
}

/// A first look: a sentence and its tokens.
fn demonstrate(out: &mut impl Write) -> Result<()> {
    let tokenizer = Tokenizer::gpt2();
    let text = "Akwirw ier likes tea. Don't we all?";
    writeln!(out, "{text}")?;
    encode::print_tokens(out, &tokenizer, &tokenizer.encode(text))
}
