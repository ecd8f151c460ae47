//! The losses as a picture.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use ch05::Evaluation;
use plot::{Axis, Chart, Figure, Lines, Table};

/// Draws both losses over time beside the checkpoint's files.
pub fn losses(folder: &Path, metrics: &[Evaluation]) -> Result<()> {
    let empty = Table::new("step", ["training", "validation"]);
    let table = metrics.iter().fold(empty, |table, line| {
        table.row(line.step.to_string(), [line.train_loss, line.validation_loss])
    });
    let figure = Figure {
        name: "loss",
        finding: "The loss on training and on validation text",
        chart: Chart::Lines(Lines {
            x: Axis::linear("step"),
            y: Axis::linear("loss"),
        }),
    };
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text)
            .with_context(|| format!("cannot write {}", path.display()))
    };
    write("loss.svg", figure.draw(&table)?)?;
    write("loss.csv", table.to_csv()?)
}
