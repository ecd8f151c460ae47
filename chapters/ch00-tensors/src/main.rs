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
    Shapes,
    Strides,
    Views,
    #[value(alias = "broadcast")]
    Broadcasting,
    Matmul,
    Kinds,
    Mistakes,
    Autograd,
    Graph,
    Recording,
    Chain,
    Embedding,
    Linear,
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
