//! Fine-tunes a small GPT-2 to tell spam from messages.
//!
//! ```console
//! $ cargo run --release -p ch07
//! $ cargo run --release -p ch07 -- classify "You won! Text CASH to 60344"
//! $ cargo run --release -p ch07 -- eval --json
//! ```

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use ch05::{Precision, Schedule, stories_model, stories_tokenizer};
use ch07::{
    Measurement, Origin, Parts, Progress, Report, SpamFilter, Split, TrainConfig,
    Trained, best, fine_tune, freeze, origin,
};
use clap::{Args, Parser, Subcommand};
use datasets::{Label, Loaded, Message};
use device::DeviceChoice;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tch::Device;

/// Fine-tune a small GPT-2 to tell spam from messages
#[derive(Parser)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  cargo run --release -p ch07
  cargo run --release -p ch07 -- --train last-block --out datasets/trained/spam-block
  cargo run --release -p ch07 -- --data DIR --out datasets/trained/sms
  cargo run --release -p ch07 -- eval --json
  cargo run --release -p ch07 -- classify \"You won! Text CASH to 60344\"
  cargo run -p ch07 -- data"
)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,

    #[command(flatten)]
    train: Train,
}

#[derive(Subcommand)]
enum Task {
    /// Fine-tune a model: what happens without a subcommand too
    Train(Train),
    /// Measure a filter on all parts of its messages
    Eval(Eval),
    /// Judge texts: those given, or else the lines of standard input
    Classify(Classify),
    /// Show how the messages are split
    Data(Data),
}

/// Where ch05 leaves its model.
const STORIES: &str = "datasets/trained/stories";
/// Where we leave ours.
const SPAM: &str = "datasets/trained/spam";

#[derive(Args)]
struct Train {
    /// The language model to start from [default: datasets/trained/stories, if it is there]
    #[arg(long)]
    checkpoint: Option<PathBuf>,

    /// Start from random weights instead
    #[arg(long, conflicts_with = "checkpoint")]
    random: bool,

    /// Folder with the SMS Spam Collection [default: what was fetched, else the built-in
    /// messages]
    #[arg(long)]
    data: Option<PathBuf>,

    /// Folder for the filter
    #[arg(long, default_value = SPAM)]
    out: PathBuf,

    /// Replace what is in --out
    #[arg(long)]
    overwrite: bool,

    /// Which weights move
    #[arg(long, value_enum, default_value_t)]
    train: Trained,

    /// How often every message is seen
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..))]
    epochs: u16,

    /// How many batches to train on, instead of --epochs
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    steps: Option<i64>,

    /// Messages in a batch
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    batch_size: u16,

    /// The largest learning rate [default: 5e-4, or 1e-2 for the head alone]
    #[arg(long)]
    rate: Option<f64>,

    /// Share of the numbers set to 0 while training
    #[arg(long, default_value_t = 0.1)]
    dropout: f64,

    /// Share of the tokenizer's merges forgotten in each word while training
    #[arg(long, default_value_t = 0.1)]
    vary: f64,

    /// How much guessing the next token counts while training, beside the class
    #[arg(long, default_value_t = 0.5)]
    language: f64,

    /// Seed of the split, the order, the new weights and the dropout
    #[arg(long, default_value_t = 1)]
    seed: i64,

    /// Bits of a weight while training [default: bf16 if the processor knows it, else f32]
    #[arg(long, value_enum)]
    precision: Option<Precision>,

    /// Print the report as JSON
    #[arg(long)]
    json: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

#[derive(Args)]
struct Eval {
    /// The filter's folder
    #[arg(long, default_value = SPAM)]
    checkpoint: PathBuf,

    /// Folder with the SMS Spam Collection [default: what was fetched, else the built-in
    /// messages]
    #[arg(long)]
    data: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

#[derive(Args)]
struct Classify {
    /// The texts to judge
    texts: Vec<String>,

    /// The filter's folder
    #[arg(long, default_value = SPAM)]
    checkpoint: PathBuf,

    /// Print a line of JSON for each text
    #[arg(long)]
    json: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

#[derive(Args)]
struct Data {
    /// Folder with the SMS Spam Collection [default: what was fetched, else the built-in
    /// messages]
    #[arg(long)]
    data: Option<PathBuf>,

    /// Seed of the split
    #[arg(long, default_value_t = 1)]
    seed: i64,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::run_on_tensors(|| match cli.task.unwrap_or(Task::Train(cli.train)) {
        Task::Train(args) => train(&args),
        Task::Eval(args) => eval(&args),
        Task::Classify(args) => classify(&args),
        Task::Data(args) => data(&args),
    })
}

fn train(args: &Train) -> Result<()> {
    ensure!(
        args.overwrite || !args.out.join("config.json").exists(),
        "{} holds a model already: use --overwrite to replace it, or another --out",
        args.out.display()
    );
    let device = args.device.resolve()?;
    let Loaded { value: messages, source } = read(args.data.as_deref())?;
    let split = Split::new(&messages, args.seed.unsigned_abs())?;
    let (mut filter, start) = begin(args, device)?;
    let parts = Parts::new(&split, &filter);
    note_truncated(&filter, &parts);

    let config = config(args, parts.train.len());
    let moving =
        freeze(&filter.variables, filter.classifier.config().n_layer, args.train);
    eprintln!("{moving} weights move, for {} steps", config.schedule.steps);
    let bar = progress_bar(config.schedule.steps);
    let watch = |progress| match progress {
        Progress::Step(step) => bar.set_position(step.unsigned_abs()),
        Progress::Epoch(measurement) => bar.suspend(|| show(&measurement)),
    };
    let measurements =
        fine_tune(&mut filter, &split.train, &parts.validation, &config, watch)?;
    bar.finish_and_clear();
    let kept = best(&measurements).map_or(0.0, |place| measurements[place].epoch);
    eprintln!(
        "the weights after epoch {kept:.2} did best on the validation messages"
    );

    let origin =
        Origin { start, data: source.to_string(), seed: args.seed, config };
    filter.save(&args.out, &origin, &measurements)?;
    let report = Report::new(&filter, &parts);
    print_report(&report, args.json)?;
    if !args.json {
        show_some(&filter, &split.test)?;
    }
    eprintln!("\nthe filter is in {}", args.out.display());
    Ok(())
}

/// The messages; which ones is said on standard error.
fn read(data: Option<&Path>) -> Result<Loaded<Vec<Message>>> {
    let loaded = datasets::messages(data)?;
    eprintln!("{}", loaded.source.note());
    Ok(loaded)
}

/// The filter before its first step, and what it starts from.
fn begin(args: &Train, device: Device) -> Result<(SpamFilter, String)> {
    ensure!(
        (0.0..1.0).contains(&args.dropout),
        "--dropout must be from 0 to below 1, not {}",
        args.dropout
    );
    tch::manual_seed(args.seed);
    let default = Path::new(STORIES);
    let folder = match &args.checkpoint {
        _ if args.random => None,
        Some(folder) => Some(folder.as_path()),
        None => default.join("model.safetensors").is_file().then_some(default),
    };
    let Some(folder) = folder else {
        if !args.random {
            eprintln!(
                "there is no {STORIES} yet (`cargo run --release -p ch05` makes it): \
                 starting from random weights"
            );
        }
        let config = ch04::Gpt2Config {
            embd_pdrop: args.dropout,
            attn_pdrop: args.dropout,
            resid_pdrop: args.dropout,
            ..stories_model()
        };
        let tokenizer = stories_tokenizer(args.seed)?;
        let filter = SpamFilter::random(&config, tokenizer, device)?;
        return Ok((filter, "random weights".to_string()));
    };
    eprintln!("starting from {}", folder.display());
    let filter = SpamFilter::from_language_model(folder, args.dropout, device)
        .with_context(|| {
            format!("{} holds no language model to start from", folder.display())
        })?;
    Ok((filter, folder.display().to_string()))
}

/// What the run is made of, for `messages` messages to learn from.
fn config(args: &Train, messages: usize) -> TrainConfig {
    let batch_size = usize::from(args.batch_size);
    let per_epoch = messages.div_ceil(batch_size) as i64;
    let steps = args.steps.unwrap_or(i64::from(args.epochs) * per_epoch);
    let usual = if args.train == Trained::Head { 1e-2 } else { 5e-4 };
    let peak = args.rate.unwrap_or(usual);
    TrainConfig {
        schedule: Schedule { peak, floor: peak / 20.0, warmup: steps / 10, steps },
        batch_size,
        weight_decay: 0.1,
        clip: 1.0,
        vary: args.vary,
        language: args.language,
        seed: args.seed,
        precision: args.precision.unwrap_or_else(Precision::fastest),
        trained: args.train,
    }
}

fn note_truncated(filter: &SpamFilter, parts: &Parts) {
    let Parts { train, validation, test, left_out, truncated } = parts;
    let all = train.len() + validation.len() + test.len() + left_out.len();
    eprintln!(
        "{truncated} of {all} messages are longer than {} tokens and lose their end",
        filter.context()
    );
}

fn show(measurement: &Measurement) {
    let Measurement {
        epoch,
        train_loss,
        train_accuracy,
        validation_loss,
        validation_accuracy,
        ..
    } = measurement;
    eprintln!(
        "epoch {epoch:>5.2}  training {train_loss:.3} ({:.1} %)  \
         validation {validation_loss:.3} ({:.1} %)",
        train_accuracy * 100.0,
        validation_accuracy * 100.0
    );
}

fn print_report(report: &Report, json: bool) -> Result<()> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&report.to_json())?)?;
    } else {
        writeln!(out, "{report}")?;
    }
    Ok(())
}

/// Three test messages of each label, judged.
fn show_some(filter: &SpamFilter, test: &[Message]) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "\nsaid  chance of spam  message")?;
    for label in [Label::Spam, Label::Ham] {
        for message in test.iter().filter(|it| it.label == label).take(3) {
            let (said, chance) = verdict(filter, &message.text);
            writeln!(out, "{said:4}  {:12.1} %  {}", chance * 100.0, message.text)?;
        }
    }
    Ok(())
}

/// What the filter calls `text`, and the chance that it is spam.
fn verdict(filter: &SpamFilter, text: &str) -> (&'static str, f64) {
    let chance = filter.chance(text);
    (ch07::CLASSES[usize::from(chance > 0.5)], chance)
}

fn eval(args: &Eval) -> Result<()> {
    let filter = load(&args.checkpoint, args.device.resolve()?)?;
    let origin = origin(&args.checkpoint)?;
    let Loaded { value: messages, source } = read(args.data.as_deref())?;
    if origin.data != source.to_string() {
        eprintln!(
            "note: the filter learned from other messages ({}), so all parts are new to it",
            origin.data
        );
    }
    let split = Split::new(&messages, origin.seed.unsigned_abs())?;
    let parts = Parts::new(&split, &filter);
    note_truncated(&filter, &parts);
    print_report(&Report::new(&filter, &parts), args.json)
}

fn load(folder: &Path, device: Device) -> Result<SpamFilter> {
    SpamFilter::load(folder, device).context(
        "no filter to ask: `cargo run --release -p ch07` trains one in minutes",
    )
}

fn classify(args: &Classify) -> Result<()> {
    let filter = load(&args.checkpoint, args.device.resolve()?)?;
    let mut out = io::stdout().lock();
    let mut judge = |text: &str| -> Result<()> {
        let (label, chance) = verdict(&filter, text);
        if args.json {
            let line = json!({"label": label, "spam": chance, "text": text});
            writeln!(out, "{line}")?;
        } else {
            writeln!(out, "{label:4}  {:5.1} %  {text}", chance * 100.0)?;
        }
        Ok(())
    };
    if !args.texts.is_empty() {
        return args.texts.iter().try_for_each(|text| judge(text));
    }
    for line in io::stdin().lock().lines() {
        judge(&line.context("standard input is not UTF-8")?)?;
    }
    Ok(())
}

fn data(args: &Data) -> Result<()> {
    let messages = read(args.data.as_deref())?.value;
    let split = Split::new(&messages, args.seed.unsigned_abs())?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} messages, {} of them repeated",
        messages.len(),
        split.repeated
    )?;
    writeln!(out, "\npart        ham  spam")?;
    let parts = [
        ("train", &split.train),
        ("validation", &split.validation),
        ("test", &split.test),
        ("left out", &split.left_out),
    ];
    for (name, part) in parts {
        let spam = part.iter().filter(|it| it.label == Label::Spam).count();
        writeln!(out, "{name:10} {:4}  {spam:4}", part.len() - spam)?;
    }
    writeln!(out)?;
    for (name, label) in [("ham", Label::Ham), ("spam", Label::Spam)] {
        let first = split.train.iter().find(|it| it.label == label);
        writeln!(out, "{name:4}  {}", first.map_or("", |it| it.text.as_str()))?;
    }
    Ok(())
}

fn progress_bar(steps: i64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{bar:30} step {pos}/{len}, {per_sec}, {eta} left",
    );
    let bar = ProgressBar::new(steps.unsigned_abs());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
