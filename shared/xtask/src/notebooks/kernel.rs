//! The Rust kernel: JupyterLab in a virtual environment, evcxr, and the description that joins them.
//!
//! Nothing is written to the user's home outside the cache: the kernel is registered inside the
//! virtual environment. `python/kernel.py` starts evcxr and explains how builds are kept.

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::{compare, execute, find, notebook::Notebook};
use crate::{paths, setup, tools};

const REQUIREMENTS: &str = include_str!("../../pins/notebooks-requirements.txt");
const LAUNCHER: &str = include_str!("../../python/kernel.py");

/// The virtual environment with JupyterLab and the kernel, made first if it is missing.
///
/// # Errors
/// When libtorch, evcxr or the Python packages can't be had.
pub fn ensure() -> Result<PathBuf> {
    let libtorch = setup::ensure_libtorch()?;
    let evcxr = tools::ensure("evcxr_jupyter")?;
    let venv = tools::ensure_venv("notebooks", REQUIREMENTS)?;
    register(&venv, &evcxr, &libtorch)?;
    Ok(venv)
}

/// Writes the kernel's folder into the virtual environment.
fn register(venv: &Path, evcxr: &Path, libtorch: &Path) -> Result<()> {
    let folder = venv.join("share/jupyter/kernels/rust");
    fs::create_dir_all(&folder)
        .with_context(|| format!("can't make {}", folder.display()))?;
    let launcher = folder.join("kernel.py");
    let spec = json!({
        "display_name": "Rust",
        "language": "rust",
        "interrupt_mode": "message",
        "argv": [tools::venv_python(venv), launcher, "{connection_file}"],
        "env": {
            // As in .cargo/config.toml, which explains it.
            "GOMP_SPINCOUNT": "10000",
            "LIBTORCH": libtorch,
            "LLM_IN_RUST_CACHE": paths::cache()?,
            "LLM_IN_RUST_CARGO": cargo_folder(),
            "LLM_IN_RUST_CHECKOUT": paths::root(),
            "LLM_IN_RUST_EVCXR": evcxr,
        },
    });
    replace(&launcher, LAUNCHER)?;
    replace(&folder.join("kernel.json"), &serde_json::to_string_pretty(&spec)?)
}

fn replace(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let temporary = path.with_extension("part");
    fs::write(&temporary, text)
        .and_then(|()| fs::rename(&temporary, path))
        .with_context(|| format!("can't write {}", path.display()))
}

/// Where cargo is, for a Jupyter that was started without it on its path. Cargo names itself to
/// what it runs; behind rustup that is the toolchain's own cargo, with rustc beside it.
fn cargo_folder() -> PathBuf {
    let cargo = env::var_os("CARGO").map(PathBuf::from).unwrap_or_default();
    cargo.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Whether the libraries that notebooks use have been built for the kernel.
///
/// # Errors
/// When there is no cache folder.
pub fn is_warm() -> Result<bool> {
    let Ok(entries) = fs::read_dir(paths::cache()?.join("evcxr")) else {
        return Ok(false);
    };
    let mut names = entries.flatten().map(|entry| entry.file_name());
    Ok(names.any(|name| name.to_string_lossy().starts_with("template-")))
}

/// Builds what the notebooks depend on, and proves that a cell runs.
///
/// # Errors
/// When the cell does not run, with what the kernel said.
pub fn warm_up(venv: &Path) -> Result<()> {
    eprintln!(
        "Building the notebooks' libraries (a few minutes the first time) ..."
    );
    let start = Instant::now();
    let top = paths::root().join("notebooks");
    fs::create_dir_all(&top)?;
    try_cells(venv, &top, &libraries()?)?;
    eprintln!(
        "A cell ran and gave the right answer ({:.0} s).",
        start.elapsed().as_secs_f32()
    );
    Ok(())
}

/// The `:dep` lines of all notebooks, with paths that hold anywhere, each once.
fn libraries() -> Result<Vec<String>> {
    let mut lines = vec![
        ":dep tch = { version = \"*\", features = [\"download-libtorch\"] }"
            .to_owned(),
    ];
    for path in find::all()? {
        let folder = path.parent().unwrap_or(&path).to_path_buf();
        for cell in Notebook::read(&path)?.code_cells() {
            for line in
                cell.source().lines().filter(|line| line.starts_with(":dep "))
            {
                let name =
                    |line: &str| line.split_whitespace().nth(1).map(str::to_owned);
                if !lines.iter().any(|known| name(known) == name(line)) {
                    lines.push(anchored(line, &folder));
                }
            }
        }
    }
    Ok(lines)
}

/// Replaces the relative path in a `:dep` line by the absolute one.
fn anchored(line: &str, folder: &Path) -> String {
    let parts: Vec<&str> = line.splitn(3, '"').collect();
    let [before, path, after] = parts[..] else { return line.to_owned() };
    if !before.contains("path") {
        return line.to_owned();
    }
    let absolute = folder.join(path).to_string_lossy().replace('\\', "/");
    format!("{before}\"{absolute}\"{after}")
}

fn try_cells(venv: &Path, folder: &Path, libraries: &[String]) -> Result<()> {
    let libraries = libraries.join("\n");
    let sources = [
        libraries.as_str(),
        "println!(\"{}\", (tch::Tensor::from_slice(&[6i64]) * 7).int64_value(&[0]));",
        // A mistake, on purpose: to explain one, evcxr has all libraries checked by cargo, which
        // would make a learner's first mistake cost half a minute.
        "let mistake: i64 = \"\";",
    ];
    let ran = execute::execute_code(venv, &Notebook::of_code(&sources), folder)?;
    let cells: Vec<_> = ran.code_cells().collect();
    let right =
        cells.len() == 3 && cells[1].text() == "42\n" && cells[2].error().is_some();
    if !right {
        let said = compare::failure(&ran).unwrap_or_default();
        bail!(
            "the Rust kernel does not work:\n{said}\n`cargo xtask doctor` may know why"
        );
    }
    Ok(())
}
