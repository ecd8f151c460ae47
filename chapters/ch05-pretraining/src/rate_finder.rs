//! How large a learning rate may be, found by trying.
//!
//! Source: Smith (2017), "Cyclical Learning Rates for Training Neural Networks", section 3.3,
//! arXiv:1506.01186. There the rate grows by equal amounts; by equal factors it crosses many
//! orders of magnitude in few steps.

use anyhow::{Result, ensure};

use crate::{Schedule, Trainer, TrainingText};

/// The rates to try: each is larger than the one before by the same factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateRange {
    /// The first rate: so small that nothing is learned
    pub lowest: f64,
    /// The last rate: so large that all is spoiled
    pub highest: f64,
    /// How many rates
    pub steps: usize,
}

impl RateRange {
    /// The rate of step `step`, counted from 0:
    /// `lowest · (highest / lowest)^(step / (steps - 1))`.
    pub fn rate(&self, step: usize) -> f64 {
        let way = step as f64 / (self.steps - 1) as f64; // 0 -> 1
        self.lowest * (self.highest / self.lowest).powf(way)
    }

    /// Says whether these are rates that grow.
    ///
    /// # Errors
    /// When they are not.
    pub fn validate(&self) -> Result<()> {
        let Self { lowest, highest, steps } = *self;
        ensure!(
            lowest > 0.0 && highest > lowest && highest.is_finite(),
            "the learning rate cannot grow from {lowest} to {highest}: \
             it must begin above 0 and end higher"
        );
        ensure!(
            steps > SPAN,
            "{steps} steps are too few: take {} or more",
            SPAN + 1
        );
        Ok(())
    }
}

/// What one step of the search saw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    /// The learning rate of the step
    pub rate: f64,
    /// The loss of its batch, before the step
    pub loss: f64,
    /// The running mean of the losses so far
    pub smoothed: f64,
}

/// Two readings of the same curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suggestion {
    /// Where the loss fell fastest
    pub steepest: f64,
    /// Where the loss was lowest: this rate already begins to spoil
    pub lowest: f64,
}

impl Suggestion {
    /// A tenth of the rate with the lowest loss: the careful reading.
    pub fn tenth(&self) -> f64 {
        self.lowest / 10.0
    }
}

/// Share of the running mean that a new loss leaves as it was.
const KEPT: f64 = 0.9;
/// The search ends when the smoothed loss is so many times its best.
const SPOILED: f64 = 4.0;
/// Steps that a slope is measured over, lest one odd batch decides.
const SPAN: usize = 4;

/// A mean that forgets, without the bias of its start at 0.
#[derive(Default)]
struct RunningMean {
    sum: f64,
    weight: f64, // 1 - KEPT^s after s losses
}

impl RunningMean {
    fn add(&mut self, loss: f64) -> f64 {
        self.sum = KEPT * self.sum + (1.0 - KEPT) * loss;
        self.weight = KEPT * self.weight + (1.0 - KEPT);
        self.sum / self.weight
    }
}

/// A schedule that is the same at every step.
fn one_rate(rate: f64) -> Schedule {
    Schedule { peak: rate, floor: rate, warmup: 0, steps: 1 }
}

// ANCHOR: find_rate
/// Trains with rates that grow from step to step, until the loss is several times its best.
/// Hands each step to `each`, and returns all of them. The trainer is used up: in the end its
/// weights are spoiled.
///
/// # Errors
/// When the rates do not grow, or the text is too short for one batch.
pub fn find_rate(
    mut trainer: Trainer,
    text: &dyn TrainingText,
    range: &RateRange,
    mut each: impl FnMut(&Probe),
) -> Result<Vec<Probe>> {
    range.validate()?;
    let (mut mean, mut best) = (RunningMean::default(), f64::INFINITY);
    let mut probes = Vec::new();
    for rate in (0..range.steps).map(|step| range.rate(step)) {
        let batches = trainer.batches(text)?;
        trainer.config.schedule = one_rate(rate);
        let Ok(loss) = trainer.train_on_all(&batches) else {
            break; // the loss is not a number any more: spoiled, too
        };
        let smoothed = mean.add(loss);
        let probe = Probe { rate, loss, smoothed };
        each(&probe);
        probes.push(probe);
        best = best.min(smoothed);
        if smoothed > SPOILED * best {
            break;
        }
    }
    Ok(probes)
}
// ANCHOR_END: find_rate

// ANCHOR: suggest_rate
/// Reads a curve of losses: where it fell fastest, for equal factors of the rate, and where it
/// was lowest. Nothing if it never fell.
pub fn suggest_rate(probes: &[Probe]) -> Option<Suggestion> {
    let losses = probes.iter().map(|probe| probe.smoothed);
    let (bottom, _) = losses.enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let falls = probes[..=bottom].windows(SPAN + 1).map(|part| {
        let (first, last) = (part[0], part[SPAN]);
        let slope =
            (last.smoothed - first.smoothed) / (last.rate / first.rate).ln();
        (slope, part[SPAN / 2].rate)
    });
    let (slope, steepest) = falls.min_by(|a, b| a.0.total_cmp(&b.0))?;
    (slope < 0.0).then_some(Suggestion { steepest, lowest: probes[bottom].rate })
}
// ANCHOR_END: suggest_rate
