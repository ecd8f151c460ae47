//! `norms`: layer norm on ten numbers, and beside batch norm.

use std::io::Write;

use anyhow::Result;
use ch00::Linear;
use ch04::{BatchNorm, layer_norm};
use clap::Args;
use tch::nn::{Module, ModuleT, VarStore};
use tch::{Device, Kind, Tensor};

/// Norm two vectors by hand, and compare layer norm with batch norm
#[derive(Args)]
#[command(after_help = "Example:
  cargo run -p ch04 -- norms")]
pub struct Norms {}

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

/// Two vectors of six numbers first, then 32 vectors of 100.
pub fn run(_: &Norms, out: &mut impl Write) -> Result<()> {
    by_hand(out)?;
    side_by_side(out)
}

/// Layer norm, step by step, of what a small layer makes of two random inputs.
fn by_hand(out: &mut impl Write) -> Result<()> {
    tch::manual_seed(123);
    let variables = VarStore::new(Device::Cpu);
    let inputs = Tensor::rand([2, 5], CPU); // (b, 5)
    let x = tch::no_grad(|| {
        Linear::new(&variables.root(), 5, 6, true).forward(&inputs).relu() // (b, c)
    });
    print_rows(out, "x", &x)?;
    print_rows(out, "mean", &x.mean_dim(-1, true, Kind::Float))?;
    let variance = x.var_dim(-1, false, true); // divides by c
    print_rows(out, "variance", &variance)?;
    let y = layer_norm(&x, &Tensor::ones([6], CPU), &Tensor::zeros([6], CPU), 0.0);
    print_rows(out, "normed", &y)?;
    let by_five: Tensor = &y * (5.0f64 / 6.0).sqrt(); // the root of (c - 1) / c
    print_rows(out, "normed, were the variance divided by c - 1 = 5", &by_five)
}

/// The means and deviations of rows and columns after each norm.
fn side_by_side(out: &mut impl Write) -> Result<()> {
    tch::manual_seed(1337);
    let variables = VarStore::new(Device::Cpu);
    let (b, c) = (32, 100);
    let x = Tensor::randn([b, c], CPU); // (b, c)
    let batch_norm = BatchNorm::new(&variables.root(), c, 0.1, 1e-5);
    let normed = [
        ("before", x.shallow_clone()),
        ("batch norm", tch::no_grad(|| batch_norm.forward_t(&x, true))),
        (
            "layer norm",
            layer_norm(&x, &Tensor::ones([c], CPU), &Tensor::zeros([c], CPU), 1e-5),
        ),
    ];
    writeln!(out, "\n{b} rows of {c} channels      mean (deviation) of")?;
    writeln!(out, "                  channel 0         row 0")?;
    for (name, y) in normed {
        let [channel, row] = [y.select(1, 0), y.select(0, 0)].map(|numbers| {
            let mean = numbers.mean(Kind::Double).double_value(&[]);
            // Rounded first, and plus 0: no minus before what is 0 to four digits.
            let mean = (mean * 1e4).round() / 1e4 + 0.0;
            let deviation = numbers.std(false).double_value(&[]);
            format!("{mean:7.4} ({deviation:.4})")
        });
        writeln!(out, "{name:12} {channel:>16} {row:>16}")?;
    }
    Ok(())
}

fn print_rows(out: &mut impl Write, name: &str, x: &Tensor) -> Result<()> {
    writeln!(out, "{name}")?;
    for row in Vec::<Vec<f32>>::try_from(x)? {
        let row: Vec<_> =
            row.iter().map(|number| format!("{number:8.4}")).collect();
        writeln!(out, "  {}", row.join(""))?;
    }
    Ok(())
}
