//! Fetching libtorch: the wheels of PyTorch, by pip, into the cache, without what Rust never uses.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use crate::libtorch::{self, Variables};
use crate::pins::{self, Variant, Wheels};
use crate::python::{self, Python};
use crate::{once, paths};

/// Where the cache keeps `variant`: what `LIBTORCH` names once it is installed.
///
/// # Errors
/// When there is no cache folder.
pub fn root(variant: Variant) -> Result<PathBuf> {
    Ok(folder(variant)?.join("torch"))
}

fn folder(variant: Variant) -> Result<PathBuf> {
    let name = format!("{}-{}", pins::libtorch().version, variant.name());
    Ok(paths::cache()?.join("libtorch").join(name))
}

/// Installs `variant` into the cache unless it is there; `force` installs it again.
/// Returns its root.
///
/// # Errors
/// One sentence and the fix: no such build for this platform, no Python or pip, no room, no
/// network, a damaged download.
pub fn ensure(variant: Variant, force: bool) -> Result<PathBuf> {
    let root = root(variant)?;
    let complete = |_: &Path| {
        !force && libtorch::inspect(&root, &Variables::default()).is_ok()
    };
    once::install(&folder(variant)?, complete, |partial| {
        install(variant, partial)
    })?;
    Ok(root)
}

fn install(variant: Variant, partial: &Path) -> Result<()> {
    let pin = pins::libtorch();
    let wheels = pin.wheels(variant).ok_or_else(|| no_build(variant))?;
    let python = python::with_pip()?;
    check_room(partial, wheels)?;
    eprintln!(
        "Installing libtorch {} ({}): {} MB to download, {} MB on disk, once for all checkouts.",
        pin.version,
        variant.name(),
        wheels.download_mb,
        wheels.disk_mb
    );
    eprintln!("It goes to {}.", folder(variant)?.display());
    pip(&python, partial, wheels)?;
    if variant == Variant::Cpu {
        prune(partial)?;
    }
    let root = partial.join("torch");
    fs::write(root.join("build-version"), &pin.version)?;
    libtorch::inspect(&root, &Variables::default())
        .context("the wheel of torch is not as expected")?;
    Ok(())
}

fn no_build(variant: Variant) -> anyhow::Error {
    let (version, platform) = (&pins::libtorch().version, pins::platform());
    match variant {
        Variant::Cpu => anyhow!(
            "PyPI has no libtorch {version} for {platform}: set LIBTORCH to one of your own"
        ),
        Variant::Cuda => anyhow!(
            "PyPI has no libtorch {version} with CUDA for {platform}: get it from \
             https://pytorch.org/get-started/locally (LibTorch, C++) and set LIBTORCH to it"
        ),
    }
}

/// pip keeps the wheels and what it unpacks side by side for a moment.
fn check_room(partial: &Path, wheels: &Wheels) -> Result<()> {
    let needed = wheels.peak_mb;
    let free =
        fs4::available_space(partial).map_or(u64::MAX, |bytes| bytes / 1_000_000);
    if free < needed {
        bail!(
            "installing libtorch needs {needed} MB for a moment, and {} has {free} MB free: make \
             room, or set {} to a folder on another disk",
            partial.parent().unwrap_or(partial).display(),
            paths::CACHE_VARIABLE
        );
    }
    Ok(())
}

fn pip(python: &Python, partial: &Path, wheels: &Wheels) -> Result<()> {
    // The system's temporary folder is often small or in memory; and this one goes when a
    // killed set-up is cleaned up.
    let temporary = partial.join("tmp");
    fs::create_dir_all(&temporary)?;
    let requirements = temporary.join("requirements.txt");
    fs::write(&requirements, wheels.wheels.join("\n"))?;

    let mut command = python.command();
    command.args([
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
    ]);
    command.args([
        "--no-cache-dir",
        "--no-deps",
        "--no-compile",
        "--require-hashes",
    ]);
    command.args(["--only-binary=:all:", "--implementation", "cp"]);
    let version = &pins::libtorch().python;
    command.args(["--python-version", version]);
    command.args(["--abi", &format!("cp{}", version.replace('.', ""))]);
    for platform in &wheels.platforms {
        command.args(["--platform", platform]);
    }
    command.arg("--target").arg(partial).arg("--requirement").arg(&requirements);
    // Settings a person may have that contradict --target.
    command.env("PIP_USER", "0").env("PIP_REQUIRE_VIRTUALENV", "0");
    for variable in ["TMPDIR", "TEMP", "TMP"] {
        command.env(variable, &temporary);
    }
    run_pip(&mut command)?;
    fs::remove_dir_all(&temporary)?;
    Ok(())
}

/// Runs pip with its progress on our standard error, and turns what it says into one sentence.
///
/// # Errors
/// When pip fails.
pub fn run_pip(command: &mut Command) -> Result<()> {
    // Standard output belongs to the chapter that runs next.
    let mut child = command
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .stderr(Stdio::piped())
        .spawn()
        .context("could not start pip")?;
    let mut said = Vec::new();
    if let Some(pipe) = child.stderr.take() {
        for line in BufReader::new(pipe).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).trim().to_owned();
            if line.contains("Retrying (")
                && !said.iter().any(|l: &String| l.contains("Retrying ("))
            {
                eprintln!(
                    "The package index does not answer; pip keeps trying for a while."
                );
            }
            said.push(line);
        }
    }
    if child.wait()?.success() {
        return Ok(());
    }
    Err(anyhow!("{}", explain(&said)))
}

/// What pip's messages mean, and what to do about it.
pub fn explain(said: &[String]) -> String {
    let says = |words: &[&str]| {
        said.iter().any(|line| words.iter().any(|word| line.contains(word)))
    };
    if says(&["No space left", "Errno 28"]) {
        return format!(
            "the disk is full: make room, or set {} to a folder on another disk, and repeat the \
             command",
            paths::CACHE_VARIABLE
        );
    }
    if says(&["DO NOT MATCH THE HASHES", "incomplete-download"]) {
        return "the download was damaged (its hash is not the pinned one): repeat the command, \
                and if it stays so, check the proxy or mirror that pip uses (`pip config list`)"
            .into();
    }
    if says(&[
        "Retrying (",
        "Max retries",
        "ConnectionError",
        "ConnectTimeout",
        "ReadTimeout",
        "Temporary failure in name",
    ]) {
        return "the package index can't be reached: check the network or proxy (`pip config \
                list`) and repeat the command"
            .into();
    }
    // Without retries pip says no more than this when there is no network either.
    if says(&["No matching distribution"]) {
        return "the package index can't be reached or does not have the pinned version: check the \
                network and `pip config list`, and repeat the command"
            .into();
    }
    let error = said.iter().rfind(|line| line.starts_with("ERROR")).or(said.last());
    format!(
        "pip failed: {}",
        error.map_or("it did not say why", |line| line.as_str())
    )
}

/// Removes what a CPU build never uses: CUDA's kernels, the Python package, helper programs.
/// That is half of what was unpacked.
fn prune(partial: &Path) -> Result<()> {
    keep_only(partial, |name| {
        // Licences are in the *.dist-info folders.
        name == "torch" || name == "nvidia" || name.ends_with(".dist-info")
    })?;
    keep_only(&partial.join("torch"), |name| {
        ["include", "lib", "share", "version.py"].contains(&name)
    })?;
    keep_only(&partial.join("torch").join("lib"), |name| {
        let cuda =
            ["cuda", "nvshmem", "nvrtc"].iter().any(|part| name.contains(part));
        !cuda && !name.contains("torch_python")
    })?;
    // libtorch_cpu.so is linked to these two, even in a program that never sees a GPU.
    let nvidia = partial.join("nvidia").join("cu13");
    keep_only(&nvidia, |name| name == "lib")?;
    keep_only(&nvidia.join("lib"), |name| {
        name.starts_with("libcudart.so") || name.starts_with("libcupti.so")
    })
}

/// Removes everything in `folder` that `keep` does not want; a missing folder is fine.
fn keep_only(folder: &Path, keep: impl Fn(&str) -> bool) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if keep(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let path = entry.path();
        let removed = if entry.file_type()?.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.with_context(|| format!("can't remove {}", path.display()))?;
    }
    Ok(())
}
