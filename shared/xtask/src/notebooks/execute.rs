//! Runs a notebook without a browser, through `python/runner.py`.

use std::path::Path;
use std::process::Command;
use std::time::Instant;
use std::{env, fs, process};

use anyhow::{Context, Result};

use super::notebook::Notebook;
use crate::{paths, tools};

/// Longest that one cell may take. The first may build libtorch's bindings.
const CELL_SECONDS: u32 = 1800;

/// A notebook before and after it ran.
pub struct Run {
    /// As the file has it.
    pub before: Notebook,
    /// With fresh outputs, up to the first cell that failed.
    pub after: Notebook,
    /// How many code cells it has.
    pub cells: usize,
    /// How long it took, with the start of the kernel.
    pub seconds: f32,
}

/// Runs the notebook in `path` in its own folder; the file itself is left alone.
///
/// # Errors
/// When the runner itself fails. A cell that fails is no error here: it shows in the outputs.
pub fn execute(venv: &Path, path: &Path) -> Result<Run> {
    let start = Instant::now();
    let before = Notebook::read(path)?;
    let folder = path.parent().context("a notebook lies in a folder")?;
    let after = execute_in(venv, path, folder)?;
    let cells = before.code_cells().count();
    Ok(Run { before, after, cells, seconds: start.elapsed().as_secs_f32() })
}

/// Runs the code of `notebook`, which has no file, in `folder`.
///
/// # Errors
/// As [`execute`].
pub fn execute_code(
    venv: &Path,
    notebook: &Notebook,
    folder: &Path,
) -> Result<Notebook> {
    let path = temporary("in");
    notebook.write(&path)?;
    let result = execute_in(venv, &path, folder);
    fs::remove_file(&path).ok();
    result
}

fn execute_in(venv: &Path, path: &Path, folder: &Path) -> Result<Notebook> {
    let result = temporary("out");
    let mut command = Command::new(tools::venv_python(venv));
    command
        .arg(paths::root().join("shared/xtask/python/runner.py"))
        .args([path, &result, folder])
        .arg(CELL_SECONDS.to_string())
        // What this run builds, later kernels find built.
        .env("LLM_IN_RUST_PUBLISH", "1");
    crate::process::run(&mut command).context("the notebook runner stopped")?;
    let mut notebook = Notebook::read(&result)?;
    fs::remove_file(&result).ok();
    notebook.normalise();
    Ok(notebook)
}

fn temporary(what: &str) -> std::path::PathBuf {
    env::temp_dir().join(format!("llm-in-rust-{}-{what}.ipynb", process::id()))
}
