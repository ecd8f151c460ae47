//! Reading text and writing it whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Reads a text file.
///
/// # Errors
/// When it is missing or not UTF-8; names the file.
pub fn read(file: &Path) -> Result<String> {
    let bytes = fs::read(file)
        .with_context(|| format!("could not read {}", file.display()))?;
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        anyhow::anyhow!("{} is not UTF-8 text (byte {place})", file.display())
    })
}

/// Writes a file under a temporary name and renames it, unless it already says the same.
///
/// Cargo rebuilds what is newer than the last build, so a file that did not change keeps
/// its time.
///
/// # Errors
/// When the folder can't be made or written.
pub fn write(file: &Path, text: &str) -> Result<()> {
    if fs::read(file).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    let mut unfinished = OsString::from(file);
    unfinished.push(".unfinished");
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| {
            format!("could not make the folder {}", folder.display())
        })?;
    }
    fs::write(&unfinished, text)
        .and_then(|()| fs::rename(&unfinished, file))
        .with_context(|| format!("could not write {}", file.display()))
}
