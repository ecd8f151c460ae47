//! `ladder`: what each part of a GPT is worth.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use ch05::{Stage, climb};
use clap::{Args, ValueEnum};
use device::DeviceChoice;
use serde_json::{Value, json};

use super::plot::write;
use super::trials::{Trials, progress_bar, read_characters};

/// Train the eight stages from a table of pairs to a GPT, and compare
///
/// The last stage, `scaled`, takes hours on a CPU and is left out unless it is named.
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch05 -- ladder --data ~/texts
  cargo run --release -p ch05 -- ladder --stage head,heads --seeds 5 --steps 2000")]
pub struct Ladder {
    /// Folder with tinyshakespeare.txt [default: $LLM_IN_RUST_DATA, else built-in stories]
    #[arg(long)]
    data: Option<PathBuf>,

    /// Only these stages
    #[arg(long, value_enum, value_delimiter = ',')]
    stage: Vec<Stage>,

    /// How many runs of each, with seeds 1, 2, …
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(i64).range(1..))]
    seeds: i64,

    /// Steps of each run
    #[arg(long, default_value_t = 5000)]
    steps: usize,

    /// Print one JSON object
    #[arg(long)]
    json: bool,

    /// Write the JSON to this file too
    #[arg(long)]
    out: Option<PathBuf>,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

/// A stage and its runs.
type Rung = (Stage, Trials);

pub fn run(args: &Ladder) -> Result<()> {
    ensure!(args.steps > 0, "--steps must be at least 1");
    let device = args.device.resolve()?;
    let text = read_characters(args.data.as_deref(), device)?;
    let stages = match args.stage.is_empty() {
        true => {
            let all = Stage::value_variants().iter().copied();
            all.filter(|&stage| stage != Stage::Scaled).collect()
        }
        false => args.stage.clone(),
    };

    let bar = progress_bar(stages.len() as u64 * args.seeds as u64, args.steps);
    let mut rungs = Vec::new();
    for stage in stages {
        bar.set_message(stage.name());
        if stage != Stage::Scaled {
            tch::set_num_threads(1); // sharing so little work takes longer than doing it
        }
        let run = |seed| climb(stage, &text, args.steps, seed, || bar.inc(1));
        rungs.push((stage, Trials::run(stage.name(), args.seeds, run)?));
    }
    bar.finish_and_clear();
    report(&rungs, args)
}

fn report(rungs: &[Rung], args: &Ladder) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let rows: Vec<Value> = rungs.iter().map(to_json).collect();
    let all = json!({ "steps": args.steps, "seeds": args.seeds, "stages": rows });
    if let Some(path) = &args.out {
        write(path, &format!("{all:#}\n"))?;
    }
    if args.json {
        writeln!(out, "{all}")?;
        return Ok(());
    }
    writeln!(out, "{:<14}{}    reported", "stage", Trials::HEAD)?;
    for (stage, trials) in rungs {
        writeln!(out, "{}{:>12.2}", trials.line(), stage.reported())?;
    }
    Ok(())
}

fn to_json((stage, trials): &Rung) -> Value {
    let mut row = trials.to_json("stage");
    row["reported"] = json!(stage.reported());
    row
}
