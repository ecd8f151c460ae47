//! Something in the book that does not hold.

use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong, where it is, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, from the top of the checkout.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub what: String,
}

impl Problem {
    pub(crate) fn new(file: &Path, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.to_path_buf(), line, what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", show(&self.file), self.line, self.what)
    }
}

/// The path with forward slashes, the same on every system.
pub(crate) fn show(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
