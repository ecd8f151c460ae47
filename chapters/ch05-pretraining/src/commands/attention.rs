//! `attention`: what the heads of a trained model look at.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use ch01::Tokenizer;
use ch03::Habits;
use ch05::Checkpoint;
use clap::Args;
use device::DeviceChoice;
use plot::{Chart, Figure, HeatMap, Table};
use serde_json::json;
use tch::{Device, Kind, Tensor};

use super::plot::picture;

/// Draw what each head of a trained layer looks at
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch05 -- attention --prompt \"Once there was a fox who lived\" --layer 2
  cargo run --release -p ch05 -- attention --checkpoint datasets/trained/short --json")]
pub struct Attention {
    /// The checkpoint's folder
    #[arg(long, default_value = "datasets/trained/stories")]
    checkpoint: PathBuf,

    /// The text that is looked at, at least three tokens
    #[arg(
        long,
        default_value = "The keeper of the lighthouse painted her railing"
    )]
    prompt: String,

    /// The block, from 0
    #[arg(long, default_value_t = 0)]
    layer: usize,

    /// Where the pictures go [default: the folder `attention` beside the checkpoint's files]
    #[arg(long)]
    out: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

pub fn run(args: &Attention) -> Result<()> {
    let device = args.device.resolve()?;
    let checkpoint = Checkpoint::new(&args.checkpoint);
    let (_variables, model, tokenizer) = checkpoint.load(device).context(
        "no model to look into: `cargo run --release -p ch05` trains one in minutes",
    )?;
    let layers = model.config().n_layer as usize;
    ensure!(
        args.layer < layers,
        "there is no layer {}: the model has {layers}, counted from 0",
        args.layer
    );
    let ids = tokenizer.encode(&args.prompt);
    let most = model.config().n_positions as usize;
    ensure!(
        (3..=most).contains(&ids.len()),
        "the prompt has {} tokens, and the model can be asked about 3 to {most}",
        ids.len()
    );
    let weights = tch::no_grad(|| {
        model.attention_weights(&batch(&ids, device), args.layer) // (1, h, t, t)
    });
    let weights = weights.get(0).to_device(Device::Cpu); // (h, t, t)
    let habits = Habits::of(&weights);
    let folder =
        args.out.clone().unwrap_or_else(|| args.checkpoint.join("attention"));
    let pictures =
        draw_heads(&weights, &labels(&tokenizer, &ids)?, args.layer, &folder)?;
    match args.json {
        true => as_json(&habits, &pictures),
        false => as_table(&habits, &folder, args.layer),
    }
}

fn batch(ids: &[u32], device: Device) -> Tensor {
    let ids: Vec<i64> = ids.iter().map(|&id| i64::from(id)).collect();
    Tensor::from_slice(&ids).unsqueeze(0).to_device(device) // (1, t)
}

/// Each token's text, with what can't be seen made visible.
fn labels(tokenizer: &Tokenizer, ids: &[u32]) -> Result<Vec<String>> {
    let label = |&id: &u32| -> Result<String> {
        let text = tokenizer.decode(&[id])?.replace('\n', "⏎");
        let word = text.trim();
        Ok(if word.is_empty() {
            "␣".repeat(text.len())
        } else {
            word.to_string()
        })
    };
    ids.iter().map(label).collect()
}

/// A picture and its numbers for each head; returns the pictures' paths.
fn draw_heads(
    weights: &Tensor,
    labels: &[String],
    layer: usize,
    folder: &Path,
) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let draw_head = |head: i64| {
        let map = HeatMap {
            rows: "looks".into(),
            columns: "is looked at".into(),
            decimals: 2,
        };
        let figure = Figure {
            name: "attention",
            finding: "How much each token looks at itself and at each earlier one",
            chart: Chart::HeatMap(map),
        };
        let path = folder.join(format!("layer-{layer}-head-{head}.svg"));
        picture(&figure, &table(&weights.get(head), labels)?, &path)?;
        Ok(path)
    };
    (0..weights.size()[0]).map(draw_head).collect()
}

/// A row and a column for each token; the future stays empty.
fn table(weights: &Tensor, labels: &[String]) -> Result<Table> {
    let rows = Vec::<Vec<f64>>::try_from(weights.to_kind(Kind::Double))?;
    let empty = Table::new("token", labels.iter().cloned());
    let named = labels.iter().zip(rows).enumerate();
    Ok(named.fold(empty, |table, (i, (label, row))| {
        let seen = row.into_iter().enumerate();
        table.row(label, seen.map(|(j, w)| if j > i { f64::NAN } else { w }))
    }))
}

fn as_table(habits: &[Habits], folder: &Path, layer: usize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "head  itself  before   first  looks")?;
    for (head, habit) in habits.iter().enumerate() {
        let Habits { same, previous, first, .. } = *habit;
        let words = habit.in_words();
        writeln!(out, "{head:>4}{same:>8.2}{previous:>8.2}{first:>8.2}  {words}")?;
    }
    let pictures = folder.join(format!("layer-{layer}-head-*.svg"));
    if let Some(Habits { even, .. }) = habits.first() {
        writeln!(out, "an even share would be {even:.2}")?;
    }
    eprintln!("The pictures are {}.", pictures.display());
    Ok(())
}

fn as_json(habits: &[Habits], pictures: &[PathBuf]) -> Result<()> {
    let heads = habits.iter().zip(pictures).map(|(habit, picture)| {
        let Habits { same, previous, first, .. } = *habit;
        json!({
            "same": same,
            "previous": previous,
            "first": first,
            "even": habit.even,
            "looks": habit.in_words(),
            "picture": picture,
        })
    });
    let heads: Vec<_> = heads.collect();
    writeln!(std::io::stdout().lock(), "{}", json!({"heads": heads}))?;
    Ok(())
}
