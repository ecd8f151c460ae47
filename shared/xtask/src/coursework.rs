//! `cargo xtask coursework`: list, hand out, check and grade the exercises.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Subcommand, value_parser};
use coursework::catalogue::{Chapter, Exercise, Number, chapters, pick};
use coursework::checkout::Checkout;
use coursework::grade::{Graded, Grader, Problem, Report, Work};
use coursework::rules::Finding;
use coursework::start::Handed;
use coursework::trial::Outcome;
use coursework::{proof, rules, start};
use serde_json::json;

use crate::{paths, setup};

/// The folder of exercises at the top of the checkout, ignored by git.
const FOLDER: &str = "coursework";

/// Arguments of `cargo xtask coursework`.
#[derive(clap::Args)]
#[command(
    after_help = "Start here:\n  cargo xtask coursework start     make the folder coursework/ with all exercises\n  cargo xtask coursework grade     count your points"
)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// List the exercises with their points and minutes
    List {
        /// One JSON object per exercise
        #[arg(long)]
        json: bool,
    },
    /// Write the exercises into a folder; answers that are there are kept
    #[command(alias = "release")]
    Start {
        /// The folder [default: coursework/ at the top of the checkout]
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Print the hint of an exercise
    Hint {
        /// Its number, such as 3.1
        exercise: Number,
    },
    /// Run all tests on your answers and count the points; fails unless all are earned
    Grade(Grade),
    /// For authors: check that solutions pass, stubs compile and fail, and every rule holds
    Check,
}

#[derive(clap::Args)]
struct Grade {
    /// Exercises to grade, such as 3.1 [default: all]
    exercises: Vec<Number>,
    /// The folder of answers [default: coursework/ at the top of the checkout]
    #[arg(long)]
    from: Option<PathBuf>,
    /// Grade the project's own solutions
    #[arg(long, conflicts_with = "from")]
    solutions: bool,
    /// Seconds that one test may take
    #[arg(long, default_value_t = 60, value_parser = value_parser!(u64).range(1..=3600))]
    limit: u64,
    /// One JSON object per test, then per exercise, then the total
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
///
/// # Errors
/// When it can't do its work, when `check` finds a fault, or when `grade` finds a test
/// that does not pass.
pub fn run(args: &Args) -> Result<()> {
    let all = chapters(&paths::root())?;
    match &args.verb {
        Verb::List { json } => list(&all, *json),
        Verb::Start { out } => hand_out(&folder(out.as_deref())?, &all),
        Verb::Hint { exercise } => hint(all, *exercise),
        Verb::Grade(args) => grade(args, all),
        Verb::Check => check(&all),
    }
}

/// The folder that was asked for, or `coursework/` at the top.
fn folder(wanted: Option<&Path>) -> Result<PathBuf> {
    let default = paths::root().join(FOLDER);
    let folder = wanted.unwrap_or(&default);
    std::path::absolute(folder)
        .with_context(|| format!("{} names no folder", folder.display()))
}

fn exercises(chapters: &[Chapter]) -> impl Iterator<Item = &Exercise> {
    chapters.iter().flat_map(|chapter| &chapter.exercises)
}

fn list(chapters: &[Chapter], json: bool) -> Result<()> {
    for exercise in exercises(chapters) {
        let Exercise { number, title, file, points, minutes, .. } = exercise;
        if json {
            println!("{}", serde_json::to_string(exercise)?);
        } else {
            let number = number.to_string();
            println!(
                "{number:<5} {title:<32} {points:>3} points {minutes:>3} min  {file}"
            );
        }
    }
    Ok(())
}

fn hint(all: Vec<Chapter>, number: Number) -> Result<()> {
    for exercise in exercises(&pick(all, &[number])?) {
        println!("{}", exercise.hint.trim());
    }
    Ok(())
}

fn hand_out(folder: &Path, chapters: &[Chapter]) -> Result<()> {
    let checkout = Checkout::open(&paths::root())?;
    for (file, handed) in start::start(&checkout, folder, chapters)? {
        let file = file.strip_prefix(folder).unwrap_or(&file).display();
        match handed {
            Handed::New => println!("new       {file}"),
            Handed::Same => println!("the same  {file}"),
            Handed::Kept => println!("kept      {file} (your answer is in it)"),
            Handed::Renewed => {
                println!("renewed   {file} (the old one is beside it: .old)")
            }
        }
    }
    println!("\nOpen {} and read its README.md.", folder.display());
    Ok(())
}

fn grade(args: &Grade, all: Vec<Chapter>) -> Result<()> {
    let work = match args.solutions {
        true => Work::Solutions,
        false => Work::Folder(folder(args.from.as_deref())?),
    };
    if let Work::Folder(folder) = &work
        && !folder.is_dir()
    {
        bail!(
            "{} is not there; `cargo xtask coursework start` makes it",
            folder.display()
        );
    }
    let picked = pick(all, &args.exercises)?;
    setup::ensure_libtorch()?;
    let checkout = Checkout::open(&paths::root())?;
    let grader = Grader::new(checkout, picked, Duration::from_secs(args.limit))?;
    let print = if args.json { print_json } else { print_text };
    let reports = grader.grade(&work, print)?;
    let points: usize = reports.iter().map(|report| report.points).sum();
    let out_of: usize = reports.iter().map(|report| report.out_of).sum();
    match args.json {
        true => {
            println!("{}", json!({"total": {"points": points, "out_of": out_of}}))
        }
        false => println!("\n{points} of {out_of} points"),
    }
    let left = reports.iter().filter(|report| !report.solved()).count();
    match left {
        0 => Ok(()),
        1 => bail!("1 exercise is not solved"),
        _ => bail!("{left} exercises are not solved"),
    }
}

fn print_json(report: &Report) {
    for test in &report.tests {
        println!("{}", json!({ "test": test }));
    }
    println!("{}", json!({ "exercise": report }));
}

fn print_text(report: &Report) {
    let Report { exercise, title, points, out_of, .. } = report;
    let number = exercise.to_string();
    print!("{number:<5} {title:<32} {points:>3} of {out_of:>3} points   ");
    match &report.problem {
        None => {
            println!("{} of {} tests passed", report.passed(), report.tests.len())
        }
        Some(Problem::NotStarted) => println!("not started"),
        Some(Problem::DoesNotCompile(said)) => {
            println!("does not compile\n{}", indent(said))
        }
        Some(Problem::Missing(said) | Problem::Unreadable(said)) => {
            println!("can't be graded\n{}", indent(said));
        }
    }
    let ran = |test: &&Graded| test.outcome != Outcome::NotRun;
    for test in report.tests.iter().filter(ran) {
        match test.outcome {
            Outcome::Passed => println!("      passed  {}", test.test),
            _ => println!("      FAILED  {}\n{}", test.test, indent(&test.said)),
        }
    }
}

fn indent(text: &str) -> String {
    text.lines()
        .map(|line| format!("              {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn check(all: &[Chapter]) -> Result<()> {
    let checkout = Checkout::open(&paths::root())?;
    let mut found = Vec::new();
    for chapter in all {
        found.extend(rules::check(&checkout, chapter)?);
    }
    if faults(&found) == 0 {
        setup::ensure_libtorch()?;
        for chapter in all {
            found.extend(proof::solutions_pass(&checkout, chapter)?);
        }
        found.extend(proof::stubs_fail(&checkout, all)?);
    }
    for Finding { warning, text } in &found {
        println!("{} {text}", if *warning { "warning:" } else { "fault:" });
    }
    match faults(&found) {
        0 => println!("{} exercises are as they should be", exercises(all).count()),
        1 => bail!("1 fault in the exercises"),
        many => bail!("{many} faults in the exercises"),
    }
    Ok(())
}

fn faults(found: &[Finding]) -> usize {
    found.iter().filter(|finding| !finding.warning).count()
}
