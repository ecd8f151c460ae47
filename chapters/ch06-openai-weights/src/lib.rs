//! Chapter 6: weights that somebody else trained.

use std::path::Path;

use anyhow::Result;
use ch01::Tokenizer;
use ch04::{Gpt2, Gpt2Config};
use ch05::Checkpoint;
use tch::Device;
use tch::nn::VarStore;

/// The model in a checkpoint folder, in f32: `config.json` and `model.safetensors`.
///
/// # Errors
/// When a file is missing or broken, or a weight is missing, unknown or of another shape.
pub fn load_model(folder: &Path, device: Device) -> Result<(VarStore, Gpt2)> {
    let (variables, model, _) = Checkpoint::new(folder).load(device)?;
    Ok((variables, model))
}

/// The tokenizer of a checkpoint folder: `vocab.json` and `merges.txt`, or GPT-2's own where
/// these are absent and the model has GPT-2's 50,257 ids.
///
/// # Errors
/// When there is none, or a file is broken.
pub fn load_tokenizer(folder: &Path, _config: &Gpt2Config) -> Result<Tokenizer> {
    Tokenizer::load(folder)
}
