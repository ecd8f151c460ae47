//! `find-rate`: how large the learning rate may be.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use ch05::{
    Algorithm, Precision, Preset, Probe, RateRange, Suggestion, TrainConfig,
    find_rate, suggest_rate,
};
use clap::Args;
use device::DeviceChoice;
use indicatif::{ProgressBar, ProgressStyle};
use plot::{Axis, Chart, Figure, Lines, Table};
use serde_json::json;

use super::plot::{picture, svg};

/// Try how large the learning rate may be
///
/// A new model is trained with a rate that grows from step to step. Where the loss falls fastest
/// the rate is good; a little above, all is spoiled, and the search stops.
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch05 -- find-rate
  cargo run --release -p ch05 -- find-rate --optimizer adamw --out rates.svg
  cargo run --release -p ch05 -- find-rate --preset char-shakespeare --data ~/texts --json")]
pub struct FindRate {
    /// The text, the tokenizer and the model
    #[arg(long, value_enum, default_value_t)]
    preset: Preset,

    /// Folder with texts of your own [default: $LLM_IN_RUST_DATA, else what was fetched, else the
    /// built-in text]
    #[arg(long)]
    data: Option<PathBuf>,

    /// How many rates to try, one step each
    #[arg(long, default_value_t = 100)]
    steps: usize,

    /// The first learning rate
    #[arg(long, default_value_t = 1e-6)]
    lowest: f64,

    /// The last learning rate, if the loss bears it
    #[arg(long, default_value_t = 1.0)]
    highest: f64,

    /// Windows in a batch [default: the preset's, 3 for stories]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    batch_size: Option<u16>,

    /// Seed of the stories, the weights, the order and the dropout
    #[arg(long, default_value_t = 1)]
    seed: i64,

    /// How gradients become steps [default: the preset's, muon for stories]
    #[arg(long, value_enum)]
    optimizer: Option<Algorithm>,

    /// Bits of a weight while computing [default: bf16 if the processor knows it, else f32]
    #[arg(long, value_enum)]
    precision: Option<Precision>,

    /// Draw the losses into this SVG file, with the numbers in a CSV file beside it
    #[arg(long, value_parser = svg)]
    out: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

/// Lines of the table on the terminal, about.
const ROWS: usize = 20;

impl FindRate {
    fn range(&self) -> RateRange {
        let Self { lowest, highest, steps, .. } = *self;
        RateRange { lowest, highest, steps }
    }

    /// The preset's numbers, but for those that were typed.
    fn config(&self) -> Result<TrainConfig> {
        let precision = self.precision.unwrap_or_else(Precision::fastest);
        let mut config = self.preset.config(self.seed, precision);
        config.schedule.steps = i64::try_from(self.steps)?; // so much text is needed
        config.algorithm = self.optimizer.unwrap_or(config.algorithm);
        config.batch_size = self.batch_size.map_or(config.batch_size, usize::from);
        Ok(config)
    }
}

pub fn run(args: &FindRate) -> Result<()> {
    let range = args.range();
    range.validate()?;
    let device = args.device.resolve()?;
    let config = args.config()?;
    let tokenizer = args.preset.tokenizer(args.seed)?;
    let texts = args.preset.read(&tokenizer, &config, args.data.as_deref())?;
    eprintln!("{}", texts.source.note());
    let trainer = args.preset.trainer(config, device)?;

    let bar = progress_bar(args.steps as u64);
    let show = |probe: &Probe| {
        bar.set_message(format!("rate {:.1e}", probe.rate));
        bar.inc(1);
    };
    let probes = find_rate(trainer, &*texts.training, &range, show)?;
    bar.finish_and_clear();
    report(&probes, args)?;
    args.out.as_deref().map_or(Ok(()), |path| write_picture(&probes, path))
}

fn report(probes: &[Probe], args: &FindRate) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if args.json {
        let suggestion = suggest_rate(probes);
        let lines = probes.iter().map(|it| {
            json!({ "rate": it.rate, "loss": it.loss, "smoothed": it.smoothed })
        });
        let all = json!({
            "probes": lines.collect::<Vec<_>>(),
            "steepest": suggestion.map(|it| it.steepest),
            "lowest": suggestion.map(|it| it.lowest),
            "tenth": suggestion.map(|it| it.tenth()),
        });
        writeln!(out, "{all}")?;
        return Ok(());
    }
    writeln!(out, "{:>10}{:>11}{:>11}", "rate", "loss", "smoothed")?;
    let every = probes.len().div_ceil(ROWS).max(1);
    for Probe { rate, loss, smoothed } in probes.iter().step_by(every) {
        writeln!(out, "{rate:>10.1e}{loss:>11.3}{smoothed:>11.3}")?;
    }
    writeln!(out, "\n{}", sentence(probes, args))?;
    Ok(())
}

/// What the curve says, in words.
fn sentence(probes: &[Probe], args: &FindRate) -> String {
    let Some(suggestion) = suggest_rate(probes) else {
        return format!(
            "The loss never fell. Try a smaller --lowest than {:e}, or more --steps.",
            args.lowest
        );
    };
    let Suggestion { steepest, lowest } = suggestion;
    if probes.last().is_some_and(|last| last.rate == lowest) {
        return format!(
            "The loss still fell at {lowest:.1e}, the last rate. Try a larger --highest."
        );
    }
    format!(
        "The loss fell fastest at {steepest:.1e} and was lowest at {lowest:.1e}, \
         a tenth of which is {:.1e}.\nTake a peak of about these: --lr {steepest:.0e}",
        suggestion.tenth()
    )
}

/// Writes the curve as a picture, and its numbers beside it.
fn write_picture(probes: &[Probe], path: &Path) -> Result<()> {
    let empty = Table::new("rate", ["one batch", "smoothed"]);
    let table = probes.iter().fold(empty, |table, probe| {
        table.row(format!("{:e}", probe.rate), [probe.loss, probe.smoothed])
    });
    let figure = Figure {
        name: "rates",
        finding: "The loss while the learning rate grows",
        chart: Chart::Lines(Lines {
            x: Axis::log("learning rate"),
            y: Axis::linear("loss"),
        }),
    };
    picture(&figure, &table, path)
}

fn progress_bar(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{bar:30} step {pos}/{len}, {msg}, {eta} left",
    );
    let bar = ProgressBar::new(steps);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
