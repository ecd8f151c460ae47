//! `cargo xtask goldens`: makes the golden numbers again with PyTorch.
//!
//! Each script in `chapters/*/tests/golden/` takes `--out DIR` and writes its files there. They
//! are made in a temporary folder and moved beside the script, so a failing script changes nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

use crate::{chapters, paths, process, tools};

const REQUIREMENTS: &str = include_str!("../pins/goldens.txt");

/// Which golden numbers to make.
#[derive(clap::Args)]
pub struct Args {
    /// Only the scripts whose path contains this, such as ch03 or attention
    name: Option<String>,
}

/// Runs the scripts and lists the files that changed.
///
/// # Errors
/// When no script fits, the Python environment can't be made, or a script fails.
pub fn run(args: &Args) -> Result<()> {
    let wanted = args.name.as_deref().unwrap_or("");
    let scripts = scripts(wanted)?;
    if scripts.is_empty() {
        bail!("no script chapters/*/tests/golden/*.py has `{wanted}` in its path");
    }
    let python = python()?;
    for script in scripts {
        for line in renew(&python, &script)? {
            println!("{line}");
        }
    }
    Ok(())
}

/// A Python with PyTorch and Hugging Face's transformers; made first if it is missing.
///
/// # Errors
/// When it can't be made.
pub fn python() -> Result<PathBuf> {
    let venv = tools::ensure_venv("goldens", REQUIREMENTS)?;
    Ok(tools::venv_python(&venv))
}

fn scripts(wanted: &str) -> Result<Vec<PathBuf>> {
    let root = paths::root();
    let mut found = Vec::new();
    for chapter in chapters::all()? {
        let folder =
            Path::new("chapters").join(chapter).join("tests").join("golden");
        let Ok(entries) = fs::read_dir(root.join(&folder)) else { continue };
        for entry in entries {
            let path = folder.join(entry?.file_name());
            let is_script =
                path.extension().is_some_and(|extension| extension == "py");
            if is_script
                && path.to_string_lossy().replace('\\', "/").contains(wanted)
            {
                found.push(root.join(path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Runs one script and moves its files beside it. Returns one line per file.
fn renew(python: &Path, script: &Path) -> Result<Vec<String>> {
    let folder = script.parent().context("a script is in a folder")?;
    let stem = script.file_stem().context("a script has a name")?.to_string_lossy();
    let out = paths::root().join("target").join("goldens").join(&*stem);
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    fs::create_dir_all(&out)
        .with_context(|| format!("can't make {}", out.display()))?;
    process::run(
        Command::new(python).arg(script).arg("--out").arg(&out).current_dir(folder),
    )?;

    let files = WalkDir::new(&out).into_iter().collect::<Result<Vec<_>, _>>()?;
    let files = files.iter().filter(|entry| entry.file_type().is_file());
    let mut lines = files
        .map(|entry| {
            let name = entry.path().strip_prefix(&out)?;
            renew_file(entry.path(), &folder.join(name))
        })
        .collect::<Result<Vec<_>>>()?;
    lines.sort();
    Ok(lines)
}

/// Puts `new` in the place of `old` if they differ. Returns a line that says so.
fn renew_file(new: &Path, old: &Path) -> Result<String> {
    let before = fs::read(old).ok();
    let mark = match before {
        Some(before) if before == fs::read(new)? => "same   ",
        Some(_) => "changed",
        None => "new    ",
    };
    if mark != "same   " {
        if let Some(folder) = old.parent() {
            fs::create_dir_all(folder)?;
        }
        // target/ may be on another disk, where a rename would fail.
        let partial = old.with_extension("partial");
        fs::copy(new, &partial)
            .and_then(|_| fs::rename(&partial, old))
            .with_context(|| format!("can't write {}", old.display()))?;
    }
    let shown = old.strip_prefix(paths::root()).unwrap_or(old);
    Ok(format!("{mark} {}", shown.display()))
}
