//! Where things are: the checkout, and the per-user cache that all checkouts share.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Overrides the cache folder when set.
pub const CACHE_VARIABLE: &str = "LLM_IN_RUST_CACHE";

/// The top of the checkout.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR")); // …/shared/xtask
    xtask.ancestors().nth(2).unwrap_or(xtask).to_path_buf()
}

/// The per-user cache: libtorch, tools and virtual environments, shared by all checkouts.
///
/// `$LLM_IN_RUST_CACHE`, or `llm-in-rust` in the system's cache folder: `$XDG_CACHE_HOME` or
/// `~/.cache` on Linux, `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows.
///
/// # Errors
/// When neither the variable nor a home folder is set.
pub fn cache() -> Result<PathBuf> {
    if let Some(dir) = env::var_os(CACHE_VARIABLE).filter(|dir| !dir.is_empty()) {
        // Configuration files and rpaths keep this path, so it must not depend on where we stand.
        return std::path::absolute(dir)
            .with_context(|| format!("{CACHE_VARIABLE} does not name a folder"));
    }
    let base = dirs::cache_dir().with_context(|| {
        format!("no home folder to keep libtorch in: set HOME, or {CACHE_VARIABLE}=<folder>")
    })?;
    Ok(base.join("llm-in-rust"))
}
