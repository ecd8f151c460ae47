//! Where things are: the checkout, and the per-user cache that all checkouts share.

use std::path::{Path, PathBuf};

pub use ::cache::{VARIABLE as CACHE_VARIABLE, folder as cache};

/// The top of the checkout.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR")); // …/shared/xtask
    xtask.ancestors().nth(2).unwrap_or(xtask).to_path_buf()
}
