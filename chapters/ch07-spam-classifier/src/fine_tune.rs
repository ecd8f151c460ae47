//! The loop, for a model that has learned to read already.

use anyhow::{Context, Result, ensure};
use ch05::{Algorithm, Optimizer, Precision, Schedule, descend};
use datasets::Message;
use serde::{Deserialize, Serialize};
use tch::Kind;

use crate::{Batch, Example, Losses, SpamFilter, Trained, freeze, shuffled};

/// What a run is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainConfig {
    /// Learning rate over time, and the number of steps
    pub schedule: Schedule,
    /// Messages in a batch
    pub batch_size: usize,
    /// Share of a matrix that fades away in a step of learning rate 1
    pub weight_decay: f64,
    /// The longest a gradient may be
    pub clip: f64,
    /// Share of the tokenizer's merges that are forgotten in each word, see [`vary`]
    pub vary: f64,
    /// How much the surprise at the next token counts beside the mistakes of class
    pub language: f64,
    /// Decides the order of the messages, and dropout
    pub seed: i64,
    /// Bits of a weight while training
    pub precision: Precision,
    /// Which weights move
    pub trained: Trained,
}

/// The state of a run after an epoch, or at its end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Steps done before
    pub step: i64,
    /// The same in epochs: how often every message was seen
    pub epoch: f64,
    /// Mean loss of the training batches since the last measurement
    pub train_loss: f64,
    /// Share of them that was judged right
    pub train_accuracy: f64,
    /// Loss on messages that are never learned from
    pub validation_loss: f64,
    /// Share of them that is judged right
    pub validation_accuracy: f64,
}

/// What a run has to tell while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Progress {
    /// So many steps are done
    Step(i64),
    /// An epoch is over
    Epoch(Measurement),
}

// ANCHOR: best
/// The place of the measurement to keep: the highest accuracy on the validation messages, and of
/// equals the one with the lowest loss.
pub fn best(measurements: &[Measurement]) -> Option<usize> {
    let rank = |m: &Measurement| (m.validation_accuracy, -m.validation_loss);
    let places = 0..measurements.len();
    places.max_by(|&a, &b| {
        let (a, b) = (rank(&measurements[a]), rank(&measurements[b]));
        a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal)
    })
}
// ANCHOR_END: best

/// Trains the filter on `train` and leaves it with the weights that did [best] on `validation`,
/// in f32. Whatever does not move keeps all its digits.
///
/// # Errors
/// When there is nothing to learn from, or the loss is not a number any more.
pub fn fine_tune(
    filter: &mut SpamFilter,
    train: &[Message],
    validation: &[Example],
    config: &TrainConfig,
    mut watch: impl FnMut(Progress),
) -> Result<Vec<Measurement>> {
    ensure!(
        !train.is_empty() && config.batch_size > 0,
        "there is nothing to learn from"
    );
    tch::manual_seed(config.seed);
    freeze(&filter.variables, filter.classifier.config().n_layer, config.trained);
    let mut kept = filter.weights();
    let mut optimizer = Optimizer::new(
        &mut filter.variables,
        Algorithm::AdamW,
        config.precision,
        config.weight_decay,
    );
    let per_epoch = train.len().div_ceil(config.batch_size) as i64;
    let (mut step, mut measurements) = (0, Vec::new());
    while step < config.schedule.steps {
        let examples = epoch(filter, train, config, step / per_epoch);
        let left = usize::try_from(config.schedule.steps - step)?;
        let mut tally = Tally::default();
        for batch in examples.iter().take(left) {
            let batch = filter.batch(&batch.iter().collect::<Vec<_>>());
            tally.add(train_on(filter, &mut optimizer, &batch, config, step)?);
            step += 1;
            watch(Progress::Step(step));
        }
        let epochs = step as f64 / per_epoch as f64;
        measurements.push(tally.measure(step, epochs, filter, validation));
        measurements.last().into_iter().for_each(|&m| watch(Progress::Epoch(m)));
        if best(&measurements) == Some(measurements.len() - 1) {
            kept.extend(masters(&optimizer));
        }
    }
    filter.put(&kept)?;
    Ok(measurements)
}

/// The batches of epoch number `epoch`: every message once, in tokens and an order that depend
/// on the seed and the epoch alone.
fn epoch(
    filter: &SpamFilter,
    train: &[Message],
    config: &TrainConfig,
    epoch: i64,
) -> Vec<Vec<Example>> {
    let seed = config.seed.wrapping_add(epoch).unsigned_abs();
    let examples = filter.encode_varied(train, config.vary, seed);
    let batches = shuffled(&examples, config.batch_size, seed).into_iter();
    let batch = |places: Vec<usize>| {
        places.into_iter().map(|i| examples[i].clone()).collect()
    };
    batches.map(batch).collect()
}

/// One step: returns the batch's loss and the share judged right.
fn train_on(
    filter: &SpamFilter,
    optimizer: &mut Optimizer,
    batch: &Batch,
    config: &TrainConfig,
    step: i64,
) -> Result<(f64, f64)> {
    let Losses { logits, class, language } = filter.classifier.losses(batch);
    let loss = &class + language * config.language;
    descend(optimizer, [loss], config.clip, config.schedule.rate(step))
        .with_context(|| {
            format!("step {step} failed: try a smaller --rate or --precision f32")
        })?;
    let value = class.double_value(&[]);
    let right = logits.argmax(-1, false).eq_tensor(&batch.classes);
    Ok((value, right.to_kind(Kind::Float).mean(Kind::Float).double_value(&[])))
}

/// Sums over the batches of an epoch.
#[derive(Default)]
struct Tally {
    batches: f64,
    loss: f64,
    right: f64,
}

impl Tally {
    fn add(&mut self, (loss, right): (f64, f64)) {
        self.batches += 1.0;
        self.loss += loss;
        self.right += right;
    }

    fn measure(
        &self,
        step: i64,
        epoch: f64,
        filter: &SpamFilter,
        validation: &[Example],
    ) -> Measurement {
        let on_validation = filter.evaluate(validation);
        Measurement {
            step,
            epoch,
            train_loss: self.loss / self.batches,
            train_accuracy: self.right / self.batches,
            validation_loss: on_validation.loss,
            validation_accuracy: on_validation.confusion.accuracy(),
        }
    }
}

/// The optimizer's f32 copies of what it moves, by the parameters' names.
fn masters(optimizer: &Optimizer) -> Vec<(String, tch::Tensor)> {
    let state = optimizer.state().into_iter();
    let masters = state.filter_map(|(name, tensor)| {
        let name = name.strip_suffix(".master")?.to_string();
        Some((name, tensor.copy()))
    });
    masters.collect()
}
