//! `flops`: what a forward pass costs in arithmetic, part by part.

use std::io::Write;

use anyhow::Result;
use ch04::{Flops, Gpt2Config, Parameters, Switches};
use clap::{Args, value_parser};
use serde_json::json;

use super::numbers::{SIZES, name_of, print_switches};

/// Print the arithmetic of a forward pass, part by part, for all four sizes
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run -p ch04 -- flops
  cargo run -p ch04 -- flops --tokens 100
  cargo run -p ch04 -- flops --feed-forward swiglu")]
pub struct FlopsArgs {
    /// Texts at once
    #[arg(long, default_value_t = 1, value_parser = value_parser!(i64).range(1..=1_000))]
    batch: i64,

    /// Tokens of each text; more than GPT-2 can see are counted as well
    #[arg(long, default_value_t = 1024, value_parser = value_parser!(i64).range(1..=100_000))]
    tokens: i64,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    switches: Switches,
}

/// Counts, without building a model.
pub fn run(args: &FlopsArgs, out: &mut impl Write) -> Result<()> {
    let counted = SIZES.map(|size| {
        let config = args.switches.apply(Gpt2Config::released(size));
        let flops = Flops::of(&config, args.batch, args.tokens);
        (name_of(size), Parameters::of(&config).total(), flops)
    });
    match args.json {
        true => as_json(&counted, out),
        false => as_table(args, &counted, out),
    }
}

type Counted = (String, i64, Flops);

fn as_table(
    args: &FlopsArgs,
    counted: &[Counted],
    out: &mut impl Write,
) -> Result<()> {
    print_switches(args.switches, out)?;
    let tokens = args.batch * args.tokens;
    writeln!(
        out,
        "GFLOP of a forward pass of {} x {} tokens",
        args.batch, args.tokens
    )?;
    write!(out, "{:20}", "")?;
    for (name, ..) in counted {
        write!(out, "{name:>15}")?;
    }
    writeln!(out)?;
    parts(counted, out)?;
    let together = |label, counts: Vec<i64>| {
        let row = counts.iter().map(|&count| format!("{:>9.1}", giga(count)));
        format!("{label:20}{}", row.collect::<Vec<_>>().join("      "))
    };
    let totals = counted.iter().map(|(.., flops)| flops.total()).collect();
    writeln!(out, "{}", together("together", totals))?;
    let rule = counted.iter().map(|(_, n, _)| 2 * n * tokens).collect();
    writeln!(out, "{}", together("2 N for each token", rule))?;
    Ok(())
}

/// A line for each part: how much, and which share of the whole.
fn parts(counted: &[Counted], out: &mut impl Write) -> Result<()> {
    let names = counted[0].2.parts().map(|(name, _)| name);
    for (i, part) in names.into_iter().enumerate() {
        write!(out, "{part:20}")?;
        for (_, _, flops) in counted {
            let (_, count) = flops.parts()[i];
            let share = 100.0 * count as f64 / flops.total() as f64;
            write!(out, "{:>9.1} {share:>4.1}%", giga(count))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn giga(count: i64) -> f64 {
    count as f64 / 1e9
}

fn as_json(counted: &[Counted], out: &mut impl Write) -> Result<()> {
    let sizes: Vec<_> = counted
        .iter()
        .map(|(name, parameters, flops)| {
            json!({"size": name, "parameters": parameters, "parts": flops, "total": flops.total()})
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &sizes)?;
    writeln!(out)?;
    Ok(())
}
