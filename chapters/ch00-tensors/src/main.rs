//! A tour of tensors.
//!
//! ```console
//! $ cargo run -p ch00
//! $ cargo run -p ch00 -- strides
//! ```

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use ch00::tour;
use clap::{Parser, ValueEnum};
use device::DeviceChoice;

/// A tour of tensors, autograd and the two simplest layers
#[derive(Parser)]
#[command(
    after_help = "Examples:\n  cargo run -p ch00\n  cargo run -p ch00 -- strides\n  cargo run -p ch00 -- graph"
)]
struct Cli {
    /// One stop of the tour (all of them if left out)
    stop: Option<Stop>,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

#[derive(Clone, Copy, ValueEnum)]
enum Stop {
    /// Making tensors and reading their shape
    Shapes,
    /// What views do to shape, strides and offset, by hand
    Strides,
    /// What shares its numbers, and what copies them
    Views,
    /// How a smaller shape reaches over a larger one
    #[value(alias = "broadcast")]
    Broadcasting,
    /// Products, and what a wrong shape says
    Matmul,
    /// What f32, f64, f16, bf16 and whole numbers keep
    Kinds,
    /// What libtorch refuses, and what it says
    Mistakes,
    /// One slope in three ways, then downhill
    Autograd,
    /// The gradients of a small graph, by hand and by libtorch
    Graph,
    /// Gradients that pile up, no_grad, and a training loop
    Recording,
    /// How slopes shrink or explode along a chain
    Chain,
    /// A lookup that equals a matrix product
    Embedding,
    /// A matrix and a bias
    Linear,
    /// The first steps without libtorch
    Ndarray,
}

fn main() -> ExitCode {
    cli::run(run)
}

fn run() -> Result<()> {
    let cli = Cli::parse();
    let device = cli.device.resolve()?;
    let out = &mut io::stdout().lock();
    let stops = match &cli.stop {
        Some(stop) => std::slice::from_ref(stop),
        None => Stop::value_variants(),
    };
    for (i, stop) in stops.iter().enumerate() {
        let gap = if i > 0 { "\n" } else { "" };
        let name =
            stop.to_possible_value().map(|value| value.get_name().to_string());
        writeln!(out, "{gap}{}", name.unwrap_or_default().to_uppercase())?;
        match stop {
            Stop::Shapes => tour::shapes(out, device)?,
            Stop::Strides => tour::strides(out)?,
            Stop::Views => tour::views(out, device)?,
            Stop::Broadcasting => tour::broadcasting(out, device)?,
            Stop::Matmul => tour::matmul(out, device)?,
            Stop::Kinds => tour::kinds(out)?,
            Stop::Mistakes => tour::mistakes(out)?,
            Stop::Autograd => tour::slopes(out)?,
            Stop::Graph => tour::graph(out)?,
            Stop::Recording => tour::recording(out)?,
            Stop::Chain => tour::chain(out)?,
            Stop::Embedding => tour::embedding(out, device)?,
            Stop::Linear => tour::linear(out, device)?,
            Stop::Ndarray => tour::ndarray(out)?,
        }
    }
    Ok(())
}
