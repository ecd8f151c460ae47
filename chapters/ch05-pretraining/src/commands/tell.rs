//! `tell`: what a model has learned.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use ch05::Checkpoint;
use clap::Args;
use device::DeviceChoice;

/// Let a trained model write
#[derive(Args)]
pub struct Tell {
    /// The checkpoint's folder
    #[arg(long, default_value = "datasets/trained/stories")]
    checkpoint: PathBuf,

    /// How the text begins
    #[arg(long)]
    prompt: Option<String>,

    /// Tokens to write at most [default: as many as at the end of the training]
    #[arg(long)]
    tokens: Option<usize>,

    /// Another seed, another text
    #[arg(long, default_value_t = 1)]
    seed: i64,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

pub fn run(args: &Tell) -> Result<()> {
    let device = args.device.resolve()?;
    let checkpoint = Checkpoint::new(&args.checkpoint);
    let (_variables, model, tokenizer) = checkpoint.load(device).context(
        "no model to tell a story: `cargo run --release -p ch05` trains one in minutes",
    )?;
    let preset = checkpoint.preset();
    let tokens = args.tokens.unwrap_or(preset.longest());
    let prompt = args.prompt.as_deref();
    let text = preset.write(&model, &tokenizer, prompt, tokens, args.seed)?;
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}
