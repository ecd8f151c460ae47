//! The checkout we work in, and the cargo that builds it.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

/// A checkout of the project.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// Its top folder.
    pub root: PathBuf,
    /// Where its builds go. Exercises are built there too, so that torch-sys is built once.
    pub target: PathBuf,
}

impl Checkout {
    /// Opens the checkout at `root`.
    ///
    /// # Errors
    /// When cargo can't read its `Cargo.toml`.
    pub fn open(root: &Path) -> Result<Self> {
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .current_dir(root)
            .no_deps()
            .exec()
            .with_context(|| {
                format!("cargo can't read the workspace in {}", root.display())
            })?;
        Ok(Self {
            root: root.to_path_buf(),
            target: metadata.target_directory.into_std_path_buf(),
        })
    }

    /// Where this crate keeps what it makes.
    pub fn scratch(&self) -> PathBuf {
        self.target.join("coursework")
    }

    /// A cargo for `manifest` that builds as the checkout itself does: it starts at the
    /// top, where `.cargo/config.toml` says where libtorch is.
    pub fn cargo(&self, verb: &str, manifest: &Path) -> Command {
        let mut cargo =
            Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
        for (name, _) in env::vars_os().filter(|(name, _)| is_about_us(name)) {
            cargo.env_remove(name);
        }
        cargo
            .current_dir(&self.root)
            .arg(verb)
            .arg("--manifest-path")
            .arg(manifest);
        cargo
    }
}

/// Whether `cargo run` set this variable to describe the program that is running, which is
/// us. Some build scripts (that of `ring`, which libtorch's bindings need) run again when it
/// changes, so a cargo that we start must not see it: it would build the bindings anew.
fn is_about_us(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}
