//! Keeping a model: a folder that Hugging Face's `GPT2LMHeadModel.from_pretrained` opens too.
//! With a [switch](ch04::Switches) turned it is this book's alone, and `model_type` says so.
//!
//! ```text
//! config.json             the model's sizes
//! model.safetensors       its weights, in f32, by GPT-2's names
//! vocab.json, merges.txt  the tokenizer
//! training.json           what the run is made of, how far it is
//! optimizer.safetensors   what the optimizer remembers
//! metrics.jsonl           one line for each evaluation
//! events.out.tfevents.*   for TensorBoard, where that was asked for
//! ```

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use ch01::{END_OF_TEXT, Tokenizer};
use ch04::{Gpt2, Gpt2Config};
use safetensors::tensor::{Dtype, View, serialize_to_file};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tch::nn::VarStore;
use tch::{Device, Tensor};

use crate::events::PREFIX;
use crate::{Evaluation, Precision, Preset, TrainConfig, Trainer};

/// A checkpoint folder.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Training {
    step: i64,
    config: TrainConfig,
}

impl Checkpoint {
    /// The checkpoint in `folder`, which need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let checkpoint = Self { folder: folder.into() };
        // A save that was killed between its two renames left the old one beside.
        if !checkpoint.folder.exists() {
            let _ = fs::rename(checkpoint.beside("old"), &checkpoint.folder);
        }
        checkpoint
    }

    /// Whether there is one.
    pub fn exists(&self) -> bool {
        self.folder.join("model.safetensors").is_file()
    }

    /// Writes everything a reader of the model, and an interrupted run, needs.
    ///
    /// The files are written into a new folder beside, which then takes the old one's place.
    /// Whenever this is interrupted, a whole checkpoint is left: the old one or the new one.
    ///
    /// # Errors
    /// When something can't be written; the sentence names it.
    pub fn save(
        &self,
        trainer: &Trainer,
        tokenizer: &Tokenizer,
        metrics: &[Evaluation],
    ) -> Result<()> {
        self.replace(|new| {
            let weights = weights(&trainer.variables, Precision::F32);
            let config = trainer.model.config();
            write_model(new, &weights, config, Some(tokenizer))?;
            let training = Training { step: trainer.step, config: trainer.config };
            write_json(
                &new.join("training.json"),
                &serde_json::to_value(training)?,
            )?;
            write_tensors(
                &new.join("optimizer.safetensors"),
                &trainer.optimizer.state(),
            )?;
            let lines =
                metrics.iter().map(|line| Ok(serde_json::to_string(line)? + "\n"));
            let lines = lines.collect::<Result<String>>()?;
            write(&new.join("metrics.jsonl"), &lines)
        })
    }

    /// Writes a model alone, with its tokenizer if it has one: what a reader of the model
    /// needs, and nothing to train on with.
    ///
    /// As [`save`](Self::save) it leaves a whole checkpoint whenever it is interrupted. What
    /// the folder held before is gone.
    ///
    /// # Errors
    /// When something can't be written; the sentence names it.
    pub fn save_model(
        &self,
        variables: &VarStore,
        config: &Gpt2Config,
        tokenizer: Option<&Tokenizer>,
        precision: Precision,
    ) -> Result<()> {
        let mut weights = weights(variables, precision);
        if !config.qkv_bias {
            add_qkv_bias(&mut weights);
        }
        if !config.tie_word_embeddings {
            add_prefix(&mut weights);
        }
        let config = Gpt2Config { qkv_bias: true, ..config.clone() };
        self.replace(|new| write_model(new, &weights, &config, tokenizer))
    }

    /// Lets `write` fill a new folder beside, which then takes the old one's place. Whenever
    /// this is interrupted, a whole checkpoint is left.
    ///
    /// # Errors
    /// Those of `write`, and when a folder can't be made, moved or removed.
    pub fn replace(&self, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let new = self.beside("new");
        remove(&new)?;
        fs::create_dir_all(&new)
            .with_context(|| format!("cannot make {}", new.display()))?;
        if let Err(error) = write(&new) {
            let _ = fs::remove_dir_all(&new);
            return Err(error);
        }
        self.bring_events(&new)?;
        self.take_place(&new)
    }

    /// Gives the new folder the event files of the old one: the same files under a second name,
    /// since TensorBoard may be reading them, or copies where there are no second names.
    fn bring_events(&self, new: &Path) -> Result<()> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Ok(()) };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name.to_string_lossy().starts_with(PREFIX) {
                let (from, to) = (entry.path(), new.join(name));
                fs::hard_link(&from, &to)
                    .or_else(|_| fs::copy(&from, &to).map(|_| ()))
                    .with_context(|| format!("cannot copy {}", from.display()))?;
            }
        }
        Ok(())
    }

    /// Renames `new` to the checkpoint's own name.
    fn take_place(&self, new: &Path) -> Result<()> {
        let old = self.beside("old");
        remove(&old)?;
        if self.folder.exists() {
            fs::rename(&self.folder, &old).with_context(|| {
                format!("cannot move {} aside", self.folder.display())
            })?;
        }
        fs::rename(new, &self.folder)
            .with_context(|| format!("cannot write {}", self.folder.display()))?;
        remove(&old)
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let name = self.folder.file_name().unwrap_or_default().to_string_lossy();
        self.folder.with_file_name(format!(".{name}.{ending}"))
    }

    /// The model and its tokenizer, in f32.
    ///
    /// # Errors
    /// When a file is missing or broken, or a weight has another shape than the sizes say.
    pub fn load(&self, device: Device) -> Result<(VarStore, Gpt2, Tokenizer)> {
        let config = self.model_config()?;
        let mut variables = VarStore::new(device);
        let model = Gpt2::new(&variables.root(), &config);
        let path = self.folder.join("model.safetensors");
        fill(&mut variables, &path).with_context(|| {
            format!("{} does not fit config.json", path.display())
        })?;
        Ok((variables, model, Tokenizer::load(&self.folder)?))
    }

    /// The model's sizes.
    ///
    /// # Errors
    /// When `config.json` is missing or broken.
    pub fn model_config(&self) -> Result<Gpt2Config> {
        let config: Gpt2Config = read_json(&self.folder.join("config.json"))?;
        config.validate().with_context(|| {
            self.folder.join("config.json").display().to_string()
        })?;
        Ok(config)
    }

    /// The run that made this model, as far as is known.
    pub fn preset(&self) -> Preset {
        let training = read_json::<Training>(&self.folder.join("training.json"));
        training.map_or_else(|_| Preset::default(), |it| it.config.preset)
    }

    /// The run as it was when it was saved, ready for its next step, and its evaluations.
    ///
    /// # Errors
    /// When a file is missing or broken.
    pub fn resume(
        &self,
        device: Device,
    ) -> Result<(Trainer, Tokenizer, Vec<Evaluation>)> {
        let Training { step, config } =
            read_json(&self.folder.join("training.json"))?;
        let mut trainer = Trainer::new(&self.model_config()?, config, device)?;
        let path = self.folder.join("optimizer.safetensors");
        let state = Tensor::read_safetensors(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        // The masters in the optimizer's state are the weights, with all their digits.
        trainer
            .optimizer
            .restore(state, step)
            .with_context(|| path.display().to_string())?;
        trainer.step = step;
        let path = self.folder.join("metrics.jsonl");
        let lines = fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let metrics =
            lines.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        let metrics =
            metrics.with_context(|| format!("{} is broken", path.display()))?;
        Ok((trainer, Tokenizer::load(&self.folder)?, metrics))
    }
}

/// Gives every parameter the numbers that the file has under its name.
fn fill(variables: &mut VarStore, path: &Path) -> Result<()> {
    let bare = |name: String| match name.strip_prefix("transformer.") {
        Some(bare) => bare.to_string(), // an untied model, see `add_prefix`
        None => name,
    };
    let tensors = Tensor::read_safetensors(path)?;
    let tensors: HashMap<_, _> =
        tensors.into_iter().map(|(name, tensor)| (bare(name), tensor)).collect();
    for (name, mut parameter) in variables.variables() {
        let found =
            tensors.get(&name).with_context(|| format!("{name} is missing"))?;
        let (wanted, found_size) = (parameter.size(), found.size());
        ensure!(
            wanted == found_size,
            "{name} has shape {found_size:?}, and the sizes want {wanted:?}"
        );
        tch::no_grad(|| parameter.copy_(found));
    }
    Ok(())
}

/// All weights on the CPU, in the order of their names.
fn weights(variables: &VarStore, precision: Precision) -> Vec<(String, Tensor)> {
    let mut weights: Vec<_> = variables.variables().into_iter().collect();
    weights.sort_by(|(a, _), (b, _)| a.cmp(b));
    weights.iter_mut().for_each(|(_, w)| {
        *w = w.detach().to_device(Device::Cpu).to_kind(precision.kind())
    });
    weights
}

/// Hugging Face's GPT-2 always has a bias for queries, keys and values. A model without one
/// is the same model with a bias of 0.
fn add_qkv_bias(weights: &mut Vec<(String, Tensor)>) {
    let bias = |(name, weight): &(String, Tensor)| {
        let layer = name.strip_suffix("attn.c_attn.weight")?;
        Some((format!("{layer}attn.c_attn.bias"), weight.select(0, 0).zeros_like()))
    };
    let biases: Vec<_> = weights.iter().filter_map(bias).collect();
    weights.extend(biases);
}

/// Beside a head of its own, Hugging Face's GPT-2 has everything else in a `transformer`.
/// transformers 5 finds the weights without this too, 4.40 does not. Of a tied model, which
/// has no head, both read the bare names, and so do more programs.
fn add_prefix(weights: &mut [(String, Tensor)]) {
    let others = weights.iter_mut().filter(|(name, _)| name != "lm_head.weight");
    others.for_each(|(name, _)| name.insert_str(0, "transformer."));
}

/// The model's files: sizes, weights and, if there is one, its tokenizer.
fn write_model(
    folder: &Path,
    weights: &[(String, Tensor)],
    config: &Gpt2Config,
    tokenizer: Option<&Tokenizer>,
) -> Result<()> {
    write_json(&folder.join("config.json"), &model_config(config, tokenizer))?;
    write_tensors(&folder.join("model.safetensors"), weights)?;
    tokenizer.map_or(Ok(()), |tokenizer| tokenizer.save(folder))
}

/// `config.json` with what Hugging Face's transformers wants to know besides the sizes.
fn model_config(config: &Gpt2Config, tokenizer: Option<&Tokenizer>) -> Value {
    let mut json = json!(config);
    json["model_type"] = json!(config.model_type());
    json["architectures"] = json!(["GPT2LMHeadModel"]);
    let end = tokenizer.and_then(|tokenizer| tokenizer.special_id(END_OF_TEXT));
    json["bos_token_id"] = json!(end);
    json["eos_token_id"] = json!(end);
    json
}

/// Hands a tensor's bytes on while the file is being written, so that only one tensor at a
/// time is in memory twice.
struct Bytes<'a>(&'a Tensor, Dtype, Vec<usize>);

impl View for Bytes<'_> {
    fn dtype(&self) -> Dtype {
        self.1
    }
    fn shape(&self) -> &[usize] {
        &self.2
    }
    fn data(&self) -> Cow<'_, [u8]> {
        let mut bytes = vec![0; self.data_len()];
        self.0.contiguous().copy_data_u8(&mut bytes, self.0.numel());
        bytes.into()
    }
    fn data_len(&self) -> usize {
        self.0.numel() * self.0.kind().elt_size_in_bytes()
    }
}

/// Writes a safetensors file that transformers reads.
///
/// # Errors
/// When it can't be written, or a tensor is of a kind that the format does not know.
pub fn write_tensors(path: &Path, tensors: &[(String, Tensor)]) -> Result<()> {
    let mut views = Vec::new();
    for (name, tensor) in tensors {
        let shape = tensor.size().iter().map(|&axis| axis as usize).collect();
        views.push((name, Bytes(tensor, tensor.kind().try_into()?, shape)));
    }
    // transformers 4.40 refuses a file without it.
    let made_by = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    serialize_to_file(views, &Some(made_by), path)
        .with_context(|| format!("cannot write {}", path.display()))
}

fn write_json(path: &Path, value: &Value) -> Result<()> {
    write(path, &serde_json::to_string_pretty(value)?)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text)
        .with_context(|| format!("cannot write {}", path.display()))
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is broken", path.display()))
}

fn remove(folder: &Path) -> Result<()> {
    match folder.exists() {
        true => fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display())),
        false => Ok(()),
    }
}
