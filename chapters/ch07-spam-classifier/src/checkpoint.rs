//! Keeping a filter: a folder that Hugging Face's
//! `GPT2ForSequenceClassification.from_pretrained` opens too.
//!
//! ```text
//! config.json              the model's sizes, its classes and its padding
//! model.safetensors        its weights, in f32, by Hugging Face's names
//! vocab.json, merges.txt   the tokenizer
//! training.json            where it comes from: data, seed, what the run was made of
//! metrics.jsonl            one line for each epoch
//! loss.svg, accuracy.svg   the same as curves, with their numbers as .csv
//! ```

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use ch04::Gpt2Config;
use ch05::{Checkpoint, write_tensors};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tch::Device;

use crate::{CLASSES, Measurement, SpamFilter, TrainConfig, draw_curves};

/// Hugging Face's name for a GPT-2 with a classifying head.
const ARCHITECTURE: &str = "GPT2ForSequenceClassification";

/// The output layer of a language model that has one of its own: the filter does not need it.
const LANGUAGE_HEAD: &str = "transformer.lm_head.weight";

/// Where a filter comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The checkpoint it started from, or "random weights"
    pub start: String,
    /// The messages it learned from
    pub data: String,
    /// The seed of the split: with it, the test messages are found again
    pub seed: i64,
    /// What the run was made of
    pub config: TrainConfig,
}

impl SpamFilter {
    /// Writes the filter to `folder`, in place of what was there. Its files are written into a
    /// new folder beside, which then takes the place: a reader never finds half of a checkpoint.
    ///
    /// # Errors
    /// When something can't be written; the sentence names it.
    pub fn save(
        &self,
        folder: &Path,
        origin: &Origin,
        measurements: &[Measurement],
    ) -> Result<()> {
        Checkpoint::new(folder).replace(|new| {
            write_json(&new.join("config.json"), &self.hugging_face_config())?;
            let mut weights = self.weights();
            weights.remove(LANGUAGE_HEAD);
            let weights: Vec<_> = weights.into_iter().collect();
            write_tensors(&new.join("model.safetensors"), &weights)?;
            self.tokenizer.save(new)?;
            write_json(&new.join("training.json"), &serde_json::to_value(origin)?)?;
            let lines = measurements.iter().map(serde_json::to_string);
            let lines = lines.collect::<Result<Vec<_>, _>>()?.join("\n") + "\n";
            fs::write(new.join("metrics.jsonl"), lines)
                .with_context(|| format!("cannot write into {}", new.display()))?;
            draw_curves(new, measurements)
        })
    }

    /// The filter in `folder`, in f32.
    ///
    /// # Errors
    /// When a file is missing or broken, or the model there is no classifier of two classes.
    pub fn load(folder: &Path, device: Device) -> Result<Self> {
        let path = folder.join("config.json");
        let json = read_json(&path)?;
        let broken = || format!("{} is broken", path.display());
        ensure!(
            json["architectures"] == json!([ARCHITECTURE]),
            "{} is no {ARCHITECTURE}: `cargo run --release -p ch07` trains one",
            path.display()
        );
        let config: Gpt2Config =
            serde_json::from_value(json).with_context(broken)?;
        let config = Gpt2Config { tie_word_embeddings: true, ..config };
        let tokenizer = ch06::load_tokenizer(folder, &config)?;
        let mut filter =
            Self::random(&config, tokenizer, device).with_context(broken)?;
        let path = folder.join("model.safetensors");
        filter.variables.load(&path).with_context(|| {
            format!("{} does not fit config.json", path.display())
        })?;
        Ok(filter)
    }

    /// `config.json` as transformers reads it.
    fn hugging_face_config(&self) -> Value {
        let mut json = json!(self.classifier.config());
        json["model_type"] = json!(self.classifier.config().model_type());
        json["architectures"] = json!([ARCHITECTURE]);
        json["tie_word_embeddings"] = json!(true);
        json["num_labels"] = json!(CLASSES.len());
        json["id2label"] = json!({"0": CLASSES[0], "1": CLASSES[1]});
        json["label2id"] = json!({CLASSES[0]: 0, CLASSES[1]: 1});
        for id in ["pad_token_id", "bos_token_id", "eos_token_id"] {
            json[id] = json!(self.pad());
        }
        json
    }
}

/// Where the filter in `folder` comes from.
///
/// # Errors
/// When `training.json` is missing or broken.
pub fn origin(folder: &Path) -> Result<Origin> {
    let path = folder.join("training.json");
    serde_json::from_value(read_json(&path)?)
        .with_context(|| format!("{} is broken", path.display()))
}

fn write_json(path: &Path, value: &Value) -> Result<()> {
    fs::write(path, serde_json::to_string_pretty(value)?)
        .with_context(|| format!("cannot write {}", path.display()))
}

fn read_json(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is broken", path.display()))
}
