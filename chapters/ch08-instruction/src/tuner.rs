//! The loop: chapter 5's, on questions and answers.

use anyhow::{Context, Result, ensure};
use ch02::Batch;
use ch04::{Gpt2, Gpt2Config};
use ch05::{Algorithm, Optimizer, Precision, Schedule, descend};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use tch::Tensor;
use tch::nn::{ModuleT, VarStore};

use crate::{Assistant, Collate, Example, IGNORED, cross_entropy_ignoring};

/// The longest a gradient may be.
const CLIP: f64 = 1.0;

/// What a run is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TuneConfig {
    /// How often every example is seen
    pub epochs: usize,
    /// Examples in a batch
    pub batch_size: usize,
    /// The largest learning rate
    pub rate: f64,
    /// Share of a matrix that fades away in a step of learning rate 1
    pub weight_decay: f64,
    /// Share of entries set to 0 while training
    pub dropout: f64,
    /// Whether only the answers are learned
    pub mask_instruction: bool,
    /// Decides the order of the examples and the dropout
    pub seed: i64,
    /// Bits of a weight while training
    pub precision: Precision,
}

impl TuneConfig {
    /// Batches in an epoch over `examples`; the last may be smaller.
    pub fn steps_per_epoch(&self, examples: usize) -> usize {
        examples.div_ceil(self.batch_size)
    }

    /// Warm-up over the first twentieth, then a cosine down to a tenth.
    pub fn schedule(&self, examples: usize) -> Schedule {
        let steps = (self.epochs * self.steps_per_epoch(examples)) as i64;
        Schedule {
            peak: self.rate,
            floor: self.rate / 10.0,
            warmup: steps / 20,
            steps,
        }
    }
}

/// A model that is learning to answer.
#[derive(Debug)]
pub struct Tuner {
    /// The model
    pub model: Gpt2,
    /// Its parameters, by name
    pub variables: VarStore,
    /// What the run is made of
    pub config: TuneConfig,
    /// Steps done
    pub step: i64,
    optimizer: Optimizer,
    schedule: Schedule,
    collate: Collate,
}

impl Tuner {
    /// Begins with a copy of the weights of `pretrained`, for a run over `examples` examples.
    ///
    /// # Errors
    /// When there is nothing to train on, a number makes no sense, or the tokenizer has no end
    /// of text.
    pub fn new(
        pretrained: &Assistant,
        examples: usize,
        config: TuneConfig,
    ) -> Result<Self> {
        ensure!(examples > 0, "there are no examples to train on");
        ensure!(config.batch_size > 0, "a batch holds at least one example");
        let dropout = config.dropout;
        let sizes = Gpt2Config {
            embd_pdrop: dropout,
            attn_pdrop: dropout,
            resid_pdrop: dropout,
            ..pretrained.model.config().clone()
        };
        sizes.validate()?;
        let mut variables = VarStore::new(pretrained.model.device());
        let model = Gpt2::new(&variables.root(), &sizes);
        variables.copy(&pretrained.variables)?;
        let optimizer = Optimizer::new(
            &mut variables,
            Algorithm::Muon,
            config.precision,
            config.weight_decay,
        );
        let collate = Collate {
            end: pretrained.end()?,
            longest: Some(usize::try_from(sizes.n_positions)?),
            mask_instruction: config.mask_instruction,
        };
        let schedule = config.schedule(examples);
        Ok(Self { model, variables, config, step: 0, optimizer, schedule, collate })
    }

    /// The batch of the next step. Each epoch shows every example once, in an order that
    /// depends on the seed and the epoch.
    pub fn batch(&self, examples: &[Example]) -> Batch {
        let per_epoch = self.config.steps_per_epoch(examples.len());
        let step = usize::try_from(self.step).unwrap_or_default();
        let (epoch, place) = (step / per_epoch, step % per_epoch);
        let seed = self.config.seed.unsigned_abs().wrapping_add(epoch as u64);
        let mut order: Vec<&Example> = examples.iter().collect();
        order.shuffle(&mut StdRng::seed_from_u64(seed));
        let first = place * self.config.batch_size;
        let chosen = order.into_iter().skip(first).take(self.config.batch_size);
        let chosen: Vec<Example> = chosen.cloned().collect();
        self.collate.batch(&chosen, self.variables.device())
    }

    // ANCHOR: train_on
    /// Trains on one batch and returns its loss.
    ///
    /// # Errors
    /// When the loss or the gradient is not a number any more.
    pub fn train_on(&mut self, batch: &Batch) -> Result<f64> {
        // A seed for each step: dropout never depends on what was drawn before.
        tch::manual_seed(self.config.seed ^ ((self.step + 1) << 20));
        let loss = self.loss(batch, true);
        let rate = self.schedule.rate(self.step);
        let descent = descend(&mut self.optimizer, [loss], CLIP, rate)
            .with_context(|| {
                let step = self.step;
                format!("step {step} failed: try a smaller --lr or --precision f32")
            })?;
        self.step += 1;
        Ok(descent.loss)
    }

    fn loss(&self, batch: &Batch, train: bool) -> Tensor {
        let logits = self.model.forward_t(&batch.inputs, train); // (b, t, v)
        cross_entropy_ignoring(&logits, &batch.targets)
    }
    // ANCHOR_END: train_on

    /// The mean loss over all targets of `examples` that count, without dropout; `None` where
    /// there are none.
    pub fn evaluate(&self, examples: &[Example]) -> Option<f64> {
        let _no_grad = tch::no_grad_guard();
        let (mut sum, mut count) = (0.0, 0);
        for examples in examples.chunks(self.config.batch_size) {
            let batch = self.collate.batch(examples, self.variables.device());
            let counted = batch.targets.ne(IGNORED).sum(None).int64_value(&[]);
            sum += self.loss(&batch, false).double_value(&[]) * counted as f64;
            count += counted;
        }
        (count > 0).then(|| sum / count as f64)
    }
}
