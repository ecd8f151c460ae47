//! The two long tasks, with a progress bar: to tune, and to ask.

use std::time::Instant;

use anyhow::Result;
use ch01::Tokenizer;
use ch04::Gpt2;
use ch05::Evaluation;
use datasets::Instruction;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{Example, Practice, Response, Tuner, answers};

/// Trains for all epochs. Returns the losses before the first step and after every epoch.
///
/// # Errors
/// Those of [`Tuner::train_on`].
pub fn tune(
    tuner: &mut Tuner,
    practice: &Practice,
    validation: &[Example],
) -> Result<Vec<Evaluation>> {
    let epochs = tuner.config.epochs;
    let per_epoch = tuner.config.steps_per_epoch(practice.per_epoch());
    let bar =
        progress_bar(epochs * per_epoch, "step {pos}/{len}, {per_sec}, {eta} left");
    let mut sample = practice.epoch(0);
    sample.truncate(validation.len().max(1));
    let before = tuner.evaluate(&sample).unwrap_or(f64::NAN);
    let mut metrics = vec![look(tuner, before, validation)];
    for epoch in 0..epochs {
        let examples = practice.epoch(epoch);
        let (mut losses, since) = (Vec::new(), Instant::now());
        for _ in 0..per_epoch {
            losses.push(tuner.train_on(&tuner.batch(&examples))?);
            bar.inc(1);
        }
        let rate = examples.len() as f64 / since.elapsed().as_secs_f64();
        let train_loss = losses.iter().sum::<f64>() / losses.len() as f64;
        let line = look(tuner, train_loss, validation);
        bar.suspend(|| {
            eprintln!(
                "epoch {:3}  training {train_loss:.3}  validation {:.3}  {rate:.0} examples/s",
                epoch + 1,
                line.validation_loss
            );
        });
        metrics.push(line);
    }
    bar.finish_and_clear();
    Ok(metrics)
}

/// The losses as they are now. Without validation examples the training loss stands for both.
fn look(tuner: &Tuner, train_loss: f64, validation: &[Example]) -> Evaluation {
    let validation_loss = tuner.evaluate(validation).unwrap_or(train_loss);
    let step = tuner.step;
    Evaluation { step, train_loss, validation_loss, ..Evaluation::default() }
}

/// Asks the model every question, and compares. Answers have at most `longest` tokens; if that
/// is left open, one more than the longest expected answer, since a longer one can't be right.
///
/// # Errors
/// As [`answers`].
pub fn ask(
    model: &Gpt2,
    tokenizer: &Tokenizer,
    entries: &[Instruction],
    longest: Option<usize>,
) -> Result<Vec<Response>> {
    let expected =
        || entries.iter().map(|entry| tokenizer.encode(&entry.output).len()).max();
    let longest = longest.unwrap_or_else(|| 1 + expected().unwrap_or_default());
    let bar =
        progress_bar(entries.len(), "answer {pos}/{len}, {per_sec}, {eta} left");
    let answers = answers(model, tokenizer, entries, longest, |done| {
        bar.inc(done as u64);
    })?;
    bar.finish_and_clear();
    let pairs = entries.iter().zip(&answers);
    Ok(pairs.map(|(entry, answer)| Response::new(entry, answer)).collect())
}

fn progress_bar(length: usize, rest: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{bar:30}} {rest}"));
    let bar = ProgressBar::new(length as u64);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
