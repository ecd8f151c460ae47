//! A figure in the repository and what the code says today.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{Figure, Table};

/// Set to `overwrite`, it makes [`check_or_overwrite`] renew the files.
pub const OVERWRITE_VARIABLE: &str = "FIGURES";

/// Compares the figure in `dir` with `table`, or renews it when `FIGURES=overwrite` is set.
/// Meant for a chapter's `tests/figures.rs`.
///
/// # Panics
/// With one sentence, when the figure does not agree or can't be written.
pub fn check_or_overwrite(
    figure: &Figure,
    table: &Table,
    dir: &Path,
    tolerance: f64,
) {
    let renew =
        std::env::var_os(OVERWRITE_VARIABLE).is_some_and(|it| it == "overwrite");
    let act = if renew { overwrite } else { check };
    if let Err(error) = act(figure, table, dir, tolerance) {
        panic!("{error:#}");
    }
}

/// Checks that `NAME.csv` in `dir` agrees with `table` within `tolerance`, and that `NAME.svg`
/// is, byte for byte, what `NAME.csv` draws.
///
/// # Errors
/// When one of them does not hold; the error says which, and the command that mends it.
pub fn check(
    figure: &Figure,
    table: &Table,
    dir: &Path,
    tolerance: f64,
) -> Result<()> {
    let (csv, svg) = (read(figure, dir, "csv")?, read(figure, dir, "svg")?);
    let committed = Table::from_csv(&csv)
        .with_context(|| format!("{}.csv can't be read", figure.name))?;
    if let Some(difference) = committed.difference(table, tolerance) {
        bail!(
            "{}.csv no longer agrees with the code: {difference}; if that is right, run \
             `cargo xtask figures`",
            figure.name
        );
    }
    if figure.draw(&committed)? != svg {
        bail!(
            "{0}.svg is not what {0}.csv draws; run `cargo xtask figures`",
            figure.name
        );
    }
    Ok(())
}

/// Writes `NAME.csv` and `NAME.svg` in `dir`. A CSV that agrees within `tolerance` is kept, so
/// that another machine's last digits make no diff.
///
/// # Errors
/// When the figure can't be drawn, or the folder can't be written.
pub fn overwrite(
    figure: &Figure,
    table: &Table,
    dir: &Path,
    tolerance: f64,
) -> Result<()> {
    let kept = read(figure, dir, "csv").and_then(|csv| Table::from_csv(&csv)).ok();
    let kept = kept.filter(|kept| kept.difference(table, tolerance).is_none());
    let table = kept.as_ref().unwrap_or(table);
    let svg = figure.draw(table)?;
    fs::create_dir_all(dir)
        .with_context(|| format!("could not make {}", dir.display()))?;
    write(&dir.join(format!("{}.csv", figure.name)), &table.to_csv()?)?;
    write(&dir.join(format!("{}.svg", figure.name)), &svg)
}

/// The text of `NAME.ending`, with line ends as git stores them.
fn read(figure: &Figure, dir: &Path, ending: &str) -> Result<String> {
    let path = dir.join(format!("{}.{ending}", figure.name));
    let text = fs::read_to_string(&path).with_context(|| {
        format!("could not read {}; `cargo xtask figures` makes it", path.display())
    })?;
    Ok(text.replace("\r\n", "\n"))
}

/// Writes under another name first: an interrupted run leaves the old file whole.
fn write(path: &Path, text: &str) -> Result<()> {
    let unfinished = path.with_extension("unfinished");
    fs::write(&unfinished, text)
        .and_then(|()| fs::rename(&unfinished, path))
        .with_context(|| format!("could not write {}", path.display()))
}
