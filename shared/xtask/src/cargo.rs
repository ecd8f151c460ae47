//! Starting cargo on the workspace from within `cargo xtask`.

use std::env;
use std::process::Command;

use anyhow::{Context, Result};

use crate::libtorch::Libtorch;
use crate::{pointer, setup};

/// A cargo that builds and runs against the libtorch that is set up (installing it if missing).
///
/// # Errors
/// When there is no libtorch and none can be installed.
pub fn with_libtorch() -> Result<Command> {
    // Ask before set-up rewrites the file: afterwards the old value would look like the user's.
    let own = setup::own_folder();
    let libtorch = setup::ensure()?;
    let mut command = plain();
    if own.is_none() {
        // Cargo handed us this one from the file; the child reads the file itself, and then
        // builds exactly what a `cargo run` typed by hand would.
        command.env_remove("LIBTORCH");
    }
    if let Some(flags) = env_rustflags(&libtorch)? {
        command.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", flags);
    }
    if cfg!(windows) {
        command.env("PATH", path_with(&libtorch)?);
    }
    Ok(command)
}

/// The cargo that runs us.
///
/// It does not see what `cargo run` told *us* about the package `xtask`: some build scripts
/// watch those variables, so libtorch's bindings would be rebuilt at every change between
/// `cargo xtask run` and plain `cargo run`.
pub fn plain() -> Command {
    let mut command =
        Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name.as_ref());
        }
    }
    command
}

/// When RUSTFLAGS is set, cargo ignores the run-path in the configuration: add it here.
fn env_rustflags(libtorch: &Libtorch) -> Result<Option<String>> {
    let Ok(set) = env::var("RUSTFLAGS") else { return Ok(None) };
    if env::var_os("CARGO_ENCODED_RUSTFLAGS").is_some() {
        return Ok(None); // it would win anyway, and whoever sets it knows cargo well
    }
    let mut flags: Vec<String> = set.split_whitespace().map(Into::into).collect();
    flags.extend(pointer::rustflags(&libtorch.lib)?);
    Ok(Some(flags.join("\u{1f}")))
}

fn path_with(libtorch: &Libtorch) -> Result<std::ffi::OsString> {
    let now = env::var_os("PATH").unwrap_or_default();
    let folders =
        std::iter::once(libtorch.lib.clone()).chain(env::split_paths(&now));
    env::join_paths(folders).context("can't put libtorch's folder on PATH")
}
