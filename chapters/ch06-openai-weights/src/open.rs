//! A folder with a model that somebody trained.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use ch01::Tokenizer;
use ch04::{Gpt2, Gpt2Config};
use ch05::Checkpoint;
use serde::Serialize;
use tch::nn::VarStore;
use tch::{Device, Tensor};

use crate::tensorflow::bundle;
use crate::{
    Pair, Stored, load_tokenizer, match_up, read_config, read_hparams, safetensors,
};

/// Whose files these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `config.json` and `model.safetensors`
    HuggingFace,
    /// `hparams.json` and TensorFlow's `model.ckpt`
    OpenAi,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HuggingFace => "Hugging Face",
            Self::OpenAi => "OpenAI",
        })
    }
}

/// An opened folder: the sizes and the list of tensors, but no weights yet.
#[derive(Clone, Debug)]
pub struct Pretrained {
    /// The folder
    pub folder: PathBuf,
    /// Whose files it holds
    pub format: Format,
    /// The sizes and switches
    pub config: Gpt2Config,
    /// All tensors in the files, also those that no parameter needs
    pub stored: Vec<Stored>,
}

/// Opens a folder of Hugging Face's or OpenAI's.
///
/// # Errors
/// When there is no model in the folder, or a file is missing or broken.
pub fn open(folder: &Path) -> Result<Pretrained> {
    // Brings back a checkpoint whose saving was killed half way.
    let _ = Checkpoint::new(folder);
    ensure!(
        folder.is_dir(),
        "there is no folder {}: give one that holds a model",
        folder.display()
    );
    let has = |name: &str| folder.join(name).exists();
    let (format, config, stored) = if has("config.json") {
        let config = read_config(&folder.join("config.json"))?;
        (Format::HuggingFace, config, list_safetensors(folder)?)
    } else if has("hparams.json") {
        let config = read_hparams(&folder.join("hparams.json"))?;
        (Format::OpenAi, config, bundle::list(folder)?)
    } else {
        bail!(
            "{} holds neither config.json (Hugging Face) nor hparams.json (OpenAI)",
            folder.display()
        );
    };
    Ok(Pretrained { folder: folder.to_owned(), format, config, stored })
}

fn list_safetensors(folder: &Path) -> Result<Vec<Stored>> {
    let [whole, index, pickled] =
        ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"]
            .map(|name| folder.join(name));
    if index.exists() && !whole.exists() {
        return safetensors::list_sharded(&index);
    }
    ensure!(
        whole.exists() || !pickled.exists(),
        "{} may run any program when it is opened: let Python write model.safetensors, \
         with GPT2LMHeadModel.from_pretrained(…).save_pretrained(…)",
        pickled.display()
    );
    safetensors::list(&whole)
}

impl Pretrained {
    /// Each parameter with its tensor.
    ///
    /// # Errors
    /// With everything that does not fit.
    pub fn pairs(&self) -> Result<Vec<Pair<'_>>> {
        let sizes = match self.format {
            Format::HuggingFace => "config.json",
            Format::OpenAi => "hparams.json",
        };
        ensure!(
            self.config.n_layer as usize <= self.stored.len(),
            "{}: {sizes} says {} layers, and there are only {} tensors",
            self.folder.display(),
            self.config.n_layer,
            self.stored.len()
        );
        match_up(&self.config, self.format, &self.stored).with_context(|| {
            format!("the weights in {} do not fit {sizes}", self.folder.display())
        })
    }

    // ANCHOR: load
    /// Builds the model, in f32, and reads its weights, one tensor after the other.
    ///
    /// # Errors
    /// When a weight is missing, unknown or of another shape, or can't be read.
    pub fn load(&self, device: Device) -> Result<(VarStore, Gpt2)> {
        let pairs = self.pairs()?; // before anything large is made
        let variables = VarStore::new(device);
        let model = Gpt2::new(&variables.root(), &self.config);
        let parameters: HashMap<String, Tensor> = variables.variables();
        for Pair { name, shape, stored } in pairs {
            let mut parameter = parameters[&name].shallow_clone();
            let weight = stored.read()?.view(&shape[..]); // (1, c_in, c_out) -> (c_in, c_out)
            tch::no_grad(|| parameter.f_copy_(&weight))?; // from f16 or bf16 to f32, too
        }
        Ok((variables, model))
    }
    // ANCHOR_END: load

    /// The tokenizer, as [`load_tokenizer`] finds it.
    ///
    /// # Errors
    /// When there is none, or a file is broken.
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        load_tokenizer(&self.folder, &self.config)
    }
}
