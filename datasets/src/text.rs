//! A text to learn from: the reader's own, or a built-in one.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::source::{Loaded, load};

/// A short story, written for this book.
pub const LIGHTHOUSE: &str = include_str!("../builtin/lighthouse.txt");

/// The text in file `name`, such as `the-verdict.txt`, in the reader's folder, or else the
/// built-in story [`LIGHTHOUSE`].
///
/// # Errors
/// When `data` is named and does not hold the file, or the file is not UTF-8 text.
pub fn text(name: &str, data: Option<&Path>) -> Result<Loaded<String>> {
    let read = |path: &Path| {
        fs::read_to_string(path).with_context(|| {
            format!("cannot read {} as UTF-8 text", path.display())
        })
    };
    load(&[name], data, "story", read, || Ok(LIGHTHOUSE.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_readers_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("the-verdict.txt"), "I had always thought")
            .unwrap();
        let loaded = text("the-verdict.txt", Some(folder.path())).unwrap();
        assert_eq!(loaded.value, "I had always thought");
        assert!(text("tinyshakespeare.txt", Some(folder.path())).is_err());
    }
}
