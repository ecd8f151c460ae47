//! The loop.

use anyhow::{Context, Result, ensure};
use ch02::{Batch, Batches, Windows};
use ch04::{Gpt2, Gpt2Config};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tch::nn::{ModuleT, VarStore};
use tch::{Device, Kind, Tensor};

use crate::head_loss::{HEAD_ROWS, are_many_logits};
use crate::{
    Algorithm, ByHand, Loss, Optimizer, Preset, Schedule, TrainingText,
    cross_entropy, descend, head_loss,
};

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
    /// Batches in a step, worked on one after the other
    #[serde(default = "one")]
    pub accumulate: usize,
    /// Share of a matrix that fades away in a step of learning rate 1
    pub weight_decay: f64,
    /// The longest a gradient may be
    pub clip: f64,
    /// Decides the start values, the order of the windows, and dropout
    pub seed: i64,
    /// Bits of a weight while computing
    pub precision: Precision,
    /// The text, the tokenizer and the model
    #[serde(default)]
    pub preset: Preset,
    /// [`Texts::fingerprint`](crate::Texts::fingerprint), so that a run goes on with its own
    /// text; 0 where nobody took it
    #[serde(default)]
    pub text: u32,
}

/// What older checkpoints, which do not say it, accumulated.
fn one() -> usize {
    1
}

impl TrainConfig {
    /// Windows in a step.
    pub fn windows_per_step(&self) -> usize {
        self.batch_size * self.accumulate
    }
}

/// What one look at the validation text says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Steps done before
    pub step: i64,
    /// Mean loss of the training batches since the last evaluation
    pub train_loss: f64,
    /// Loss on text the model never trains on
    pub validation_loss: f64,
    /// The longest gradient since the last evaluation, before it was clipped
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gradient: Option<f64>,
    /// Learning rate of the last step
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
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
    /// Length of the last step's gradient, before it was clipped
    pub gradient: f64,
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
        Self::started(model, config, device, |_| ())
    }

    /// As [`new`](Self::new), with other start values: `start` changes the random ones.
    ///
    /// # Errors
    /// When the sizes don't fit together.
    pub fn started(
        model: &Gpt2Config,
        config: TrainConfig,
        device: Device,
        start: impl FnOnce(&VarStore),
    ) -> Result<Self> {
        model.validate()?;
        tch::manual_seed(config.seed);
        let variables = VarStore::new(device);
        let model = Gpt2::new(&variables.root(), model);
        tch::no_grad(|| start(&variables));
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
        ensure!(config.accumulate > 0, "a step has at least one batch");
        let TrainConfig { algorithm, precision, weight_decay, .. } = config;
        let optimizer =
            Optimizer::new(&mut variables, algorithm, precision, weight_decay);
        Ok(Self { model, variables, optimizer, config, step: 0, gradient: 0.0 })
    }

    /// Trains on one batch and returns its loss.
    ///
    /// # Errors
    /// When the loss or the gradient is not a number any more.
    pub fn train_on(&mut self, batch: &Batch) -> Result<f64> {
        self.train_on_all(std::slice::from_ref(batch))
    }

    // ANCHOR: train_on
    /// Trains on some batches as if they were one, and returns their mean loss.
    ///
    /// # Errors
    /// When the loss or the gradient is not a number any more.
    pub fn train_on_all(&mut self, batches: &[Batch]) -> Result<f64> {
        // A seed for each step: dropout is the same after an interruption.
        tch::manual_seed(self.config.seed ^ ((self.step + 1) << 20));
        let share = 1.0 / batches.len() as f64;
        let losses = batches
            .iter()
            .map(|batch| training_loss(&self.model, &self.variables, batch, share));
        let rate = self.config.schedule.rate(self.step);
        let descent = descend(&mut self.optimizer, losses, self.config.clip, rate)
            .with_context(|| format!("step {} went wrong", self.step))?;
        self.step += 1;
        self.gradient = descent.gradient;
        Ok(descent.loss)
    }
    // ANCHOR_END: train_on

    /// The loss of a batch, to be trained on.
    pub fn forward(&self, batch: &Batch) -> Loss {
        training_loss(&self.model, &self.variables, batch, 1.0)
    }

    /// The loss of a batch, with or without dropout.
    pub fn loss(&self, batch: &Batch, train: bool) -> Tensor {
        loss(&self.model, batch, train)
    }

    /// The batch of step `step`; with [`accumulate`](TrainConfig::accumulate) its first part.
    ///
    /// # Errors
    /// When the text is too short for one batch.
    pub fn batch(&self, text: &dyn TrainingText) -> Result<Batch> {
        let step = usize::try_from(self.step)?;
        let place = step * self.config.accumulate;
        text.batch_at(place, &self.config, self.variables.device())
    }

    /// All batches of step `step`.
    ///
    /// # Errors
    /// When the text is too short for one batch.
    pub fn batches(&self, text: &dyn TrainingText) -> Result<Vec<Batch>> {
        let first = usize::try_from(self.step)? * self.config.accumulate;
        let places = first..first + self.config.accumulate;
        let device = self.variables.device();
        places.map(|place| text.batch_at(place, &self.config, device)).collect()
    }

    /// The mean loss over the first `count` batches of `windows`, without dropout. A text
    /// shorter than a batch is one batch.
    pub fn evaluate(&self, windows: &Windows, count: usize) -> f64 {
        let batch_size = self.config.batch_size.min(windows.len()).max(1);
        let device = self.variables.device();
        let batches = Batches::in_order(windows, batch_size, device);
        let losses: Vec<f64> = tch::no_grad(|| {
            let batches = batches.iter().take(count);
            let measure = |batch| self.loss(&batch, false).double_value(&[]);
            batches.map(measure).collect()
        });
        losses.iter().sum::<f64>() / losses.len() as f64
    }
}

// ANCHOR: training_loss
/// The loss of a batch times `share`. Where the logits are many, a GPT-2 on the CPU finds its way
/// back by hand, in less memory. A GPU has faster kernels than ours.
fn training_loss(
    model: &Gpt2,
    variables: &VarStore,
    batch: &Batch,
    share: f64,
) -> Loss {
    let config = model.config();
    let is_worth_it = model.device() == Device::Cpu
        && are_many_logits(batch.inputs.numel(), config.vocab_size);
    if is_worth_it && let Some(by_hand) = ByHand::of(variables, config) {
        let forward = by_hand.forward(batch, share, HEAD_ROWS);
        return Loss::ByHand(by_hand, forward);
    }
    Loss::Graph(loss(model, batch, true) * share)
}
// ANCHOR_END: training_loss

/// The loss of a batch. While training, logits that would be too many are made in parts.
fn loss(model: &Gpt2, batch: &Batch, train: bool) -> Tensor {
    let Batch { inputs, targets } = batch;
    if !train || !are_many_logits(inputs.numel(), model.config().vocab_size) {
        return cross_entropy(&model.forward_t(inputs, train), targets);
    }
    head_loss(
        &model.hidden(inputs, train),
        model.output_table(),
        targets,
        HEAD_ROWS,
    )
}
