//! Chapter 6: weights that somebody else trained.
//!
//! 1. [`parameters`] lists what a GPT-2 needs: every name with its shape.
//! 2. [`safetensors`] finds the tensors in Hugging Face's files, [`tensorflow`] in OpenAI's.
//!    Both hand out [`Stored`] tensors: name, shape, and where the bytes are.
//! 3. [`from_openai`] and [`from_hugging_face`] translate names; [`match_up`] gives each
//!    parameter exactly one tensor of exactly its shape, or says what is wrong.
//! 4. [`open`] does all of this for a folder, and [`Pretrained::load`] builds the model.
//! 5. [`save_model`] writes the folder that Hugging Face's transformers opens.
//!
//! Dimension key: `t` tokens · `c` channels · `f = 4c` feed-forward width · `v` vocabulary.

mod config;
mod example;
mod matching;
mod names;
mod open;
mod parameters;
mod print;
pub mod safetensors;
mod statistics;
mod stored;
pub mod tensorflow;
mod tokenizer;

use std::path::Path;

use anyhow::Result;
use ch01::Tokenizer;
use ch04::{Gpt2, Gpt2Config};
use ch05::{Checkpoint, Precision};
use tch::Device;
use tch::nn::VarStore;

pub use config::{read_config, read_hparams};
pub use example::{example, show_example};
pub use matching::{Pair, match_up};
pub use names::{from_hugging_face, from_openai, is_mask};
pub use open::{Format, Pretrained, open};
pub use parameters::parameters;
pub use print::{print_likeliest, print_logits, print_model, shape};
pub use statistics::{Statistics, statistics};
pub use stored::Stored;
pub use tokenizer::load_tokenizer;

/// The model in a folder of Hugging Face's or OpenAI's, in f32.
///
/// The model lives as long as its variables: keep both.
///
/// # Errors
/// When a file is missing or broken, or a weight is missing, unknown or of another shape.
pub fn load_model(folder: &Path, device: Device) -> Result<(VarStore, Gpt2)> {
    open(folder)?.load(device)
}

/// Writes `config.json`, `model.safetensors` in f32 and the tokenizer's files, as Hugging
/// Face's `GPT2LMHeadModel.from_pretrained` reads them.
///
/// The files are written into a new folder beside, which then takes the old one's place: what
/// `folder` held before is gone.
///
/// # Errors
/// When something can't be written; the sentence names it.
pub fn save_model(
    folder: &Path,
    variables: &VarStore,
    config: &Gpt2Config,
    tokenizer: Option<&Tokenizer>,
) -> Result<()> {
    Checkpoint::new(folder).save_model(variables, config, tokenizer, Precision::F32)
}
