//! Attention, step by step, in numbers.
//!
//! ```console
//! $ cargo run -p ch03
//! $ cargo run -p ch03 -- heads
//! ```

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use ch03::{
    CausalAttention, HeadConfig, MultiHeadAttention, MultiHeadWrapper,
    SelfAttentionV2, simple,
};
use clap::{Parser, ValueEnum};
use device::DeviceChoice;
use tch::nn::{Module, ModuleT, VarStore};
use tch::{Device, Tensor};

/// Attention, step by step, in numbers
#[derive(Parser)]
#[command(
    after_help = "Examples:\n  cargo run -p ch03\n  cargo run -p ch03 -- heads --seed 1"
)]
struct Cli {
    /// One step (all of them if left out)
    step: Option<Step>,

    /// Seed of the untrained weights
    #[arg(long, default_value_t = 123)]
    seed: i64,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

#[derive(Clone, Copy, ValueEnum)]
enum Step {
    /// Dot products, nothing trained
    Simple,
    /// Queries, keys and values
    Trainable,
    /// No looking ahead
    Causal,
    /// Two heads: wrapped, and split from one product
    Heads,
    /// Three waves that say where a token stands
    Positions,
}

fn main() -> ExitCode {
    cli::run(run)
}

fn run() -> Result<()> {
    let cli = Cli::parse();
    let device = cli.device.resolve()?;
    let out = &mut io::stdout().lock();
    let steps = match &cli.step {
        Some(step) => std::slice::from_ref(step),
        None => Step::value_variants(),
    };
    for (i, step) in steps.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        tch::manual_seed(cli.seed);
        match step {
            Step::Simple => show_simple(out, device)?,
            Step::Trainable => show_trainable(out, device)?,
            Step::Causal => show_causal(out, device)?,
            Step::Heads => show_heads(out, device)?,
            Step::Positions => show_positions(out, device)?,
        }
    }
    Ok(())
}

fn show_simple(out: &mut impl Write, device: Device) -> io::Result<()> {
    let x = simple::journey().to_device(device);
    writeln!(out, "SIMPLE: weights from dot products alone")?;
    word_rows(out, &simple::weights(&x))?;
    writeln!(out, "context vectors")?;
    word_rows(out, &simple::contexts(&x))
}

fn show_trainable(out: &mut impl Write, device: Device) -> io::Result<()> {
    let variables = VarStore::new(device);
    let attention =
        SelfAttentionV2::new(&variables.root(), HeadConfig::plain(3, 2));
    writeln!(
        out,
        "TRAINABLE: context vectors of one untrained layer, 3 channels in, 2 out"
    )?;
    word_rows(out, &attention.forward(&simple::journey().to_device(device)))
}

fn show_causal(out: &mut impl Write, device: Device) -> io::Result<()> {
    let variables = VarStore::new(device);
    let head = CausalAttention::new(&variables.root(), HeadConfig::plain(3, 2));
    let x = simple::journey().to_device(device).unsqueeze(0); // (1, t, c)
    writeln!(out, "CAUSAL: weights of one untrained head, the future crossed out")?;
    word_rows(out, &head.weights(&x).get(0))
}

fn show_heads(out: &mut impl Write, device: Device) -> io::Result<()> {
    let x = simple::journey().to_device(device).unsqueeze(0); // (1, t, c)
    let variables = VarStore::new(device);
    let root = variables.root();
    let wrapped =
        MultiHeadWrapper::new(&(&root / "wrapper"), 2, HeadConfig::plain(3, 2));
    writeln!(out, "HEADS: two wrapped heads, 2 channels each, side by side")?;
    word_rows(out, &wrapped.forward_t(&x, false).get(0))?;

    let split =
        MultiHeadAttention::new(&(&root / "split"), 2, HeadConfig::plain(3, 4));
    writeln!(
        out,
        "two heads split from one product of 4 channels, mixed by the last layer"
    )?;
    writeln!(out, "weights (b, h, t, t) = {:?}", split.weights(&x).size())?;
    word_rows(out, &split.forward_t(&x, false).get(0))
}

fn show_positions(out: &mut impl Write, device: Device) -> io::Result<()> {
    writeln!(out, "POSITIONS: sinusoidal, 6 positions, 8 channels")?;
    word_rows(out, &ch03::positions::sinusoidal(6, 8, device))
}

/// Prints a `(6, n)` matrix, one line for each word of the journey.
fn word_rows(out: &mut impl Write, rows: &Tensor) -> io::Result<()> {
    for (i, word) in (0..).zip(simple::JOURNEY) {
        let row =
            Vec::<f32>::try_from(rows.get(i)).expect("a row is one axis of f32");
        let cells: String =
            row.iter().map(|value| format!("{value:8.4}")).collect();
        writeln!(out, "  {word:8}{cells}")?;
    }
    Ok(())
}
