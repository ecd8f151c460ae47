//! What there is to see while a model trains: a bar, a curve, TensorBoard.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use ch05::{Evaluation, EventLog, Peak, Trainer, curves, step_flops};
use console::Term;
use indicatif::{ProgressBar, ProgressStyle};

/// Rows of the curve.
const ROWS: usize = 8;
/// The curve is drawn into a terminal of so many columns and rows, or a larger one.
const ROOM: (u16, u16) = (60, 16);
/// Points of the line at most: as many as fit side by side, about.
const POINTS: usize = 200;
/// Time between two drawings.
const PAUSE: Duration = Duration::from_millis(500);

/// Watches a run.
pub struct Watch {
    bar: ProgressBar,
    curve: Option<Curve>,
    events: Option<EventLog>,
    peak: Peak,
    span: Span,
    drawn: Instant,
}

/// The steps since the last evaluation.
pub struct Span {
    losses: Vec<f64>,
    gradient: f64,
    since: Instant,
    tokens: usize, // in a step
    flops: f64,    // in a step
}

impl Span {
    fn begin(trainer: &Trainer) -> Self {
        let (model, config) = (trainer.model.config(), &trainer.config);
        let (b, t) = (config.windows_per_step(), model.n_positions);
        Self {
            losses: Vec::new(),
            gradient: 0.0,
            since: Instant::now(),
            tokens: b * t as usize,
            flops: step_flops(model, b as i64, t),
        }
    }

    /// Mean loss of the steps.
    pub fn loss(&self) -> f64 {
        self.losses.iter().sum::<f64>() / self.losses.len() as f64
    }

    /// The longest gradient.
    pub fn gradient(&self) -> f64 {
        self.gradient
    }

    fn seconds_per_step(&self) -> f64 {
        self.since.elapsed().as_secs_f64() / self.losses.len() as f64
    }

    fn tokens_per_second(&self) -> f64 {
        self.tokens as f64 / self.seconds_per_step()
    }
}

impl Watch {
    /// Begins to watch. With `plot`, a curve is drawn where there is a terminal with room; with
    /// `events`, TensorBoard finds its numbers in that folder.
    pub fn begin(
        trainer: &Trainer,
        metrics: &[Evaluation],
        plot: bool,
        events: Option<&Path>,
    ) -> Result<Self> {
        let config = &trainer.config;
        let bar = progress_bar(config.schedule.steps, trainer.step);
        let (rows, columns) = Term::stderr().size_checked().unwrap_or((0, 0));
        let has_room = columns >= ROOM.0 && rows >= ROOM.1;
        let curve = (plot && has_room && !bar.is_hidden())
            .then(|| Curve::new(metrics, columns.into()));
        let events = events.map(|folder| EventLog::begin(folder, trainer.step));
        Ok(Self {
            bar,
            curve,
            events: events.transpose()?,
            peak: Peak::measure(config.precision, trainer.variables.device()),
            span: Span::begin(trainer),
            drawn: Instant::now(),
        })
    }

    /// After a step with this loss.
    pub fn step(&mut self, trainer: &Trainer, loss: f64) -> Result<()> {
        self.span.losses.push(loss);
        self.span.gradient = self.span.gradient.max(trainer.gradient);
        self.bar.set_position(trainer.step.unsigned_abs());
        if let Some(curve) = &mut self.curve {
            curve.add(trainer.step as f64, loss);
        }
        if self.drawn.elapsed() >= PAUSE {
            self.draw();
        }
        let Some(events) = &mut self.events else { return Ok(()) };
        let numbers = [
            ("loss/training", loss),
            ("step/learning rate", trainer.config.schedule.rate(trainer.step - 1)),
            ("step/gradient norm", trainer.gradient),
            ("step/tokens per second", self.span.tokens_per_second()),
        ];
        events.add(trainer.step, &numbers)
    }

    /// The steps since the last evaluation; a new span begins.
    pub fn span(&mut self, trainer: &Trainer) -> Span {
        std::mem::replace(&mut self.span, Span::begin(trainer))
    }

    /// After an evaluation: prints `report`.
    pub fn evaluated(
        &mut self,
        evaluation: &Evaluation,
        report: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let Evaluation { step, validation_loss, .. } = *evaluation;
        if let Some(curve) = &mut self.curve {
            curve.validation.push((step as f64, validation_loss));
        }
        if let Some(events) = &mut self.events {
            events.add(step, &[("loss/validation", validation_loss)])?;
            events.flush()?;
        }
        self.bar.suspend(report)?;
        self.draw();
        Ok(())
    }

    /// Leaves what was done besides training out of the next span.
    pub fn restart_clock(&mut self) {
        self.span.since = Instant::now();
    }

    /// Speed, and how much of the machine it takes, in words.
    pub fn speed(&self, span: &Span) -> String {
        let share = self.peak.share(span.flops, span.seconds_per_step());
        format!(
            "{:.0} tokens/s, MFU {:.0} %",
            span.tokens_per_second(),
            share * 100.0
        )
    }

    /// Says what the share refers to.
    pub fn note(&self) -> String {
        let Peak { size, flops } = self.peak;
        format!(
            "MFU is the share of {:.0} GFLOP/s, at which this machine just multiplied two \
             matrices of {size} by {size}",
            flops / 1e9
        )
    }

    /// The run is over: the bar goes.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// The run was stopped: the bar stays as it is.
    pub fn abandon(&self) {
        self.bar.abandon();
    }

    fn draw(&mut self) {
        if !self.span.losses.is_empty() {
            self.bar.set_message(self.speed(&self.span));
        }
        if let Some(picture) = self.curve.as_ref().and_then(Curve::draw) {
            self.bar.set_prefix(picture + "\n");
        }
        self.drawn = Instant::now();
    }
}

/// The losses so far.
struct Curve {
    training: Vec<(f64, f64)>, // (step, mean loss of `together` steps)
    together: usize,
    open: (f64, usize), // sum and number of the losses that make no point yet
    validation: Vec<(f64, f64)>,
    columns: usize,
}

impl Curve {
    /// With the evaluations of an interrupted run.
    fn new(metrics: &[Evaluation], columns: usize) -> Self {
        let points = |loss: fn(&Evaluation) -> f64| {
            metrics.iter().map(|line| (line.step as f64, loss(line))).collect()
        };
        Self {
            training: points(|line| line.train_loss),
            together: 1,
            open: (0.0, 0),
            validation: points(|line| line.validation_loss),
            columns,
        }
    }

    /// One more loss. When there are too many points, two become one.
    fn add(&mut self, step: f64, loss: f64) {
        self.open = (self.open.0 + loss, self.open.1 + 1);
        if self.open.1 < self.together {
            return;
        }
        self.training.push((step, self.open.0 / self.open.1 as f64));
        self.open = (0.0, 0);
        if self.training.len() > POINTS {
            let pairs = self.training.chunks(2).map(|pair| {
                let sum: f64 = pair.iter().map(|(_, loss)| loss).sum();
                (pair[pair.len() - 1].0, sum / pair.len() as f64)
            });
            self.training = pairs.collect();
            self.together *= 2;
        }
    }

    fn draw(&self) -> Option<String> {
        let columns = self.columns.min(100);
        let picture = curves(&self.training, &self.validation, columns, ROWS)?;
        Some(format!("loss: training a line, validation dots\n{picture}"))
    }
}

fn progress_bar(steps: i64, done: i64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{prefix}{bar:30} step {pos}/{len}, {msg}, {eta} left",
    );
    let bar =
        ProgressBar::new(steps.unsigned_abs()).with_position(done.unsigned_abs());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.reset_eta();
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_becomes_a_line_of_means() {
        let mut curve = Curve::new(&[], 80);
        (1..=1000).for_each(|step| curve.add(f64::from(step), f64::from(step)));
        assert!(curve.training.len() <= POINTS);
        let points = curve.training.windows(2);
        assert!(points.clone().all(|pair| pair[0].0 < pair[1].0), "in order");
        let (first, loss) = curve.training[0];
        assert_eq!(loss, (1.0 + first) / 2.0, "the mean of the steps 1 to {first}");
    }
}
