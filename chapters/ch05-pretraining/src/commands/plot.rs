//! Pictures, with their numbers beside them.

use std::fs;
use std::path::{Path, PathBuf};

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
    picture(&figure, &table, &folder.join("loss.svg"))
}

/// A path that ends in `.svg`, so that the numbers beside it have another name.
pub fn svg(path: &str) -> Result<PathBuf, String> {
    match Path::new(path).extension() {
        Some(it) if it == "svg" => Ok(path.into()),
        _ => Err("its name must end in .svg".into()),
    }
}

/// Writes a figure to `path`, an SVG file, and its numbers to a CSV file beside it.
pub fn picture(figure: &Figure, table: &Table, path: &Path) -> Result<()> {
    write(&path.with_extension("csv"), &table.to_csv()?)?;
    write(path, &figure.draw(table)?)
}

/// Writes a file under a temporary name and renames it.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let unfinished = path.with_added_extension("part");
    fs::write(&unfinished, text).with_context(cannot)?;
    fs::rename(&unfinished, path).with_context(cannot)
}
