//! A text to learn from: the reader's own, or the one that is built in.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};

/// Names the reader's data folder when `--data` does not.
pub const DATA_VARIABLE: &str = "LLM_IN_RUST_DATA";

/// A short story, written for this book.
pub const LIGHTHOUSE: &str =
    include_str!("../../../datasets/builtin/lighthouse.txt");

/// The text in file `name` of the data folder if it is there, else the built-in story; and a
/// sentence that says which.
///
/// # Errors
/// When `folder` was named and does not hold the file, or the file is not UTF-8 text.
pub fn load_text(folder: Option<&Path>, name: &str) -> Result<(String, String)> {
    let asked = folder.map(Path::to_path_buf);
    let folder =
        asked.clone().or_else(|| env::var_os(DATA_VARIABLE).map(PathBuf::from));
    let Some(path) = folder.map(|folder| folder.join(name)) else {
        return Ok((
            LIGHTHOUSE.to_string(),
            "reading the built-in story".to_string(),
        ));
    };
    if asked.is_none() && !path.exists() {
        let note = format!(
            "no {} in ${DATA_VARIABLE}: reading the built-in story",
            path.display()
        );
        return Ok((LIGHTHOUSE.to_string(), note));
    }
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cannot read {} as UTF-8 text", path.display()))?;
    Ok((text, format!("reading {}", path.display())))
}
