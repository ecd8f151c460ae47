//! The cache folder: what is fetched once for a user, whatever the checkout.
//!
//! It holds libtorch, tools, Python environments and data sets. It may be deleted at any time.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

/// Overrides the cache folder when set.
pub const VARIABLE: &str = "LLM_IN_RUST_CACHE";

/// The cache folder, which need not exist yet.
///
/// `$LLM_IN_RUST_CACHE`, or `llm-in-rust` in the system's cache folder: `$XDG_CACHE_HOME` or
/// `~/.cache` on Linux, `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows.
///
/// # Errors
/// When neither the variable nor a home folder is set.
pub fn folder() -> Result<PathBuf> {
    if let Some(dir) = env::var_os(VARIABLE).filter(|dir| !dir.is_empty()) {
        // Configuration files and rpaths keep this path, so it must not depend on where we stand.
        return std::path::absolute(dir)
            .with_context(|| format!("{VARIABLE} does not name a folder"));
    }
    let base = dirs::cache_dir().with_context(|| {
        format!(
            "no home folder to keep downloads in: set HOME, or {VARIABLE}=<folder>"
        )
    })?;
    Ok(base.join("llm-in-rust"))
}
