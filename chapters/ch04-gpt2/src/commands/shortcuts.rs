//! `shortcuts`: gradients of a deep network with and without shortcuts.

use std::io::Write;

use anyhow::Result;
use ch04::DeepNetwork;
use clap::{Args, value_parser};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Compare the gradients of a deep network with and without shortcuts
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run -p ch04 -- shortcuts
  cargo run -p ch04 -- shortcuts --layers 40")]
pub struct Shortcuts {
    /// Layers of the second, deeper network
    #[arg(long, default_value_t = 20, value_parser = value_parser!(i64).range(1..=1_000))]
    layers: i64,

    /// Seed of the random weights
    #[arg(long, default_value_t = 123)]
    seed: i64,
}

/// Builds each network twice, from the same seed, and prints what reaches each layer.
pub fn run(args: &Shortcuts, out: &mut impl Write) -> Result<()> {
    writeln!(out, "Mean absolute gradient of each layer's weights at the start")?;
    writeln!(out, "\n5 layers of 3 channels, the last of 1; input [1, 0, -1]")?;
    let widths = [3, 3, 3, 3, 3, 1];
    let input = Tensor::from_slice(&[1f32, 0.0, -1.0]).unsqueeze(0); // (1, 3)
    print(out, &compare(args.seed, &widths, &input))?;

    writeln!(out, "\n{} layers of 32 channels; 64 random inputs", args.layers)?;
    tch::manual_seed(args.seed);
    let inputs = Tensor::randn([64, 32], (Kind::Float, Device::Cpu));
    let widths = vec![32; args.layers as usize + 1];
    print(out, &compare(args.seed, &widths, &inputs))
}

/// For each layer the gradient without and with shortcuts.
fn compare(seed: i64, widths: &[i64], x: &Tensor) -> Vec<[f64; 2]> {
    let [without, with] = [false, true].map(|shortcuts| {
        tch::manual_seed(seed);
        let variables = VarStore::new(Device::Cpu);
        DeepNetwork::new(&variables.root(), widths, shortcuts).mean_gradients(x)
    });
    without.into_iter().zip(with).map(|(a, b)| [a, b]).collect()
}

fn print(out: &mut impl Write, gradients: &[[f64; 2]]) -> Result<()> {
    writeln!(out, "layer     without        with")?;
    for (layer, [without, with]) in (1..).zip(gradients) {
        writeln!(out, "{layer:>5}  {without:>10.2e}  {with:>10.2e}")?;
    }
    Ok(())
}
