//! The loop.

use anyhow::{Result, bail, ensure};
use ch02::{Batch, Batches, Windows};
use ch04::{Gpt2, Gpt2Config};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tch::nn::{ModuleT, VarStore};
use tch::{Device, Kind};

use crate::{Algorithm, Optimizer, Schedule, clip_gradients, cross_entropy};

/// How many bits a weight has while the model computes. The optimizer always keeps 32.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bits: the reference
    #[default]
    F32,
    /// 16 bits with f32's range and 8 bits for the digits: faster where the processor knows it
    Bf16,
}

impl Precision {
    /// The faster one on this processor: `Bf16` where it has instructions for it.
    pub fn fastest() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx512bf16") {
            return Self::Bf16;
        }
        Self::F32
    }

    /// The kind of a tensor with that many bits.
    pub fn kind(self) -> Kind {
        match self {
            Self::F32 => Kind::Float,
            Self::Bf16 => Kind::BFloat16,
        }
    }
}

/// What a run is made of. Two runs with the same numbers and the same text are the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainConfig {
    /// Learning rate over time, and the number of steps
    pub schedule: Schedule,
    /// How gradients become steps
    #[serde(default)]
    pub algorithm: Algorithm,
    /// Windows in a batch
    pub batch_size: usize,
    /// Share of a matrix that fades away in a step of learning rate 1
    pub weight_decay: f64,
    /// The longest a gradient may be
    pub clip: f64,
    /// Decides the start values, the order of the windows, and dropout
    pub seed: i64,
    /// Bits of a weight while computing
    pub precision: Precision,
}

/// What one look at the validation text says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Steps done before
    pub step: i64,
    /// Mean loss of the training batches since the last evaluation
    pub train_loss: f64,
    /// Loss on text the model never trains on
    pub validation_loss: f64,
}

/// A model on its way.
#[derive(Debug)]
pub struct Trainer {
    /// The model
    pub model: Gpt2,
    /// Its parameters, by name
    pub variables: VarStore,
    /// What moves the parameters
    pub optimizer: Optimizer,
    /// What the run is made of
    pub config: TrainConfig,
    /// Steps done
    pub step: i64,
}

impl Trainer {
    /// A model with random weights, ready for its first step.
    ///
    /// # Errors
    /// When the sizes don't fit together.
    pub fn new(
        model: &Gpt2Config,
        config: TrainConfig,
        device: Device,
    ) -> Result<Self> {
        model.validate()?;
        tch::manual_seed(config.seed);
        let variables = VarStore::new(device);
        let model = Gpt2::new(&variables.root(), model);
        Self::begin(variables, model, config)
    }

    /// A model with the weights that it has, ready for its first step.
    ///
    /// # Errors
    /// When there is no step to do.
    pub fn begin(
        mut variables: VarStore,
        model: Gpt2,
        config: TrainConfig,
    ) -> Result<Self> {
        ensure!(config.schedule.steps > 0, "a run has at least one step");
        let TrainConfig { algorithm, precision, weight_decay, .. } = config;
        let optimizer =
            Optimizer::new(&mut variables, algorithm, precision, weight_decay);
        Ok(Self { model, variables, optimizer, config, step: 0 })
    }

    // ANCHOR: train_on
    /// Trains on one batch and returns its loss.
    ///
    /// # Errors
    /// When the loss or the gradient is not a number any more.
    pub fn train_on(&mut self, batch: &Batch) -> Result<f64> {
        // A seed for each step: dropout is the same after an interruption.
        tch::manual_seed(self.config.seed ^ ((self.step + 1) << 20));
        self.optimizer.zero_grad();
        let logits = self.model.forward_t(&batch.inputs, true); // (b, t, v)
        let loss = cross_entropy(&logits, &batch.targets);
        loss.backward();
        let length = clip_gradients(&self.optimizer.parameters(), self.config.clip);
        let loss = loss.double_value(&[]);
        if !(loss.is_finite() && length.is_finite()) {
            bail!(
                "step {}: the loss is {loss} and the gradient's length {length}: begin anew \
                 with another --seed or --precision f32",
                self.step
            );
        }
        self.optimizer.step(self.config.schedule.rate(self.step));
        self.step += 1;
        Ok(loss)
    }
    // ANCHOR_END: train_on

    /// The batch of step `step`. Each epoch shows every window once, in an order of its own that
    /// depends on the seed alone, so a run can go on from any step.
    ///
    /// # Errors
    /// When the text is too short for one batch.
    pub fn batch(&self, windows: &Windows) -> Result<Batch> {
        let per_epoch = windows.len() / self.config.batch_size;
        ensure!(
            per_epoch > 0,
            "the text is too short for one batch of {}",
            self.config.batch_size
        );
        let step = usize::try_from(self.step)?;
        let (epoch, place) = (step / per_epoch, step % per_epoch);
        let seed = self.config.seed.unsigned_abs().wrapping_add(epoch as u64);
        let device = self.variables.device();
        Ok(Batches::shuffled(windows, self.config.batch_size, seed, device)
            .get(place))
    }

    /// The mean loss over the first `count` batches of `windows`, without dropout.
    pub fn evaluate(&self, windows: &Windows, count: usize) -> f64 {
        let batches = Batches::in_order(
            windows,
            self.config.batch_size,
            self.variables.device(),
        );
        let losses: Vec<f64> = tch::no_grad(|| {
            let batches = batches.iter().take(count);
            let loss = |batch: Batch| {
                let logits = self.model.forward_t(&batch.inputs, false);
                cross_entropy(&logits, &batch.targets).double_value(&[])
            };
            batches.map(loss).collect()
        });
        losses.iter().sum::<f64>() / losses.len() as f64
    }
}
