//! `variants`: what later models do otherwise, and what it is worth in a small model.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use ch05::{Variant, try_variant};
use clap::{Args, ValueEnum};
use device::DeviceChoice;
use plot::{Bars, Chart, Figure, Table};
use serde_json::{Value, json};

use super::plot::{picture, svg, write};
use super::trials::{Trials, progress_bar, read_characters, spread};

/// Train GPT-2 and what later models do otherwise, and compare
///
/// Five models of 0.2 million parameters, on the same windows: GPT-2, with RMS norms, with SwiGLU,
/// with rotary positions, with all three. What counts is the difference to GPT-2 at the same seed.
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch05 -- variants --data ~/texts
  cargo run --release -p ch05 -- variants --steps 200 --seeds 2
  cargo run --release -p ch05 -- variants --plot variants.svg")]
pub struct Variants {
    /// Folder with tinyshakespeare.txt [default: $LLM_IN_RUST_DATA, else built-in stories]
    #[arg(long)]
    data: Option<PathBuf>,

    /// How many runs of each, with seeds 1, 2, …: up to 5, which a picture can tell apart
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(i64).range(1..=5))]
    seeds: i64,

    /// Steps of each run
    #[arg(long, default_value_t = 1000)]
    steps: usize,

    /// Draw the differences into this SVG file, with the numbers in a CSV file and the table in a
    /// text file beside it
    #[arg(long, value_parser = svg)]
    plot: Option<PathBuf>,

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

pub fn run(args: &Variants) -> Result<()> {
    ensure!(args.steps > 0, "--steps must be at least 1");
    let device = args.device.resolve()?;
    let text = read_characters(args.data.as_deref(), device)?;
    let all = Variant::value_variants();
    let bar = progress_bar(all.len() as u64 * args.seeds as u64, args.steps);
    tch::set_num_threads(1); // sharing so little work takes longer than doing it
    let mut trials = Vec::new();
    for &variant in all {
        bar.set_message(variant.name());
        let run =
            |seed| try_variant(variant, &text, args.steps, seed, || bar.inc(1));
        trials.push(Trials::run(variant.name(), args.seeds, run)?);
    }
    bar.finish_and_clear();
    let (gpt2, others) = trials.split_first().context("there are no variants")?;
    report(gpt2, others, args)?;
    args.plot.as_ref().map_or(Ok(()), |path| {
        let (figure, differences) = drawing(gpt2, others, args.seeds);
        write(&path.with_extension("txt"), &table(gpt2, others, args))?;
        picture(&figure, &differences, path)
    })
}

/// How much lower or higher than GPT-2's the loss is, by seed.
fn differences(gpt2: &Trials, other: &Trials) -> impl Iterator<Item = f64> + Clone {
    other.validation().zip(gpt2.validation()).map(|(ours, gpt2s)| ours - gpt2s)
}

fn report(gpt2: &Trials, others: &[Trials], args: &Variants) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let rows: Vec<Value> = std::iter::once(gpt2)
        .chain(others)
        .map(|trials| {
            let mut row = trials.to_json("variant");
            let (mean, deviation) = spread(differences(gpt2, trials));
            row["difference"] = json!(mean);
            row["deviation_of_difference"] = json!(deviation);
            row
        })
        .collect();
    let all = json!({ "steps": args.steps, "seeds": args.seeds, "variants": rows });
    if let Some(path) = &args.out {
        write(path, &format!("{all:#}\n"))?;
    }
    if args.json {
        writeln!(out, "{all}")?;
        return Ok(());
    }
    write!(out, "{}", table(gpt2, others, args))?;
    Ok(())
}

fn table(gpt2: &Trials, others: &[Trials], args: &Variants) -> String {
    let title = format!("{} steps, seeds 1 to {}", args.steps, args.seeds);
    let head = format!("{:<14}{}       to gpt2", "variant", Trials::HEAD);
    let lines = others.iter().map(|trials| {
        let (mean, deviation) = spread(differences(gpt2, trials));
        format!("{}    {mean:>+.3} ± {deviation:.3}", trials.line())
    });
    let lines: Vec<_> =
        [title, head, gpt2.line()].into_iter().chain(lines).collect();
    lines.join("\n") + "\n"
}

fn drawing(gpt2: &Trials, others: &[Trials], seeds: i64) -> (Figure, Table) {
    let columns = (1..=seeds).map(|seed| format!("seed {seed}"));
    let table =
        others.iter().fold(Table::new("variant", columns), |table, trials| {
            table.row(&trials.name, differences(gpt2, trials))
        });
    let figure = Figure {
        name: "variants",
        finding: "What each variant adds to GPT-2's validation loss, or takes from it",
        chart: Chart::Bars(Bars { value: "validation loss, less GPT-2's".into() }),
    };
    (figure, table)
}
