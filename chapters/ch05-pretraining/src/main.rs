//! Trains a small GPT-2 on stories and lets it tell one.
//!
//! ```console
//! $ cargo run --release -p ch05
//! $ cargo run --release -p ch05 -- --steps 100 --precision f32
//! $ cargo run --release -p ch05 -- tell --prompt "Once there was a fox"
//! ```

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use ch01::Tokenizer;
use ch04::Parameters;
use ch05::{
    Algorithm, CONTEXT, Checkpoint, Evaluation, Precision, TrainConfig, Trainer,
    perplexity, read_stories, stories_config, stories_model, stories_tokenizer,
    stories_trainer, tell,
};
use clap::{Args, Parser, Subcommand};
use device::DeviceChoice;
use indicatif::{ProgressBar, ProgressStyle};
use plot::{Axis, Chart, Figure, Lines, Table};
use tch::Device;

/// Train a small GPT-2 on stories and let it tell one
#[derive(Parser)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  cargo run --release -p ch05
  cargo run --release -p ch05 -- --steps 100 --out datasets/trained/short
  cargo run --release -p ch05 -- --resume
  cargo run --release -p ch05 -- tell --prompt \"Once there was a fox\""
)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,

    #[command(flatten)]
    train: Train,
}

#[derive(Subcommand)]
enum Task {
    /// Let a trained model tell a story
    Tell(Tell),
}

#[derive(Args)]
struct Train {
    /// Folder for the checkpoint
    #[arg(long, default_value = "datasets/trained/stories")]
    out: PathBuf,

    /// How many batches to train on
    #[arg(long, default_value_t = 1800, value_parser = clap::value_parser!(i64).range(1..))]
    steps: i64,

    /// Windows in a batch
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    batch_size: u16,

    /// Seed of the stories, the weights, the order and the dropout
    #[arg(long, default_value_t = 1)]
    seed: i64,

    /// How gradients become steps
    #[arg(long, value_enum, default_value_t = Algorithm::Muon)]
    optimizer: Algorithm,

    /// Bits of a weight while computing [default: bf16 if the processor knows it, else f32]
    #[arg(long, value_enum)]
    precision: Option<Precision>,

    /// Go on with the interrupted run in --out
    #[arg(long)]
    resume: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

#[derive(Args)]
struct Tell {
    /// The checkpoint's folder
    #[arg(long, default_value = "datasets/trained/stories")]
    checkpoint: PathBuf,

    /// How the story begins
    #[arg(long, default_value = "")]
    prompt: String,

    /// Another seed, another story
    #[arg(long, default_value_t = 1)]
    seed: i64,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::run(|| match cli.task {
        None => train(&cli.train),
        Some(Task::Tell(tell)) => tell_one(&tell),
    })
}

/// The longest story, in tokens.
const LONGEST: usize = 400;
/// Steps between two looks at the validation text.
const EVALUATE_EVERY: i64 = 200;

fn train(args: &Train) -> Result<()> {
    let device = args.device.resolve()?;
    let checkpoint = Checkpoint::new(&args.out);
    let (mut trainer, tokenizer, mut metrics) = begin(args, &checkpoint, device)?;
    let steps = trainer.config.schedule.steps;
    let tokens_per_step = trainer.config.batch_size * CONTEXT;
    let needed = trainer.config.batch_size * usize::try_from(steps)?;
    let (windows, validation) =
        read_stories(&tokenizer, trainer.config.seed, needed);
    eprintln!("{} windows of {CONTEXT} tokens to train on", windows.len());

    let bar = progress_bar(steps, trainer.step);
    let (mut losses, mut since) = (Vec::new(), Instant::now());
    while trainer.step < steps {
        losses.push(trainer.train_on(&trainer.batch(&windows)?)?);
        bar.set_position(trainer.step.unsigned_abs());
        if trainer.step % EVALUATE_EVERY == 0 || trainer.step == steps {
            let rate = (losses.len() * tokens_per_step) as f64
                / since.elapsed().as_secs_f64();
            let train_loss = losses.iter().sum::<f64>() / losses.len() as f64;
            let validation_loss = trainer.evaluate(&validation, 20);
            metrics.push(Evaluation {
                step: trainer.step,
                train_loss,
                validation_loss,
            });
            bar.suspend(|| report(&trainer, &tokenizer, metrics.last(), rate))?;
            checkpoint.save(&trainer, &tokenizer, &metrics)?;
            (losses, since) = (Vec::new(), Instant::now());
        }
    }
    bar.finish_and_clear();
    draw_losses(&args.out, &metrics)?;
    let story = tell(&trainer.model, &tokenizer, "", LONGEST, trainer.config.seed)?;
    println!("\n{story}");
    eprintln!("\nthe checkpoint is in {}", args.out.display());
    Ok(())
}

/// A new run, or the one that was interrupted.
fn begin(
    args: &Train,
    checkpoint: &Checkpoint,
    device: Device,
) -> Result<(Trainer, Tokenizer, Vec<Evaluation>)> {
    if args.resume {
        let run = checkpoint
            .resume(device)
            .context("there is no run to go on with in --out")?;
        eprintln!(
            "going on after step {} of {}",
            run.0.step, run.0.config.schedule.steps
        );
        return Ok(run);
    }
    ensure!(
        !checkpoint.exists(),
        "{} holds a checkpoint already: use --resume to go on, another --out, or remove it",
        args.out.display()
    );
    let (batch_size, seed) = (args.batch_size.into(), args.seed);
    let precision = args.precision.unwrap_or_else(Precision::fastest);
    let config = TrainConfig {
        algorithm: args.optimizer,
        ..stories_config(args.steps, batch_size, seed, precision)
    };
    let tokenizer = stories_tokenizer(seed)?;
    let total = Parameters::of(&stories_model()).total();
    eprintln!(
        "a GPT-2 of {:.1} million parameters; {} tokens to write with",
        total as f64 / 1e6,
        tokenizer.vocab_size()
    );
    Ok((stories_trainer(config, device)?, tokenizer, Vec::new()))
}

/// One line for the measurement, and what the model says now.
fn report(
    trainer: &Trainer,
    tokenizer: &Tokenizer,
    evaluation: Option<&Evaluation>,
    rate: f64,
) -> Result<()> {
    let Some(Evaluation { step, train_loss, validation_loss }) = evaluation else {
        return Ok(());
    };
    let guesses = perplexity(*validation_loss);
    eprintln!(
        "step {step:>5}  training {train_loss:.3}  validation {validation_loss:.3} \
         (perplexity {guesses:.1})  {rate:.0} tokens/s"
    );
    let opening = tell(&trainer.model, tokenizer, "", 24, trainer.config.seed)?;
    eprintln!("            {}", opening.replace('\n', " "));
    Ok(())
}

fn tell_one(args: &Tell) -> Result<()> {
    let device = args.device.resolve()?;
    let (_variables, model, tokenizer) = Checkpoint::new(&args.checkpoint).load(device).context(
        "no model to tell a story: `cargo run --release -p ch05` trains one in minutes",
    )?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{}",
        tell(&model, &tokenizer, &args.prompt, LONGEST, args.seed)?
    )?;
    Ok(())
}

/// Draws both losses over time beside the checkpoint's files.
fn draw_losses(folder: &Path, metrics: &[Evaluation]) -> Result<()> {
    let empty = Table::new("step", ["training", "validation"]);
    let table = metrics.iter().fold(empty, |table, line| {
        table.row(line.step.to_string(), [line.train_loss, line.validation_loss])
    });
    let figure = Figure {
        name: "loss",
        finding: "The loss on training and on validation stories",
        chart: Chart::Lines(Lines {
            x: Axis::linear("step"),
            y: Axis::linear("loss"),
        }),
    };
    fs::write(folder.join("loss.svg"), figure.draw(&table)?)?;
    fs::write(folder.join("loss.csv"), table.to_csv()?)?;
    Ok(())
}

fn progress_bar(steps: i64, done: i64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{bar:30} step {pos}/{len}, {per_sec}, {eta} left",
    );
    let bar =
        ProgressBar::new(steps.unsigned_abs()).with_position(done.unsigned_abs());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.reset_eta();
    bar
}
