//! What `ladder` and `variants` have in common: the same model several times, with other seeds.

use std::path::Path;

use anyhow::Result;
use ch01::CharacterTokenizer;
use ch05::{Characters, Outcome, shakespeare};
use datasets::Loaded;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tch::Device;

/// All runs of a model.
pub struct Trials {
    /// The model's name
    pub name: String,
    /// What each run came to, by seed
    pub outcomes: Vec<Outcome>,
}

impl Trials {
    /// Runs with the seeds 1, 2, … up to `seeds`.
    pub fn run(
        name: String,
        seeds: i64,
        run: impl Fn(i64) -> Result<Outcome>,
    ) -> Result<Self> {
        let outcomes = (1..=seeds).map(run).collect::<Result<_>>()?;
        Ok(Self { name, outcomes })
    }

    /// Trained numbers.
    pub fn parameters(&self) -> usize {
        self.outcomes.first().map_or(0, |outcome| outcome.parameters)
    }

    /// The validation losses, by seed.
    pub fn validation(&self) -> impl Iterator<Item = f64> + Clone {
        self.outcomes.iter().map(|it| it.validation_loss)
    }

    /// The beginning of a line of the table: name, parameters, losses.
    pub fn line(&self) -> String {
        let (mean, deviation) = spread(self.validation());
        let (training, _) = spread(self.outcomes.iter().map(|it| it.train_loss));
        format!(
            "{:<13}{:>11}{training:>11.3}{mean:>11.3} ± {deviation:.3}",
            self.name,
            self.parameters()
        )
    }

    /// The headings above [`line`](Self::line).
    pub const HEAD: &str = "parameters   training   validation      ";

    pub fn to_json(&self, kind: &str) -> Value {
        let (mean, deviation) = spread(self.validation());
        json!({
            kind: self.name,
            "parameters": self.parameters(),
            "validation": self.validation().collect::<Vec<_>>(),
            "mean": mean,
            "standard_deviation": deviation,
        })
    }
}

/// Shakespeare, or what stands in for it, character by character.
pub fn read_characters(data: Option<&Path>, device: Device) -> Result<Characters> {
    let Loaded { value: text, source } = shakespeare(data)?;
    eprintln!("{}", source.note());
    let tokenizer = CharacterTokenizer::new(&text);
    let ids = tokenizer.encode(&text)?;
    Characters::new(&ids, tokenizer.vocab_size(), device)
}

/// The mean, and how far a value is from it typically: the standard deviation of the sample.
pub fn spread(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let squares = values.map(|value| (value - mean).powi(2)).sum::<f64>();
    (mean, (squares / (n - 1.0).max(1.0)).sqrt())
}

pub fn progress_bar(runs: u64, steps: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:30} {msg}, {per_sec}, {eta} left");
    let bar = ProgressBar::new(runs * steps as u64);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
