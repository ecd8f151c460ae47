//! `.cargo/libtorch.toml`: the ignored file that tells cargo where libtorch is on this machine.
//!
//! It says two things. `[env] LIBTORCH` is where the build finds headers and libraries; it is
//! not forced, so a `LIBTORCH` in the user's environment wins. The run-path makes every binary
//! find libtorch by itself, started by cargo or not; `LD_LIBRARY_PATH` in `[env]` would not do,
//! because cargo replaces that variable. Windows has no run-path: there `cargo xtask run` and
//! `test` put libtorch on PATH, and who starts a binary directly must do the same.
//!
//! The run-path is in a `[target]` table because cargo takes compiler flags from one place
//! only: the RUSTFLAGS variable, else `[target]` tables (joined), else `[build]`. Many people
//! have `[target]` flags in their own configuration (a faster linker), which would silence
//! `[build]` flags of ours. RUSTFLAGS still would: see [`crate::cargo`] and the doctor.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use toml::{Table, Value};

use crate::libtorch::Libtorch;
use crate::paths;

/// The file's path.
pub fn path() -> PathBuf {
    paths::root().join(".cargo").join("libtorch.toml")
}

/// The `LIBTORCH` the file names now, if there is a file that names one.
pub fn read() -> Option<PathBuf> {
    let table: Table = fs::read_to_string(path()).ok()?.parse().ok()?;
    let libtorch = table.get("env")?.get("LIBTORCH")?;
    let text = libtorch.as_str().or_else(|| libtorch.get("value")?.as_str())?;
    Some(PathBuf::from(text))
}

/// Points cargo at `libtorch`. Leaves the file alone when it already does: its flags are part
/// of every build's fingerprint.
///
/// # Errors
/// When the path can't be written down, or the file can't be written.
pub fn write(libtorch: &Libtorch) -> Result<()> {
    let text = render(libtorch)?;
    let path = path();
    if fs::read_to_string(&path).is_ok_and(|now| now == text) {
        return Ok(());
    }
    let partial =
        path.with_extension(format!("toml.partial-{}", std::process::id()));
    fs::write(&partial, text)
        .and_then(|()| fs::rename(&partial, &path))
        .with_context(|| format!("can't write {}", path.display()))
}

/// Whether the file says what [`write`](fn@write) would write.
pub fn in_sync(libtorch: &Libtorch) -> bool {
    let now = fs::read_to_string(path()).ok();
    now.is_some() && now == render(libtorch).ok()
}

/// The file's text for `libtorch`.
///
/// # Errors
/// When the path is not Unicode, or holds a comma, at which the linker would split it.
pub fn render(libtorch: &Libtorch) -> Result<String> {
    let env =
        Table::from_iter([("LIBTORCH".into(), text_of(&libtorch.root)?.into())]);
    let mut file = Table::from_iter([("env".into(), Value::Table(env))]);
    let flags = rustflags(&libtorch.lib)?;
    if !flags.is_empty() {
        // Examples in documentation are linked by rustdoc, which has flags of its own.
        let docs =
            Table::from_iter([("rustdocflags".into(), Value::from(flags.clone()))]);
        file.insert("build".into(), docs.into());
        let flags = Table::from_iter([("rustflags".into(), Value::from(flags))]);
        let here = format!("cfg(target_os = \"{}\")", std::env::consts::OS);
        file.insert(
            "target".into(),
            Table::from_iter([(here, Value::Table(flags))]).into(),
        );
    }
    let body = toml::to_string(&file).context("can't write libtorch.toml")?;
    Ok(format!(
        "# Written by `cargo xtask setup`. Delete it to set up anew.\n{body}"
    ))
}

/// The compiler flags that make binaries find the libraries in `lib`; none on Windows.
///
/// # Errors
/// As [`render`].
pub fn rustflags(lib: &Path) -> Result<Vec<String>> {
    if cfg!(windows) {
        return Ok(Vec::new());
    }
    let lib = text_of(lib)?;
    if lib.contains(',') {
        bail!(
            "the path {lib} holds a comma, which linkers can't take: choose another folder"
        );
    }
    // The old kind of tag is also used for the libraries' own dependencies, and comes before
    // LD_LIBRARY_PATH, so another libtorch on that path does no harm.
    let old_tag =
        if cfg!(target_os = "macos") { "" } else { ",--disable-new-dtags" };
    Ok(vec!["-C".into(), format!("link-arg=-Wl,-rpath,{lib}{old_tag}")])
}

fn text_of(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| {
        format!("the path {} is not Unicode: choose another folder", path.display())
    })
}
