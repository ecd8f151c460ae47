//! Looking for good numbers: many short runs, each with its own.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::{Algorithm, Texts, TrainConfig, Trainer};

/// What is tried.
#[derive(Clone, Debug)]
pub struct Search {
    /// What all runs share
    pub base: TrainConfig,
    /// Peaks of the learning rate
    pub rates: Vec<f64>,
    /// Windows in a batch
    pub batch_sizes: Vec<usize>,
    /// How gradients become steps
    pub algorithms: Vec<Algorithm>,
    /// Shares that fade away
    pub weight_decays: Vec<f64>,
}

impl Search {
    /// Each with each: a *grid*.
    pub fn grid(&self) -> Vec<TrainConfig> {
        let mut runs = Vec::new();
        for &algorithm in &self.algorithms {
            for &weight_decay in &self.weight_decays {
                for &batch_size in &self.batch_sizes {
                    let run =
                        |&rate| self.run(rate, batch_size, algorithm, weight_decay);
                    runs.extend(self.rates.iter().map(run));
                }
            }
        }
        runs
    }

    // ANCHOR: random
    /// So many runs by chance: each rate lies anywhere between the smallest and the largest, and
    /// everything else is one of those listed.
    ///
    /// Of nine runs on a grid of three by three, only three have a rate of their own. Nine by
    /// chance have nine. If the rate is what matters, that is three times as fine.
    ///
    /// Source: Bergstra and Bengio (2012), "Random Search for Hyper-Parameter Optimization".
    pub fn random(&self, count: usize, seed: u64) -> Vec<TrainConfig> {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let lowest = self.rates.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = self.rates.iter().copied().fold(0.0, f64::max);
        let mut run = || {
            let rate = log_uniform(chance.random(), lowest, highest);
            Some(self.run(
                three_digits(rate),
                *self.batch_sizes.choose(&mut chance)?,
                *self.algorithms.choose(&mut chance)?,
                *self.weight_decays.choose(&mut chance)?,
            ))
        };
        (0..count).map_while(|_| run()).collect()
    }
    // ANCHOR_END: random

    fn run(
        &self,
        rate: f64,
        batch_size: usize,
        algorithm: Algorithm,
        weight_decay: f64,
    ) -> TrainConfig {
        let schedule = self.base.schedule;
        let schedule = schedule.scaled(rate, schedule.steps);
        TrainConfig { schedule, batch_size, algorithm, weight_decay, ..self.base }
    }
}

// ANCHOR: log_uniform
/// The number that lies at `share`, from 0 to 1, of the way from `lowest` to `highest`, where
/// equal parts of the way are equal factors.
pub fn log_uniform(share: f64, lowest: f64, highest: f64) -> f64 {
    lowest * (highest / lowest).powf(share)
}
// ANCHOR_END: log_uniform

/// Enough for a rate, and good to read.
fn three_digits(number: f64) -> f64 {
    format!("{number:.2e}").parse().unwrap_or(number)
}

/// A run of a search, and how it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What it was made of
    pub config: TrainConfig,
    /// Mean loss of the last tenth of its steps; nothing if it diverged
    pub train_loss: Option<f64>,
    /// Loss on text it never trained on; nothing if it diverged
    pub validation_loss: Option<f64>,
    /// How long it took
    pub seconds: f64,
}

impl Trial {
    /// Trains to the end, and measures. Calls `each` after every step.
    ///
    /// All runs are measured on the same windows, whatever their own batch size. A loss that is
    /// not a number any more is a result, too.
    ///
    /// # Errors
    /// When the text is too short for one batch.
    pub fn run(
        mut trainer: Trainer,
        texts: &Texts,
        mut each: impl FnMut(),
    ) -> Result<Self> {
        let (config, since) = (trainer.config, Instant::now());
        let mut losses = Vec::new();
        for _ in 0..config.schedule.steps {
            let batches = trainer.batches(&*texts.training)?;
            let Ok(loss) = trainer.train_on_all(&batches) else {
                let seconds = since.elapsed().as_secs_f64();
                let (train_loss, validation_loss) = (None, None);
                return Ok(Self { config, train_loss, validation_loss, seconds });
            };
            losses.push(loss);
            each();
        }
        let preset = config.preset;
        let usual = preset.config(config.seed, config.precision).batch_size;
        trainer.config.batch_size = usual;
        let measured = trainer.evaluate(&texts.validation, preset.evaluation().1);
        let last = &losses[losses.len() - losses.len().div_ceil(10)..];
        let mean = last.iter().sum::<f64>() / last.len() as f64;
        Ok(Self {
            config,
            train_loss: Some(mean).filter(|loss| loss.is_finite()),
            validation_loss: Some(measured).filter(|loss| loss.is_finite()),
            seconds: since.elapsed().as_secs_f64(),
        })
    }
}

/// The runs that are done, in a file with one JSON object in each line.
#[derive(Debug)]
pub struct Results {
    path: PathBuf,
    trials: Vec<Trial>,
}

impl Results {
    /// Those in the file `path`, which need not exist yet.
    ///
    /// # Errors
    /// When it can't be read, or a line is no result of a search.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            text => {
                text.with_context(|| format!("cannot read {}", path.display()))?
            }
        };
        let parse = |(number, line): (usize, &str)| {
            serde_json::from_str(line).with_context(|| {
                let number = number + 1;
                format!("line {number} of {} is no result", path.display())
            })
        };
        let trials = text.lines().enumerate().map(parse).collect::<Result<_>>()?;
        Ok(Self { path, trials })
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of them, in the order in which they ended.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// The one made of exactly these numbers, if it is done.
    pub fn find(&self, config: &TrainConfig) -> Option<&Trial> {
        self.trials.iter().find(|trial| trial.config == *config)
    }

    /// Adds one, and writes the file anew: an interrupted search leaves whole lines.
    ///
    /// # Errors
    /// When it can't be written; the sentence names it.
    pub fn add(&mut self, trial: Trial) -> Result<()> {
        self.trials.push(trial);
        let lines = self.trials.iter().map(serde_json::to_string);
        let text = lines.collect::<Result<Vec<_>, _>>()?.join("\n") + "\n";
        let unfinished = self.path.with_added_extension("part");
        fs::write(&unfinished, text)
            .and_then(|()| fs::rename(&unfinished, &self.path))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}
