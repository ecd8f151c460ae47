//! Programs and Python environments the tasks lean on, at pinned versions, in the cache.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{cargo, install, once, paths, pins, process, python};

/// The path of the tool called `name`, which is installed first if it is missing.
///
/// # Errors
/// When `name` is not pinned in `pins/tools.toml`, or cargo can't install it.
pub fn ensure(name: &str) -> Result<PathBuf> {
    let folder = folder(name)?;
    once::install(
        &folder,
        |folder| program(folder, name).is_file(),
        |partial| cargo_install(name, partial),
    )?;
    Ok(program(&folder, name))
}

/// The path of the tool called `name` if it is installed.
///
/// # Errors
/// When `name` is not pinned in `pins/tools.toml`.
pub fn installed(name: &str) -> Result<Option<PathBuf>> {
    Ok(Some(program(&folder(name)?, name)).filter(|path| path.is_file()))
}

fn folder(name: &str) -> Result<PathBuf> {
    let pin = pins::tools().get(name).with_context(|| {
        format!("the tool {name} is not pinned in shared/xtask/pins/tools.toml")
    })?;
    Ok(paths::cache()?.join("tools").join(format!("{name}-{}", pin.version)))
}

fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join("bin").join(format!("{name}{EXE_SUFFIX}"))
}

fn cargo_install(name: &str, partial: &Path) -> Result<()> {
    let version = &pins::tools()[name].version;
    eprintln!(
        "Installing {name} {version}: built from source, a few minutes, once."
    );
    let build = partial.join("build");
    let mut command = cargo::plain();
    command.args(["install", "--locked", "--quiet", name, "--version", version]);
    command.arg("--root").arg(partial).current_dir(partial);
    command.env("CARGO_TARGET_DIR", &build);
    // Empty but set: no compiler flags, neither the user's nor this workspace's run-path.
    command.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", "");
    // These programs are quick enough without the last drop, and build in half the time.
    command.env("CARGO_PROFILE_RELEASE_LTO", "off");
    command.env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    command.stdout(std::io::stderr());
    process::run(&mut command).with_context(|| {
        format!("{name} {version} could not be installed: check the network and repeat the command")
    })?;
    fs::remove_dir_all(&build)
        .with_context(|| format!("can't remove {}", build.display()))
}

/// The folder of the virtual environment `name` that holds exactly `requirements` (the text of
/// a pip requirements file); it is made first if it is missing.
///
/// # Errors
/// When Python, its `venv` module, or the packages can't be had.
pub fn ensure_venv(name: &str, requirements: &str) -> Result<PathBuf> {
    let folder = venv_folder(name, requirements)?;
    // An upgraded system Python leaves a dangling link here; then it is made anew.
    let usable = |folder: &Path| venv_python(folder).is_file();
    once::install_in_place(&folder, usable, |folder| {
        make_venv(name, requirements, folder)
    })?;
    Ok(folder)
}

/// Where [`ensure_venv`] keeps the environment, made or not.
///
/// # Errors
/// When there is no cache folder.
pub fn venv_folder(name: &str, requirements: &str) -> Result<PathBuf> {
    // The standard hash may change with a new Rust; then the environment is made once more.
    let mut hasher = DefaultHasher::new();
    requirements.hash(&mut hasher);
    let hash = hasher.finish() as u32;
    Ok(paths::cache()?.join("venvs").join(format!("{name}-{hash:08x}")))
}

/// The Python of the virtual environment in `venv`.
pub fn venv_python(venv: &Path) -> PathBuf {
    venv_program(venv, "python")
}

/// The program `name` (`jupyter`, `python`, …) of the virtual environment in `venv`.
pub fn venv_program(venv: &Path, name: &str) -> PathBuf {
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    venv.join(folder).join(format!("{name}{EXE_SUFFIX}"))
}

fn make_venv(name: &str, requirements: &str, folder: &Path) -> Result<()> {
    let python = python::with_venv()?;
    eprintln!("Making the Python environment `{name}` in {}.", folder.display());
    process::capture(python.command().args(["-m", "venv"]).arg(folder))?;
    let list = folder.join("requirements.txt");
    fs::write(&list, requirements)
        .with_context(|| format!("can't write {}", list.display()))?;
    let mut pip = std::process::Command::new(venv_python(folder));
    pip.args(["-m", "pip", "install", "--no-input", "--disable-pip-version-check"]);
    pip.args(["--no-cache-dir", "--requirement"]).arg(&list);
    pip.env("PIP_USER", "0");
    install::run_pip(&mut pip)
}
