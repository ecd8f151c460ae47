//! Installing something into the shared cache once, however often that is interrupted.
//!
//! Every install runs under a lock, because two checkouts share one cache. The lock belongs to
//! the process: it is free again as soon as the process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Makes `folder` with `build` unless `complete` says it is there already.
///
/// `build` works in a temporary sibling, which is renamed only when it succeeds: an interrupted
/// install never looks like a finished one. `complete` is asked about `folder` as it is now.
///
/// # Errors
/// When the folders can't be made or renamed, and whatever `build` returns.
pub fn install(
    folder: &Path,
    complete: impl Fn(&Path) -> bool,
    build: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    if complete(folder) {
        return Ok(());
    }
    let _lock = lock(folder)?;
    if complete(folder) {
        return Ok(()); // someone else finished it while we waited
    }
    clean(folder)?;
    // The process id keeps us apart from a child that outlived a killed set-up and still writes.
    let partial = sibling(folder, &format!("partial-{}", std::process::id()));
    fs::create_dir_all(&partial)
        .with_context(|| format!("can't make {}", partial.display()))?;
    let built = build(&partial).and_then(|()| replace(&partial, folder));
    if built.is_err() {
        let _ = fs::remove_dir_all(&partial); // the next set-up cleans what is left
    }
    built
}

/// Like [`install`], for things that can't be moved once made (a virtual environment's scripts
/// name their own folder). `build` works in place; a marker file, written last, says it is whole.
///
/// # Errors
/// As [`install`].
pub fn install_in_place(
    folder: &Path,
    usable: impl Fn(&Path) -> bool,
    build: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let marker = folder.join(".complete");
    let complete = || marker.is_file() && usable(folder);
    if complete() {
        return Ok(());
    }
    let _lock = lock(folder)?;
    if complete() {
        return Ok(());
    }
    remove(folder)?;
    build(folder)?;
    File::create(&marker)
        .with_context(|| format!("can't write {}", marker.display()))?;
    Ok(())
}

/// Removes what interrupted installs of `folder` left beside it.
fn clean(folder: &Path) -> Result<()> {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
        return Ok(());
    };
    let stale = format!("{}.partial-", name.to_string_lossy());
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&stale) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn replace(partial: &Path, folder: &Path) -> Result<()> {
    remove(folder)?;
    fs::rename(partial, folder).with_context(|| {
        format!("can't rename {} to {}", partial.display(), folder.display())
    })
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| {
            format!("can't remove the unfinished {}", folder.display())
        })?;
    }
    Ok(())
}

/// Takes the lock beside `folder`, and says so when that means waiting.
fn lock(folder: &Path) -> Result<File> {
    let path = sibling(folder, "lock");
    let parent = folder.parent().unwrap_or(folder);
    fs::create_dir_all(parent).with_context(|| {
        format!(
            "can't make {}: check its permissions, or set {} to another folder",
            parent.display(),
            crate::paths::CACHE_VARIABLE
        )
    })?;
    let file = File::create(&path)
        .with_context(|| format!("can't write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            eprintln!(
                "Waiting for another `cargo xtask` that installs {}.",
                folder.display()
            );
        }
        // Some network folders have no locks. Then two set-ups at once are the user's to avoid.
        Err(TryLockError::Error(error))
            if error.kind() == ErrorKind::Unsupported =>
        {
            return Ok(file);
        }
        Err(TryLockError::Error(_)) => {}
    }
    file.lock().with_context(|| format!("can't lock {}", path.display()))?;
    Ok(file)
}

/// `<folder>.<suffix>`, beside `folder`.
fn sibling(folder: &Path, suffix: &str) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(suffix);
    folder.with_file_name(name)
}
