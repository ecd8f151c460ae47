//! All controls, in order.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

use crate::{
    Draws, Nucleus, Seen, frequency_penalty, greedy, min_p, presence_penalty,
    repetition_penalty, temperature, top_k, top_p,
};

// ANCHOR: sampling
/// How the next token is chosen. What is left at its default does nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sampling {
    /// Above 0; 0 takes the likeliest token
    pub temperature: f64,
    /// How many tokens stay, at least 1
    pub top_k: Option<i64>,
    /// Chance of the tokens that stay, above 0 and at most 1
    pub top_p: Option<f64>,
    /// Whether the token that crosses `top_p` stays
    pub nucleus: Nucleus,
    /// Share of the best chance that a token needs to stay, from 0 to 1
    pub min_p: Option<f64>,
    /// Divides the scores of tokens in prompt and text; above 0, and 1 does nothing
    pub repetition_penalty: f64,
    /// Taken once from the score of each token in the text; 0 does nothing
    pub presence_penalty: f64,
    /// Taken from a token's score for each time it is in the text; 0 does nothing
    pub frequency_penalty: f64,
}
// ANCHOR_END: sampling

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_k: None,
            top_p: None,
            nucleus: Nucleus::Reach,
            min_p: None,
            repetition_penalty: 1.0,
            presence_penalty: 0.0,
            frequency_penalty: 0.0,
        }
    }
}

impl Sampling {
    /// Always the likeliest token.
    pub fn greedy() -> Self {
        Self { temperature: 0.0, ..Self::default() }
    }

    /// Checks that the settings make sense.
    ///
    /// # Errors
    /// With a sentence that names the setting.
    pub fn validate(&self) -> Result<()> {
        let t = self.temperature;
        ensure!(
            t >= 0.0 && t.is_finite(),
            "the temperature must be 0, which takes the likeliest token, or above, not {t}"
        );
        if let Some(k) = self.top_k {
            ensure!(k >= 1, "top-k must keep at least 1 token, not {k}");
        }
        if let Some(p) = self.top_p {
            ensure!(
                p > 0.0 && p <= 1.0,
                "top-p must be above 0 and at most 1, not {p}"
            );
        }
        if let Some(share) = self.min_p {
            ensure!(
                (0.0..=1.0).contains(&share),
                "min-p must be from 0 to 1, not {share}"
            );
        }
        let penalty = self.repetition_penalty;
        ensure!(
            penalty > 0.0 && penalty.is_finite(),
            "the repetition penalty must be above 0, and 1 does nothing; not {penalty}"
        );
        for (name, penalty) in [
            ("presence", self.presence_penalty),
            ("frequency", self.frequency_penalty),
        ] {
            ensure!(
                penalty.is_finite(),
                "the {name} penalty must be a number, not {penalty}"
            );
        }
        Ok(())
    }

    // ANCHOR: apply
    /// The logits that the choice is made from: `-∞` for what can't be chosen.
    ///
    /// # Shapes
    /// - `logits`: `(b, v)`
    /// - returns `(b, v)`
    ///
    /// # Panics
    /// When a setting is not [valid](Self::validate).
    pub fn apply(&self, logits: &Tensor, seen: &Seen) -> Tensor {
        let mut x = logits.shallow_clone(); // (b, v), in every line that follows
        x = repetition_penalty(&x, &seen.all(), self.repetition_penalty);
        x = presence_penalty(&x, &seen.written, self.presence_penalty);
        x = frequency_penalty(&x, &seen.written, self.frequency_penalty);
        if self.temperature > 0.0 {
            x = temperature(&x, self.temperature);
        }
        if let Some(k) = self.top_k {
            x = top_k(&x, k);
        }
        if let Some(p) = self.top_p {
            x = top_p(&x, p, self.nucleus);
        }
        if let Some(share) = self.min_p {
            x = min_p(&x, share);
        }
        x
    }
    // ANCHOR_END: apply
}

/// Chooses one token after another for every row of a batch, and remembers them.
#[derive(Debug)]
pub struct Sampler {
    sampling: Sampling,
    seen: Seen,
    draws: Draws,
}

impl Sampler {
    /// A sampler for texts that begin with what was `seen`.
    ///
    /// # Errors
    /// When a setting is not [valid](Sampling::validate).
    pub fn new(sampling: Sampling, seen: Seen, draws: Draws) -> Result<Self> {
        sampling.validate()?;
        Ok(Self { sampling, seen, draws })
    }

    // ANCHOR: next
    /// The next token of every row.
    ///
    /// The scores of one token are few, so all of this happens on the CPU, in f32:
    /// the same choice on every device and in every precision, as far as the scores
    /// agree.
    ///
    /// # Shapes
    /// - `logits`: `(b, v)`
    /// - returns `(b)`, `Int64`, on the CPU
    ///
    /// # Errors
    /// When a row has no finite best score, as a broken model's.
    pub fn next(&mut self, logits: &Tensor) -> Result<Tensor> {
        let logits = logits.detach().to_device(Device::Cpu).to_kind(Kind::Float);
        let best = logits.amax([-1i64], false); // (b); NaN if the row has one
        ensure!(
            best.isfinite().all().int64_value(&[]) == 1,
            "the model's scores are no numbers: are its weights broken?"
        );
        let logits = self.sampling.apply(&logits, &self.seen);
        let next = match self.sampling.temperature {
            0.0 => greedy(&logits),
            _ => self.draws.draw(&logits),
        };
        self.seen.push(&next);
        Ok(next)
    }
    // ANCHOR_END: next
}
