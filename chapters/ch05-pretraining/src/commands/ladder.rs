//! `ladder`: what each part of a GPT is worth.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use ch01::CharacterTokenizer;
use ch05::{Characters, Outcome, Stage, climb, shakespeare};
use clap::{Args, ValueEnum};
use datasets::Loaded;
use device::DeviceChoice;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::plot::write;

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

/// All runs of a stage.
struct Rung {
    stage: Stage,
    outcomes: Vec<Outcome>,
}

pub fn run(args: &Ladder) -> Result<()> {
    ensure!(args.steps > 0, "--steps must be at least 1");
    let device = args.device.resolve()?;
    let Loaded { value: text, source } = shakespeare(args.data.as_deref())?;
    eprintln!("{}", source.note());
    let tokenizer = CharacterTokenizer::new(&text);
    let ids = tokenizer.encode(&text)?;
    let text = Characters::new(&ids, tokenizer.vocab_size(), device)?;
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
        let outcomes = (1..=args.seeds).map(run).collect::<Result<_>>()?;
        rungs.push(Rung { stage, outcomes });
    }
    bar.finish_and_clear();
    report(&rungs, args)
}

fn report(rungs: &[Rung], args: &Ladder) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let rows: Vec<Value> = rungs.iter().map(Rung::to_json).collect();
    let all = json!({ "steps": args.steps, "seeds": args.seeds, "stages": rows });
    if let Some(path) = &args.out {
        write(path, &format!("{all:#}\n"))?;
    }
    if args.json {
        writeln!(out, "{all}")?;
        return Ok(());
    }
    writeln!(
        out,
        "stage         parameters   training   validation          reported"
    )?;
    for Rung { stage, outcomes } in rungs {
        let (mean, spread) = spread(outcomes.iter().map(|it| it.validation_loss));
        let (training, _) = self::spread(outcomes.iter().map(|it| it.train_loss));
        writeln!(
            out,
            "{:<13}{:>11}{training:>11.3}{mean:>11.3} ± {spread:.3}{:>12.2}",
            stage.name(),
            outcomes.first().map_or(0, |outcome| outcome.parameters),
            stage.reported()
        )?;
    }
    Ok(())
}

impl Rung {
    fn to_json(&self) -> Value {
        let losses = self.outcomes.iter().map(|it| it.validation_loss);
        let (mean, spread) = spread(losses.clone());
        json!({
            "stage": self.stage.name(),
            "parameters": self.outcomes.first().map(|it| it.parameters),
            "validation": losses.collect::<Vec<_>>(),
            "mean": mean,
            "standard_deviation": spread,
            "reported": self.stage.reported(),
        })
    }
}

/// The mean, and how far a value is from it typically: the standard deviation of the sample.
fn spread(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let squares = values.map(|value| (value - mean).powi(2)).sum::<f64>();
    (mean, (squares / (n - 1.0).max(1.0)).sqrt())
}

fn progress_bar(runs: u64, steps: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:30} {msg}, {per_sec}, {eta} left");
    let bar = ProgressBar::new(runs * steps as u64);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
