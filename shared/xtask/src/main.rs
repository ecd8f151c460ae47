//! `cargo xtask`: the project's one door.
//!
//! Every task that needs more than plain `cargo` starts here: set-up, the doctor, the book,
//! the notebooks, the coursework. It builds without libtorch, so it runs on a bare machine.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::{
    bench, book, chapters, coursework, doctor, goldens, notebooks, recipe, setup,
    snapshots,
};

/// Set up, check, run and test the project
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "Start here:\n  cargo xtask run ch04     set up what is missing, then run chapter 4\n  cargo xtask test         set up what is missing, then run every test\n  cargo xtask doctor       say what is wrong on this machine, and what mends it"
)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install libtorch into the user's cache and point cargo at it
    Setup(setup::Args),
    /// Check this machine: what is there, what is wrong, and the command that mends it
    Doctor(doctor::Args),
    /// Set up what is missing, then run a chapter: `cargo xtask run ch04 -- --prompt Hello`
    Run(chapters::RunArgs),
    /// Set up what is missing, then run the tests
    Test(chapters::TestArgs),
    /// Build, serve or check the book
    Book(book::Args),
    /// Install the Jupyter kernel; open, run or test the notebooks
    Notebooks(notebooks::Args),
    /// List, hand out, check or grade the exercises
    Coursework(coursework::Args),
    /// Walk the whole road: pretrain, export, fine-tune, decode, and write a report
    Recipe(recipe::Args),
    /// Run the chapters again and renew the captured output that the book quotes
    Outputs(snapshots::Args),
    /// Draw the book's figures again
    Figures(snapshots::Args),
    /// Measure how fast a chapter's ladders are, beside other people's programs if you like
    Bench(bench::Args),
    /// Make the golden numbers again with PyTorch and Hugging Face's transformers
    Goldens(goldens::Args),
}

fn main() -> ExitCode {
    // One line, and no backtrace even under RUST_BACKTRACE: what fails here is a person's
    // machine or typing, not this program.
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Setup(args) => setup::run(&args),
        Task::Doctor(args) => doctor::run(&args),
        Task::Run(args) => chapters::run(&args),
        Task::Test(args) => chapters::test(&args),
        Task::Book(args) => book::run(&args),
        Task::Notebooks(args) => notebooks::run(&args),
        Task::Coursework(args) => coursework::run(&args),
        Task::Recipe(args) => recipe::run(&args),
        Task::Outputs(args) => snapshots::outputs(&args),
        Task::Figures(args) => snapshots::figures(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Goldens(args) => goldens::run(&args),
    }
}
