//! The run as two drawings.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use plot::{Axis, Chart, Figure, Lines, Table};

use crate::Measurement;

/// Writes `loss.svg`, `accuracy.svg` and their numbers into `folder`.
///
/// # Errors
/// When a file can't be written.
pub fn draw_curves(folder: &Path, measurements: &[Measurement]) -> Result<()> {
    if measurements.is_empty() {
        return Ok(());
    }
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text)
            .with_context(|| format!("cannot write {}", path.display()))
    };
    for (figure, table) in [loss_curve(measurements), accuracy_curve(measurements)]
    {
        write(&format!("{}.svg", figure.name), figure.draw(&table)?)?;
        write(&format!("{}.csv", figure.name), table.to_csv()?)?;
    }
    Ok(())
}

/// Both losses over the epochs.
pub fn loss_curve(measurements: &[Measurement]) -> (Figure, Table) {
    let finding = "The loss on training and on validation messages";
    let values = |m: &Measurement| [m.train_loss, m.validation_loss];
    curve("loss", finding, measurements, values)
}

/// Both accuracies over the epochs.
pub fn accuracy_curve(measurements: &[Measurement]) -> (Figure, Table) {
    let finding = "The share of training and of validation messages judged right";
    let values = |m: &Measurement| [m.train_accuracy, m.validation_accuracy];
    curve("accuracy", finding, measurements, values)
}

fn curve(
    name: &'static str,
    finding: &'static str,
    measurements: &[Measurement],
    values: impl Fn(&Measurement) -> [f64; 2],
) -> (Figure, Table) {
    let empty = Table::new("epoch", ["training", "validation"]);
    let table = measurements
        .iter()
        .fold(empty, |table, m| table.row(format!("{:.2}", m.epoch), values(m)));
    let lines = Lines { x: Axis::linear("epoch"), y: Axis::linear(name) };
    (Figure { name, finding, chart: Chart::Lines(lines) }, table)
}
