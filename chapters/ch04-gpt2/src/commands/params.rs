//! `params`: how many numbers the four sizes hold, and what they take in memory.

use std::io::Write;

use anyhow::Result;
use ch04::{Gpt2Config, Parameters, Scenario, Size, Switches};
use clap::Args;

use super::numbers::{SIZES, grouped, mebibytes, name_of, print_switches};

/// Print the parameters and the memory of all four sizes
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run -p ch04 -- params --json
  cargo run -p ch04 -- params --norm rms --feed-forward swiglu --positions rotary")]
pub struct Params {
    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    switches: Switches,
}

/// Counts, without building a model.
pub fn run(args: &Params, out: &mut impl Write) -> Result<()> {
    let sizes =
        SIZES.map(|size| (size, args.switches.apply(Gpt2Config::released(size))));
    if args.json {
        return as_json(&sizes, out);
    }
    print_switches(args.switches, out)?;
    counts(&sizes, out)?;
    changed(&sizes[0].1, out)?;
    memory(&sizes, out)
}

/// The four sizes, the smallest first, with the switches that were typed.
type Sizes = [(Size, Gpt2Config); 4];

fn counts(sizes: &Sizes, out: &mut impl Write) -> Result<()> {
    writeln!(
        out,
        "size         layers  width  heads     parameters    untied head"
    )?;
    for (size, config) in sizes {
        let untied = Gpt2Config { tie_word_embeddings: false, ..config.clone() };
        writeln!(
            out,
            "{:12} {:>6} {:>6} {:>6} {:>14} {:>14}",
            name_of(*size),
            config.n_layer,
            config.n_embd,
            config.n_head,
            grouped(Parameters::of(config).total()),
            grouped(Parameters::of(&untied).total()),
        )?;
    }
    Ok(())
}

/// The smallest size with one number doubled.
fn changed(smallest: &Gpt2Config, out: &mut impl Write) -> Result<()> {
    let gpt2 = || smallest.clone();
    let doubled = [
        ("layers", Gpt2Config { n_layer: 2 * gpt2().n_layer, ..gpt2() }),
        ("width", Gpt2Config { n_embd: 2 * gpt2().n_embd, ..gpt2() }),
        ("heads", Gpt2Config { n_head: 2 * gpt2().n_head, ..gpt2() }),
        ("positions", Gpt2Config { n_positions: 2 * gpt2().n_positions, ..gpt2() }),
        ("vocabulary", Gpt2Config { vocab_size: 2 * gpt2().vocab_size, ..gpt2() }),
    ];
    writeln!(out, "\ngpt2, doubled        parameters")?;
    for (name, config) in doubled {
        let total = Parameters::of(&config).total();
        writeln!(out, "{name:16} {:>14}", grouped(total))?;
    }
    Ok(())
}

fn memory(sizes: &Sizes, out: &mut impl Write) -> Result<()> {
    write!(out, "\nmemory in MiB     bytes each")?;
    for (size, _) in sizes {
        write!(out, "{:>13}", name_of(*size))?;
    }
    writeln!(out)?;
    for scenario in Scenario::ALL {
        write!(out, "{:16} {:>11}", scenario.name, scenario.bytes_each())?;
        for (_, config) in sizes {
            let total = Parameters::of(config).total();
            write!(out, "{:>13.0}", mebibytes(scenario.bytes(total)))?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "training: weights, gradients and AdamW's two averages; activations come on top"
    )?;
    Ok(())
}

fn as_json(sizes: &Sizes, out: &mut impl Write) -> Result<()> {
    let sizes = sizes.each_ref().map(|(size, config)| {
        let parameters = Parameters::of(config);
        let total = parameters.total();
        let memory = Scenario::ALL.map(|scenario| {
            serde_json::json!({
                "scenario": scenario.name, "bytes": scenario.bytes(total),
            })
        });
        serde_json::json!({
            "size": name_of(*size), "config": config, "parts": parameters, "total": total,
            "bytes_f32": 4 * total, "memory": memory,
        })
    });
    serde_json::to_writer_pretty(&mut *out, &sizes)?;
    writeln!(out)?;
    Ok(())
}
