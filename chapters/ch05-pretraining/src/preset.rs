//! Runs by name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use ch01::{END_OF_TEXT, Tokenizer, Vocabulary};
use ch02::Windows;
use ch03::Kernel;
use ch04::{FeedForwardKind, Gpt2, Gpt2Config, PositionKind, Size};
use clap::ValueEnum;
use datasets::stories::Grammar;
use datasets::{DATA_VARIABLE, Loaded, Source};
use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};

use crate::stories::{
    CONTEXT, read_stories, stories_config, stories_model, stories_tokenizer,
    stories_trainer, tell, write,
};
use crate::text::{prepare, read_shards};
use crate::{Algorithm, Precision, Schedule, TrainConfig, Trainer, TrainingText};

/// A text, a tokenizer and a model that fit together, and how they are trained.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Built-in stories, 3.8 million parameters: tells a story after some three minutes
    #[default]
    Stories,
    /// Shakespeare, byte by byte, 10.7 million parameters: Karpathy's ladder at its top
    CharShakespeare,
    /// The same text and size, trained by everything later found: an hour instead of four
    CharSpeedrun,
    /// GPT-2 and one short story: how a large model learns a small text by heart
    Verdict,
    /// Books in token shards, 17.7 million parameters: GPT-2's tokens on two cores
    Books,
    /// GPT-2 124M as OpenAI sized it, for a large text and a GPU
    #[value(name = "gpt2-124m")]
    #[serde(rename = "gpt2-124m")]
    Gpt2,
}

/// What a reader of a text may learn from, and what is kept to measure with.
#[derive(Debug)]
pub struct Texts {
    /// Windows to train on
    pub training: Box<dyn TrainingText>,
    /// Windows to measure with
    pub validation: Windows,
    /// Where the text came from
    pub source: Source,
}

impl Texts {
    /// A number that is another one for another text to train on.
    pub fn fingerprint(&self) -> u32 {
        self.training.fingerprint()
    }
}

impl Preset {
    /// The name as it is typed.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |it| it.get_name().into())
    }

    /// The model's sizes.
    pub fn model(self) -> Gpt2Config {
        match self {
            Self::Stories => stories_model(),
            // Karpathy (2023), nanoGPT's train_shakespeare_char, over all bytes.
            Self::CharShakespeare => Gpt2Config {
                vocab_size: 257,
                n_positions: 256,
                n_embd: 384,
                n_layer: 6,
                n_head: 6,
                embd_pdrop: 0.2,
                attn_pdrop: 0.2,
                resid_pdrop: 0.2,
                ..Gpt2Config::default()
            },
            // ANCHOR: speedrun_model
            Self::CharSpeedrun => Gpt2Config {
                positions: PositionKind::Rotary,
                feed_forward: FeedForwardKind::SwiGlu,
                attn_pdrop: 0.0,
                attention_kernel: Kernel::Explicit,
                ..Self::CharShakespeare.model()
            },
            // ANCHOR_END: speedrun_model
            // Raschka (2024), section 5.1: a head of its own and short windows.
            Self::Verdict => Gpt2Config {
                n_positions: 256,
                qkv_bias: false,
                tie_word_embeddings: false,
                ..Gpt2Config::released(Size::Gpt2)
            },
            // Half of it is the table of GPT-2's 50,257 tokens.
            Self::Books => Gpt2Config {
                n_positions: 256,
                n_embd: 256,
                n_layer: 6,
                n_head: 4,
                // A sum over 256 channels needs larger weights than one over 768.
                initializer_range: 0.05,
                embd_pdrop: 0.0,
                attn_pdrop: 0.0,
                resid_pdrop: 0.0,
                ..Gpt2Config::default()
            },
            Self::Gpt2 => Gpt2Config {
                embd_pdrop: 0.0,
                attn_pdrop: 0.0,
                resid_pdrop: 0.0,
                ..Gpt2Config::released(Size::Gpt2)
            },
        }
    }

    /// How the model is trained, unless the command line says otherwise.
    pub fn config(self, seed: i64, precision: Precision) -> TrainConfig {
        let stories = stories_config(1800, 3, seed, precision);
        match self {
            Self::Stories => stories,
            Self::CharShakespeare => TrainConfig {
                schedule: Schedule {
                    peak: 1e-3,
                    floor: 1e-4,
                    warmup: 100,
                    steps: 5000,
                },
                algorithm: Algorithm::AdamW,
                batch_size: 64,
                preset: self,
                ..stories
            },
            // ANCHOR: speedrun_config
            Self::CharSpeedrun => TrainConfig {
                schedule: Schedule {
                    peak: 6e-3,
                    floor: 6e-5,
                    warmup: 100,
                    steps: 3200,
                },
                algorithm: Algorithm::MuonBlocks,
                batch_size: 16,
                preset: self,
                ..stories
            },
            // ANCHOR_END: speedrun_config
            // Ten epochs of nine batches, at one rate.
            Self::Verdict => TrainConfig {
                schedule: Schedule {
                    peak: 4e-4,
                    floor: 4e-4,
                    warmup: 0,
                    steps: 90,
                },
                algorithm: Algorithm::AdamW,
                batch_size: 2,
                preset: self,
                ..stories
            },
            Self::Books => TrainConfig {
                schedule: Schedule {
                    peak: 1e-3,
                    floor: 1e-4,
                    warmup: 100,
                    steps: 2000,
                },
                algorithm: Algorithm::AdamW,
                batch_size: 8,
                preset: self,
                ..stories
            },
            // Brown et al. (2020), table 2.1 and appendix B; half a million tokens a step.
            Self::Gpt2 => TrainConfig {
                schedule: Schedule {
                    peak: 6e-4,
                    floor: 6e-5,
                    warmup: 715,
                    steps: 19_073,
                },
                algorithm: Algorithm::AdamW,
                batch_size: 4,
                accumulate: 128,
                preset: self,
                ..stories
            },
        }
    }

    /// Steps between two evaluations, and batches in each.
    pub fn evaluation(self) -> (i64, usize) {
        match self {
            Self::Stories => (200, 20),
            Self::CharShakespeare => (250, 6),
            Self::CharSpeedrun => (400, 28), // the whole validation text
            Self::Verdict => (5, 5),
            Self::Books => (200, 10),
            Self::Gpt2 => (250, 20),
        }
    }

    /// What the model writes with.
    ///
    /// # Errors
    /// None, as long as the built-in data is sound.
    pub fn tokenizer(self, seed: i64) -> Result<Tokenizer> {
        match self {
            Self::Stories => stories_tokenizer(seed),
            Self::CharShakespeare | Self::CharSpeedrun => {
                let bytes = (0..=u8::MAX).map(|byte| vec![byte]).collect();
                Ok(Tokenizer::new(Vocabulary::new(bytes), &[END_OF_TEXT]))
            }
            Self::Verdict | Self::Books | Self::Gpt2 => Ok(Tokenizer::gpt2()),
        }
    }

    /// The model with random weights, ready for its first step.
    ///
    /// # Errors
    /// When there is no step to do.
    pub fn trainer(self, config: TrainConfig, device: Device) -> Result<Trainer> {
        self.trainer_of(&self.model(), config, device)
    }

    /// As [`trainer`](Self::trainer), of a model that differs from [`model`](Self::model).
    ///
    /// # Errors
    /// When there is no step to do, or the sizes don't fit together.
    pub fn trainer_of(
        self,
        model: &Gpt2Config,
        config: TrainConfig,
        device: Device,
    ) -> Result<Trainer> {
        match self {
            Self::Stories => stories_trainer(model, config, device),
            Self::Verdict => verdict_trainer(model, config, device),
            _ => Trainer::new(model, config, device),
        }
    }

    /// The text, cut into windows: enough for the run `config`, and some to measure with.
    ///
    /// # Errors
    /// When `data` is named and lacks the text, or the text is too short to be cut.
    pub fn read(
        self,
        tokenizer: &Tokenizer,
        config: &TrainConfig,
        data: Option<&Path>,
    ) -> Result<Texts> {
        let context = usize::try_from(self.model().n_positions)?;
        let Loaded { value: text, source } = match self {
            Self::Stories => {
                let steps = usize::try_from(config.schedule.steps)?;
                let count = config.windows_per_step() * steps;
                let (training, validation) =
                    read_stories(tokenizer, config.seed, count);
                let training = Box::new(training);
                let source = Source::built_in("stories");
                return Ok(Texts { training, validation, source });
            }
            Self::CharShakespeare | Self::CharSpeedrun => shakespeare(data)?,
            Self::Verdict => datasets::text("the-verdict.txt", data)?,
            Self::Books | Self::Gpt2 => {
                if let Some(folder) = shards(data)? {
                    let (training, validation) =
                        read_shards(&folder, tokenizer, context)?;
                    let training = Box::new(training);
                    let source = Source::File(folder);
                    return Ok(Texts { training, validation, source });
                }
                text_or_stories("text.txt", data)
                    .with_context(|| no_shards(data))?
            }
        };
        // Many places where a window may begin, where the text is seen many times.
        let stride = match self {
            Self::CharShakespeare | Self::CharSpeedrun => context / 4,
            _ => context,
        };
        let (training, validation) = split(tokenizer, &text, context, stride);
        let training = Box::new(training);
        Ok(Texts { training, validation, source })
    }

    /// At most `tokens` tokens that the model writes after `prompt`.
    ///
    /// # Errors
    /// When the tokenizer is another model's.
    pub fn write(
        self,
        model: &Gpt2,
        tokenizer: &Tokenizer,
        prompt: Option<&str>,
        tokens: usize,
        seed: i64,
    ) -> Result<String> {
        match self {
            Self::Stories | Self::Books | Self::Gpt2 => {
                tell(model, tokenizer, prompt.unwrap_or_default(), tokens, seed)
            }
            Self::CharShakespeare | Self::CharSpeedrun => {
                write(model, tokenizer, &[], prompt.unwrap_or("\n"), tokens, seed)
            }
            Self::Verdict => {
                let prompt = prompt.unwrap_or("Every effort moves you");
                write(model, tokenizer, &[], prompt, tokens, seed)
            }
        }
    }

    /// The longest text to write at the end of a run, in tokens.
    pub fn longest(self) -> usize {
        match self {
            Self::Stories => CONTEXT + 16,
            Self::CharShakespeare | Self::CharSpeedrun => 500,
            Self::Verdict => 50,
            Self::Books | Self::Gpt2 => 100,
        }
    }
}

/// A model that starts as in the book that this run is from: with PyTorch's start values, whose
/// tables are fifty times as large as GPT-2's. It learns its text by heart within ten epochs.
fn verdict_trainer(
    sizes: &Gpt2Config,
    config: TrainConfig,
    device: Device,
) -> Result<Trainer> {
    Trainer::started(sizes, config, device, |variables| {
        let by_name: BTreeMap<_, _> = variables.variables().into_iter().collect();
        for (name, tensor) in &by_name {
            let mut tensor = tensor.detach();
            let _ = match name.as_str() {
                name if name.contains("ln_") => continue,
                "wte.weight" | "wpe.weight" => tensor.normal_(0.0, 1.0),
                "lm_head.weight" => start_layer(&mut tensor, sizes.n_embd),
                name => {
                    let weight = &by_name[&name.replace(".bias", ".weight")];
                    start_layer(&mut tensor, weight.size()[0]) // (c_in, c_out)
                }
            };
        }
    })
}

/// What `torch.nn.Linear` starts a layer of so many inputs with.
fn start_layer(tensor: &mut Tensor, inputs: i64) -> Tensor {
    let bound = 1.0 / (inputs as f64).sqrt();
    tensor.uniform_(-bound, bound)
}

/// A megabyte of Shakespeare, or where there is none a megabyte of built-in stories.
///
/// # Errors
/// When `data` is named and lacks `tinyshakespeare.txt`, or that is not UTF-8 text.
pub fn shakespeare(data: Option<&Path>) -> Result<Loaded<String>> {
    text_or_stories("tinyshakespeare.txt", data)
}

/// The reader's text, or built-in stories: one short story would be learned by heart at once.
fn text_or_stories(file: &str, data: Option<&Path>) -> Result<Loaded<String>> {
    let mut loaded = datasets::text(file, data)?;
    if let Source::BuiltIn { what, .. } = &mut loaded.source {
        *what = "stories";
        loaded.value = Grammar::new(1).take(900).collect::<Vec<_>>().join("\n\n");
    }
    Ok(loaded)
}

/// The folder with token shards in `train` and `val`, if there are any: the one that `data`
/// names, else the reader's.
fn shards(data: Option<&Path>) -> Result<Option<PathBuf>> {
    let variable = || std::env::var_os(DATA_VARIABLE).filter(|it| !it.is_empty());
    let folder = data.map(Path::to_path_buf).or_else(|| variable().map(Into::into));
    let Some(folder) = folder else { return Ok(None) };
    let holds = |name: &str| folder.join(name).join("manifest.json").is_file();
    let found = ["train", "val"].map(holds);
    ensure!(
        found != [true, false] && found != [false, true],
        "{} holds shards to train on or to measure with, not both: `{}` makes the others",
        folder.display(),
        prepare(&folder, if found[0] { "val" } else { "train" })
    );
    Ok(found[0].then_some(folder))
}

/// How to get shards where there are none.
fn no_shards(data: Option<&Path>) -> String {
    let folder = data.unwrap_or(Path::new("DIR"));
    format!(
        "no token shards in {}: `{}` makes them, and the same with {} those to measure with",
        folder.display(),
        prepare(folder, "train"),
        folder.join("val").display()
    )
}

/// Windows over the first nine tenths of a text, and over the rest.
fn split(
    tokenizer: &Tokenizer,
    text: &str,
    context: usize,
    stride: usize,
) -> (Windows, Windows) {
    let characters = text.chars().count() * 9 / 10;
    let border =
        text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    let (training, validation) = text.split_at(border);
    (
        Windows::new(tokenizer.encode(training), context, stride),
        Windows::new(tokenizer.encode(validation), context, context),
    )
}
