//! `order`: gradients with the norm before and after the layers.

use std::io::Write;

use anyhow::Result;
use ch04::NormOrder;
use clap::{Args, value_parser};
use tch::{Device, Kind, Tensor};

/// Compare gradients at the start with the norm before and after the layers
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run -p ch04 -- order
  cargo run -p ch04 -- order --models 20")]
pub struct Order {
    /// How many random models to average
    #[arg(long, default_value_t = 3, value_parser = value_parser!(i64).range(1..))]
    models: i64,
}

const DEPTHS: [i64; 4] = [3, 6, 12, 24];

/// Averages over random models of 64 channels, each reading 4 texts of 32 tokens.
pub fn run(args: &Order, out: &mut impl Write) -> Result<()> {
    writeln!(out, "Root mean square gradient of a block's last matrix, x 1000")?;
    writeln!(out, "            norm before        norm after")?;
    writeln!(out, "blocks     first    last     first    last")?;
    for n in DEPTHS {
        let [pre, post] = [NormOrder::Pre, NormOrder::Post]
            .map(|order| first_and_last(order, n, args.models));
        writeln!(
            out,
            "{n:>6} {:>9.2} {:>7.2} {:>9.2} {:>7.2}",
            pre[0], pre[1], post[0], post[1]
        )?;
    }
    Ok(())
}

/// The gradients of the first and of the last of `n` blocks, averaged, times 1000.
fn first_and_last(order: NormOrder, n: i64, models: i64) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for seed in 0..models {
        tch::manual_seed(seed);
        let x = Tensor::randn([4, 32, 64], (Kind::Float, Device::Cpu)); // (b, t, c)
        let gradients = order.gradients_at_start(n, 1_000, &x);
        sums[0] += gradients[0];
        sums[1] += gradients[gradients.len() - 1];
    }
    sums.map(|sum| 1e3 * sum / models as f64)
}
