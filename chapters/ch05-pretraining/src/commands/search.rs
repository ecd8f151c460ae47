//! `search`: which numbers are good for a model and a text.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread::{self, available_parallelism};

use anyhow::{Context, Result, bail, ensure};
use ch05::{
    Algorithm, Precision, Preset, Results, Search as Space, TrainConfig, Trial,
};
use clap::{Args, ValueEnum};
use device::DeviceChoice;
use indicatif::{ProgressBar, ProgressStyle};
use plot::{Axis, Chart, Figure, Lines, Table};
use tch::Device;

use super::plot::picture;

/// Try rates, batch sizes and other numbers, and compare
///
/// Every run is trained for the same number of steps from the same seed, and measured on the same
/// validation text. Each is noted in results.jsonl as soon as it ends, so a search that was
/// stopped goes on with the runs that are missing.
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch05 -- search --lr 3e-4,1e-3,3e-3 --batch-size 8,16 --steps 200
  cargo run --release -p ch05 -- search --lr 1e-4,1e-2 --random 12 --steps 200
  cargo run --release -p ch05 -- search --lr 1e-3,3e-3 --optimizer adamw,muon --jobs 2")]
pub struct Search {
    /// The text, the tokenizer and the model
    #[arg(long, value_enum, default_value_t)]
    preset: Preset,

    /// Folder with texts of your own [default: $LLM_IN_RUST_DATA, else what was fetched, else the
    /// built-in text]
    #[arg(long)]
    data: Option<PathBuf>,

    /// Folder for results.jsonl and the picture [default: datasets/trained/PRESET-search]
    #[arg(long)]
    out: Option<PathBuf>,

    /// Peaks of the learning rate; with --random, any between the smallest and the largest
    /// [default: the preset's]
    #[arg(long, value_delimiter = ',', value_parser = positive)]
    lr: Vec<f64>,

    /// Windows in a batch [default: the preset's]
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..))]
    batch_size: Vec<u16>,

    /// How gradients become steps [default: the preset's]
    #[arg(long, value_enum, value_delimiter = ',')]
    optimizer: Vec<Algorithm>,

    /// Shares that fade away in a step of rate 1 [default: the preset's]
    #[arg(long, value_delimiter = ',', value_parser = not_negative)]
    weight_decay: Vec<f64>,

    /// Steps of each run [default: the preset's]
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    steps: Option<i64>,

    /// So many runs by chance, in place of each number with each
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    random: Option<u16>,

    /// Seed of what is drawn, and of every run
    #[arg(long, default_value_t = 1)]
    seed: i64,

    /// Runs at the same time, each in a process of its own
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,

    /// Bits of a weight while computing [default: bf16 if the processor knows it, else f32]
    #[arg(long, value_enum)]
    precision: Option<Precision>,

    /// Print one JSON object for each run, the best first
    #[arg(long)]
    json: bool,

    /// Do the one run that is described, and print its result
    #[arg(long, hide = true)]
    worker: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

fn positive(number: &str) -> Result<f64, String> {
    let number: f64 = number.parse().map_err(|_| "it is not a number")?;
    match number.is_finite() && number > 0.0 {
        true => Ok(number),
        false => Err("a rate is greater than 0".into()),
    }
}

fn not_negative(number: &str) -> Result<f64, String> {
    let number: f64 = number.parse().map_err(|_| "it is not a number")?;
    match number.is_finite() && number >= 0.0 {
        true => Ok(number),
        false => Err("a share is 0 or more".into()),
    }
}

impl Search {
    /// The numbers to try: the preset's where none were typed.
    fn space(&self) -> Space {
        let precision = self.precision.unwrap_or_else(Precision::fastest);
        let mut base = self.preset.config(self.seed, precision);
        let steps = self.steps.unwrap_or(base.schedule.steps);
        base.schedule = base.schedule.scaled(base.schedule.peak, steps);
        let batch_sizes = self.batch_size.iter().map(|&it| it.into()).collect();
        Space {
            rates: or(self.lr.clone(), base.schedule.peak),
            batch_sizes: or(batch_sizes, base.batch_size),
            algorithms: or(self.optimizer.clone(), base.algorithm),
            weight_decays: or(self.weight_decay.clone(), base.weight_decay),
            base,
        }
    }

    /// The runs, each once, with the text that they are to read.
    fn runs(&self) -> Result<Vec<TrainConfig>> {
        let space = self.space();
        let all = match self.random {
            None => space.grid(),
            Some(count) => {
                ensure!(
                    self.lr.len() > 1,
                    "--random draws rates between two: --lr LOWEST,HIGHEST"
                );
                space.random(count.into(), self.seed.unsigned_abs())
            }
        };
        let mut runs: Vec<TrainConfig> = Vec::new();
        for run in all {
            if !runs.contains(&run) {
                runs.push(run);
            }
        }
        Ok(runs)
    }

    fn out(&self) -> PathBuf {
        let name = format!("{}-search", self.preset.name());
        let folder = || PathBuf::from("datasets/trained").join(name);
        self.out.clone().unwrap_or_else(folder)
    }
}

fn or<T>(typed: Vec<T>, preset: T) -> Vec<T> {
    if typed.is_empty() { vec![preset] } else { typed }
}

pub fn run(args: &Search) -> Result<()> {
    let device = args.device.resolve()?;
    let mut runs = args.runs()?;
    if args.worker {
        let trial = here(args, runs[0], device, || ())?;
        println!("{}", serde_json::to_string(&trial)?);
        return Ok(());
    }
    name_texts(args, &mut runs)?;
    let out = args.out();
    fs::create_dir_all(&out)
        .with_context(|| format!("cannot make {}", out.display()))?;
    let mut results = Results::open(out.join("results.jsonl"))?;
    let missing: Vec<_> =
        runs.iter().filter(|run| results.find(run).is_none()).copied().collect();
    if missing.len() < runs.len() {
        let done = runs.len() - missing.len();
        eprintln!("{done} of {} runs are done already", runs.len());
    }
    match args.jobs {
        1 => one_by_one(args, &missing, &mut results, device)?,
        jobs => side_by_side(args, &missing, &mut results, jobs.into())?,
    }
    let found = runs.iter().filter_map(|run| results.find(run)).cloned();
    let mut trials: Vec<Trial> = found.collect();
    let loss = |trial: &Trial| trial.validation_loss.unwrap_or(f64::INFINITY);
    trials.sort_by(|a, b| loss(a).total_cmp(&loss(b)));
    report(args, &trials)?;
    draw(&trials, &out)
}

/// Notes in each run which text it reads, so that a result is never taken for another text's.
fn name_texts(args: &Search, runs: &mut [TrainConfig]) -> Result<()> {
    let tokenizer = args.preset.tokenizer(args.seed)?;
    // Built-in stories: as many as the run needs. Other texts are the same for all.
    let mut known = BTreeMap::new();
    for run in runs {
        let windows = run.windows_per_step();
        if let Entry::Vacant(place) = known.entry(windows) {
            let texts = args.preset.read(&tokenizer, run, args.data.as_deref())?;
            place.insert(texts.fingerprint());
            if known.len() == 1 {
                eprintln!("{}", texts.source.note());
            }
        }
        run.text = known[&windows];
    }
    Ok(())
}

/// Does a run in this process.
fn here(
    args: &Search,
    mut config: TrainConfig,
    device: Device,
    each: impl FnMut(),
) -> Result<Trial> {
    let tokenizer = args.preset.tokenizer(args.seed)?;
    let texts = args.preset.read(&tokenizer, &config, args.data.as_deref())?;
    config.text = texts.fingerprint();
    Trial::run(args.preset.trainer(config, device)?, &texts, each)
}

fn one_by_one(
    args: &Search,
    runs: &[TrainConfig],
    results: &mut Results,
    device: Device,
) -> Result<()> {
    let steps = runs.iter().map(|run| run.schedule.steps.unsigned_abs()).sum();
    let bar = progress_bar(steps, "steps");
    for &run in runs {
        bar.set_message(words(&run));
        let trial = here(args, run, device, || bar.inc(1))?;
        bar.suspend(|| eprintln!("{}: {}", words(&run), loss(&trial)));
        results.add(trial)?;
    }
    bar.finish_and_clear();
    Ok(())
}

/// As many threads as jobs, each of which starts one process after the other and waits for it.
fn side_by_side(
    args: &Search,
    runs: &[TrainConfig],
    results: &mut Results,
    jobs: usize,
) -> Result<()> {
    let bar = progress_bar(runs.len() as u64, "runs");
    let queue = Mutex::new(runs.iter().copied());
    let results = Mutex::new(results);
    let next = || queue.lock().expect("no thread panics").next();
    let work = || -> Result<()> {
        while let Some(run) = next() {
            let trial = in_process(args, &run, jobs)
                .with_context(|| format!("the run with {} failed", words(&run)))?;
            bar.suspend(|| eprintln!("{}: {}", words(&run), loss(&trial)));
            bar.inc(1);
            results.lock().expect("no thread panics").add(trial)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        let ends = threads.into_iter().map(|it| it.join().expect("no panic"));
        ends.collect::<Vec<_>>().into_iter().collect::<Result<()>>()
    })?;
    bar.finish_and_clear();
    Ok(())
}

/// Does a run in a process of its own, with its share of the cores.
fn in_process(args: &Search, run: &TrainConfig, jobs: usize) -> Result<Trial> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["search", "--worker", "--preset", &args.preset.name()]);
    let option = |name: &str, value: String| [format!("--{name}"), value];
    command.args(option("lr", run.schedule.peak.to_string()));
    command.args(option("batch-size", run.batch_size.to_string()));
    command.args(option("weight-decay", run.weight_decay.to_string()));
    command.args(option("steps", run.schedule.steps.to_string()));
    command.args(option("seed", run.seed.to_string()));
    command.args(option("optimizer", name(run.algorithm)));
    command.args(option("precision", name(run.precision)));
    command.args(option("device", name(args.device)));
    if let Some(data) = &args.data {
        command.arg("--data").arg(data);
    }
    let cores = available_parallelism().map_or(1, NonZero::get);
    if std::env::var_os("OMP_NUM_THREADS").is_none() {
        command.env("OMP_NUM_THREADS", (cores / jobs).max(1).to_string());
    }
    let output = command.output().context("cannot start a process")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.trim_end().lines().next_back().unwrap_or_default();
        bail!(
            "{}",
            last.strip_prefix("error: ").unwrap_or("it ended without a word")
        );
    }
    let trial: Trial = serde_json::from_slice(&output.stdout)?;
    Ok(trial)
}

/// What a value of an option is called.
fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |it| it.get_name().into())
}

fn words(run: &TrainConfig) -> String {
    format!("rate {:e}, batch {}", run.schedule.peak, run.batch_size)
}

fn loss(trial: &Trial) -> String {
    let loss = trial.validation_loss;
    loss.map_or_else(|| "diverged".into(), |loss| format!("{loss:.3}"))
}

fn report(args: &Search, trials: &[Trial]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if args.json {
        for trial in trials {
            writeln!(out, "{}", serde_json::to_string(trial)?)?;
        }
        return Ok(());
    }
    writeln!(
        out,
        "      rate  batch  optimizer  decay   training  validation  seconds"
    )?;
    for trial in trials {
        let TrainConfig { schedule, batch_size, algorithm, weight_decay, .. } =
            trial.config;
        let training =
            trial.train_loss.map_or_else(String::new, |it| format!("{it:.3}"));
        writeln!(
            out,
            "{:>10.2e}{batch_size:>7}  {:<9}{weight_decay:>7}{training:>11}{:>12}{:>9.1}",
            schedule.peak,
            name(algorithm),
            loss(trial),
            trial.seconds
        )?;
    }
    Ok(())
}

/// Draws the loss over the rate, a line for each set of other numbers, where there is something
/// to draw.
fn draw(trials: &[Trial], out: &Path) -> Result<()> {
    let names = names(trials);
    let others: BTreeSet<&String> = names.iter().collect();
    let mut sorted: Vec<_> = trials.iter().zip(&names).collect();
    sorted.retain(|(trial, _)| trial.validation_loss.is_some());
    sorted.sort_by(|(a, _), (b, _)| rate(a).total_cmp(&rate(b)));
    if sorted.is_empty() {
        eprintln!("every run diverged: there is nothing to draw");
        return Ok(());
    }
    if others.len() > LINES {
        eprintln!("{} lines are too many for one picture", others.len());
        return Ok(());
    }
    let empty = Table::new("rate", others.iter().copied());
    let table = sorted.into_iter().fold(empty, |table, (trial, name)| {
        let loss = trial.validation_loss.unwrap_or(f64::NAN);
        let cell = |&line: &&String| if line == name { loss } else { f64::NAN };
        table.row(format!("{:e}", rate(trial)), others.iter().map(cell))
    });
    let figure = Figure {
        name: "search",
        finding: "The validation loss of every run over its learning rate",
        chart: Chart::Lines(Lines {
            x: Axis::log("learning rate"),
            y: Axis::linear("validation loss"),
        }),
    };
    let path = out.join("search.svg");
    picture(&figure, &table, &path)?;
    eprintln!("the picture is {}", path.display());
    Ok(())
}

/// Lines that a picture can tell apart.
const LINES: usize = 5;

fn rate(trial: &Trial) -> f64 {
    trial.config.schedule.peak
}

/// What tells each run from those with the same rate: its other numbers, as far as they vary.
fn names(trials: &[Trial]) -> Vec<String> {
    let numbers = trials.iter().map(|trial| {
        let TrainConfig { batch_size, algorithm, weight_decay, .. } = trial.config;
        let decay = format!("decay {weight_decay}");
        [format!("batch {batch_size}"), name(algorithm), decay]
    });
    let numbers: Vec<[String; 3]> = numbers.collect();
    let varies = |i: usize| {
        numbers.iter().any(|it| Some(&it[i]) != numbers.first().map(|it| &it[i]))
    };
    let varies = [0, 1, 2].map(varies);
    if varies == [false; 3] {
        return vec!["validation".into(); numbers.len()];
    }
    let name = |it: &[String; 3]| {
        let parts = it.iter().zip(varies).filter(|(_, varies)| *varies);
        parts.map(|(part, _)| part.as_str()).collect::<Vec<_>>().join(", ")
    };
    numbers.iter().map(name).collect()
}

fn progress_bar(length: u64, what: &str) -> ProgressBar {
    let template =
        format!("{{bar:30}} {{pos}}/{{len}} {what}, {{msg}}, {{eta}} left");
    let style = ProgressStyle::with_template(&template);
    let bar = ProgressBar::new(length);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
