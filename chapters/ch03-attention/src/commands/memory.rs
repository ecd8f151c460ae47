//! `memory`: how much one forward pass needs.

use std::env;
use std::io::Write;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::value_parser;
use serde_json::{Value, json};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use super::Common;
use super::forms::{Form, Sizes};

/// Measure how much memory one forward pass of one form takes
#[derive(clap::Args)]
#[command(after_help = "Example:
  cargo run --release -p ch03 -- memory --form explicit --tokens 2048")]
pub struct Args {
    /// Which form
    #[arg(long, value_enum, default_value = "fused")]
    form: Form,

    /// Tokens of each text
    #[arg(long, default_value_t = 1024, value_parser = value_parser!(i64).range(1..))]
    tokens: i64,

    #[command(flatten)]
    sizes: Sizes,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Builds the layer, lets it warm up, and prints by how much one pass raised the most memory
/// that the process has had.
pub fn run(args: &Args, common: &Common, out: &mut impl Write) -> Result<()> {
    args.sizes.check()?;
    let Args { form, tokens, sizes, .. } = *args;
    tch::manual_seed(common.seed);
    let variables = VarStore::new(Device::Cpu);
    let layer = form.layer(&variables.root(), sizes);
    let x = Tensor::randn(
        [sizes.batch, tokens, sizes.channels],
        (Kind::Float, Device::Cpu),
    );
    let _ = tch::no_grad(|| layer.forward_t(&x.narrow(1, 0, tokens.min(8)), false));
    let before = cli::peak_memory();
    let _ = tch::no_grad(|| layer.forward_t(&x, false));
    let grown =
        cli::peak_memory().zip(before).map(|(after, before)| after - before);
    if args.json {
        let computed = scores_bytes(sizes, tokens);
        writeln!(out, "{}", json!({"bytes": grown, "scores_bytes": computed}))?;
        return Ok(());
    }
    let grown =
        grown.context("this system does not tell how much memory was used")?;
    writeln!(out, "{}, {tokens} tokens, f32", form.name())?;
    writeln!(out, "one pass took     {:>8.1} MiB", mebibytes(grown as f64))?;
    let scores = mebibytes(scores_bytes(sizes, tokens) as f64);
    writeln!(out, "all heads' scores {scores:>8.1} MiB (computed)")?;
    Ok(())
}

/// The bytes of all scores in f32: `(b, h, t, t)`.
pub fn scores_bytes(sizes: Sizes, tokens: i64) -> i64 {
    4 * sizes.batch * sizes.heads * tokens * tokens
}

pub fn mebibytes(bytes: f64) -> f64 {
    bytes / (1024.0 * 1024.0)
}

/// The bytes that one pass took in a process of its own, where the system tells it.
///
/// In a process that has done other things, what they freed would be used again unseen.
pub fn in_new_process(
    form: Form,
    tokens: i64,
    sizes: Sizes,
) -> Result<Option<i64>> {
    let program = env::current_exe().context("this program can't find itself")?;
    let mut command = Command::new(program);
    command.args(["memory", "--json", "--form", form.name()]);
    let numbers = [
        ("--tokens", tokens),
        ("--batch", sizes.batch),
        ("--channels", sizes.channels),
        ("--heads", sizes.heads),
    ];
    for (name, number) in numbers {
        command.args([name, &number.to_string()]);
    }
    // glibc then gives every larger block back at once, instead of keeping some for later.
    command.env("MALLOC_MMAP_THRESHOLD_", "65536");
    let output = command.output().context("this program can't start itself")?;
    ensure!(
        output.status.success(),
        "measuring the memory failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let printed: Value = serde_json::from_slice(&output.stdout)
        .context("measuring the memory printed no JSON")?;
    Ok(printed["bytes"].as_i64())
}
