//! How small models are compared: all learn from the same text, and are measured with another.

use anyhow::{Result, ensure};
use tch::nn::{ModuleT, VarStore};
use tch::{Device, Kind, Tensor};

use crate::{Algorithm, Optimizer, Precision, Schedule, cross_entropy, descend};

/// A text as ids, cut into a part to learn from and one to measure with.
#[derive(Debug)]
pub struct Characters {
    training: Tensor,   // (n)
    validation: Tensor, // (n / 9)
    v: i64,
}

impl Characters {
    /// How many characters there are to choose from.
    pub fn v(&self) -> i64 {
        self.v
    }

    /// Where the ids live.
    pub fn device(&self) -> Device {
        self.training.device()
    }

    /// The first nine tenths of `ids`, and the rest. Ids are below `v`.
    ///
    /// # Errors
    /// When the rest is too short for the longest window.
    pub fn new(ids: &[u32], v: usize, device: Device) -> Result<Self> {
        let (training, validation) = ids.split_at(ids.len() * 9 / 10);
        ensure!(
            validation.len() > 300,
            "{} characters are too few for the ladder: take 3,000 or more",
            ids.len()
        );
        let tensor = |ids: &[u32]| {
            let ids: Vec<i64> = ids.iter().map(|&id| i64::from(id)).collect();
            Tensor::from_slice(&ids).to_device(device)
        };
        Ok(Self {
            training: tensor(training),
            validation: tensor(validation),
            v: i64::try_from(v)?,
        })
    }
}

/// `b` windows of `t` ids from anywhere, and the same one further on: two of `(b, t)`.
fn draw_windows(ids: &Tensor, b: i64, t: i64) -> (Tensor, Tensor) {
    let options = (Kind::Int64, ids.device());
    let starts = Tensor::randint(ids.size()[0] - t, [b, 1], options); // (b, 1)
    let places = starts + Tensor::arange(t, options); // (b, t)
    let take = |places: &Tensor| ids.take(places);
    (take(&places), take(&(&places + 1)))
}

/// How a model is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lesson {
    /// Characters in a window
    pub t: i64,
    /// Windows in a batch
    pub batch_size: i64,
    /// Learning rate over time, and the number of steps
    pub schedule: Schedule,
    /// Batches to measure with
    pub measured: usize,
}

/// What a model came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Trained numbers
    pub parameters: usize,
    /// Loss on some batches of the text that it learned from
    pub train_loss: f64,
    /// Loss on as many of the other text
    pub validation_loss: f64,
}

impl Lesson {
    /// Trains `model` with AdamW, then measures it. `watch` is called after each step. Windows
    /// are drawn as libtorch's generator has it: seed it first.
    ///
    /// # Errors
    /// When the loss is not a number any more.
    pub fn teach(
        &self,
        variables: &mut VarStore,
        model: &impl ModuleT,
        text: &Characters,
        watch: impl Fn(),
    ) -> Result<Outcome> {
        let Self { t, batch_size, schedule, .. } = *self;
        let mut optimizer =
            Optimizer::new(variables, Algorithm::AdamW, Precision::F32, 0.01);
        for step in 0..schedule.steps {
            let (inputs, targets) = draw_windows(&text.training, batch_size, t);
            let loss = cross_entropy(&model.forward_t(&inputs, true), &targets);
            descend(&mut optimizer, [loss], f64::INFINITY, schedule.rate(step))?;
            watch();
        }
        let sizes = optimizer.group_sizes();
        Ok(Outcome {
            parameters: sizes.0 + sizes.1,
            train_loss: self.measure(model, &text.training),
            validation_loss: self.measure(model, &text.validation),
        })
    }

    /// The mean loss over some batches, without dropout.
    fn measure(&self, model: &impl ModuleT, ids: &Tensor) -> f64 {
        let losses = (0..self.measured).map(|_| {
            let (inputs, targets) = draw_windows(ids, self.batch_size, self.t);
            let logits = model.forward_t(&inputs, false);
            cross_entropy(&logits, &targets).double_value(&[])
        });
        tch::no_grad(|| losses.sum::<f64>()) / self.measured as f64
    }
}
