//! The doctor's checks, one function each. None changes anything, and none needs the network.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::Check;
use crate::libtorch::{self, Libtorch, Variables};
use crate::{compiler, paths, pins, pointer, process, python, setup, tools};

/// The oldest cargo that reads `include` in its configuration, which set-up relies on.
const OLDEST_CARGO: (u32, u32) = (1, 94);
/// Below this much free disk, set-up or a build will fail before long.
const NEEDED_MB: u64 = 4_000;
/// Where readers keep texts and checkpoints of their own.
const DATA_VARIABLE: &str = "LLM_IN_RUST_DATA";

/// Every check, in the order a person would mend things.
pub fn all() -> Vec<Check> {
    let libtorch = find_libtorch();
    let mut report = vec![rust(), cargo_include(), cpp(), python_and_pip()];
    report.extend(libtorch_checks(libtorch));
    report.extend([variables(), rustflags()]);
    report.extend(disk());
    report.push(venv());
    report.extend(tool_checks());
    report.extend([jupyter(), data()]);
    report
}

fn rust() -> Check {
    let needed = env!("CARGO_PKG_RUST_VERSION");
    let Ok(version) = process::capture(Command::new("rustc").arg("--version"))
    else {
        return Check::broken(
            "Rust",
            "no rustc on PATH",
            "install it from https://rustup.rs",
        );
    };
    let found = version.trim().to_owned();
    match (version_in(&found), version_in(&format!("rust {needed}"))) {
        (Some(have), Some(need)) if have < need => Check::broken(
            "Rust",
            format!("{found}, older than {needed}"),
            "rustup update stable",
        ),
        _ => Check::good("Rust", found),
    }
}

/// A cargo that is too old ignores `.cargo/libtorch.toml`: builds then miss libtorch.
fn cargo_include() -> Check {
    let name = "cargo's include";
    let found = process::capture(crate::cargo::plain().arg("--version"))
        .unwrap_or_default();
    match version_in(&found) {
        Some(version) if version >= OLDEST_CARGO => Check::good(name, "read"),
        _ => Check::broken(
            name,
            format!("needs cargo {} or newer", python::dotted(OLDEST_CARGO)),
            "rustup update stable",
        ),
    }
}

/// The version in `rustc 1.95.0 (…)`.
fn version_in(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_whitespace().nth(1)?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn cpp() -> Check {
    match compiler::find() {
        Ok(found) => Check::good("C++ compiler", found),
        Err(error) => from_error("C++ compiler", &error),
    }
}

/// Needed only to install: who brings a libtorch of their own gets by without.
fn python_and_pip() -> Check {
    match python::with_pip() {
        Ok(python) => {
            let pip = python.pip.map(python::dotted).unwrap_or_default();
            let version = python::dotted(python.version);
            Check::good(
                "Python and pip",
                format!("{} {version}, pip {pip}", python.show()),
            )
        }
        Err(error) => optional_from_error("Python and pip", &error),
    }
}

fn venv() -> Check {
    match python::with_venv() {
        Ok(_) => Check::good("Python's venv", "works"),
        Err(error) => optional_from_error("Python's venv", &error),
    }
}

fn find_libtorch() -> Result<Libtorch> {
    let root = setup::own_folder()
        .or_else(pointer::read)
        .context("not set up yet: cargo xtask setup")?;
    libtorch::inspect(&root, &Variables::from_env())
}

fn libtorch_checks(libtorch: Result<Libtorch>) -> Vec<Check> {
    let libtorch = match libtorch {
        Ok(libtorch) => libtorch,
        Err(error) => return vec![from_error("libtorch", &error)],
    };
    let version = libtorch.version.as_deref().unwrap_or("of an unknown version");
    let mut found = vec![
        Check::good(
            "libtorch",
            format!("{version} in {}", libtorch.root.display()),
        ),
        loads(&libtorch),
        in_sync(&libtorch),
    ];
    found.extend(cuda(&libtorch));
    found
}

/// Loading runs libtorch's own start-up code, so it happens in a process of its own.
fn loads(libtorch: &Libtorch) -> Check {
    let name = "libtorch loads";
    let tried =
        env::current_exe().context("can't find this program").and_then(|program| {
            let library = libtorch::library(&libtorch.lib, "torch_cpu");
            process::capture(
                Command::new(program).args(["doctor", "--load"]).arg(library),
            )
        });
    match tried {
        Ok(_) => Check::good(name, "yes"),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().next_back().unwrap_or_default().trim();
            Check::broken(name, reason, "cargo xtask setup --force")
        }
    }
}

/// Loads the shared library at `path`, and forgets it.
///
/// # Errors
/// When the system's loader refuses it; its message names what is missing.
pub fn load(path: &Path) -> Result<()> {
    // SAFETY: loading runs the library's initialisers. This one is libtorch, which every
    // chapter loads the same way at start; and this process does nothing else.
    #[allow(unsafe_code)]
    let library = unsafe { libloading::Library::new(path) };
    let library = library.map_err(|error| anyhow::anyhow!("{error}"))?;
    std::mem::forget(library); // unloading libtorch is not something it expects
    Ok(())
}

fn in_sync(libtorch: &Libtorch) -> Check {
    let name = ".cargo/libtorch.toml";
    if pointer::in_sync(libtorch) {
        return Check::good(name, "in step");
    }
    Check::broken(name, "does not fit the libtorch in use", "cargo xtask setup")
}

/// The driver comes from the system, libtorch's half from set-up; a GPU needs both.
fn cuda(libtorch: &Libtorch) -> Option<Check> {
    let driver = Command::new("nvidia-smi")
        .args(["--query-gpu=name,driver_version", "--format=csv,noheader"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map(|output| {
            String::from_utf8_lossy(&output.stdout).trim().replace('\n', "; ")
        });
    match (driver, libtorch.cuda) {
        (Some(gpu), true) => Some(Check::good("CUDA", gpu)),
        (Some(gpu), false) => Some(Check::optional(
            "CUDA",
            format!("{gpu}, but this libtorch is for the CPU"),
            "cargo xtask setup --cuda",
        )),
        (None, true) => {
            Some(Check::good("CUDA", "in libtorch, but no GPU driver was seen"))
        }
        (None, false) => Some(Check::good("CUDA", "no GPU seen; the CPU is used")),
    }
}

/// Variables that change what the build takes, so that a surprise can be traced.
fn variables() -> Check {
    let mut set: Vec<String> = env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let is_ours = name.starts_with("LIBTORCH") && name != "LIBTORCH";
            is_ours.then(|| format!("{name}={}", value.to_string_lossy()))
        })
        .collect();
    if let Some(own) = setup::own_folder() {
        set.push(format!("LIBTORCH={}", own.display()));
    }
    set.sort();
    if env::var_os("LIBTORCH_USE_PYTORCH").is_some() {
        return Check::broken(
            "LIBTORCH variables",
            set.join(", "),
            "unset LIBTORCH_USE_PYTORCH",
        );
    }
    if set.is_empty() {
        set.push("none set".into());
    }
    Check::good("LIBTORCH variables", set.join(", "))
}

fn rustflags() -> Check {
    let set = ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"]
        .iter()
        .find(|name| env::var_os(name).is_some());
    match set {
        Some(name) if !cfg!(windows) => Check::optional(
            "compiler flags",
            format!(
                "{name} is set, so a plain `cargo run` can't find libtorch when it starts"
            ),
            format!("unset {name}, or start chapters by `cargo xtask run`"),
        ),
        _ => Check::good("compiler flags", "from the configuration"),
    }
}

fn disk() -> Vec<Check> {
    let target = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| paths::root().join("target"), PathBuf::from);
    let cache = paths::cache().map(|cache| disk_check("disk, cache", &cache));
    let cache = cache.unwrap_or_else(|error| from_error("disk, cache", &error));
    vec![cache, disk_check("disk, target", &target)]
}

fn disk_check(name: &'static str, folder: &Path) -> Check {
    // Before the first set-up the folder is not there; the nearest one above is on its disk.
    let there = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(folder);
    let Ok(bytes) = fs4::available_space(there) else {
        return Check::good(
            name,
            format!("{}: free space unknown", folder.display()),
        );
    };
    let free = bytes / 1_000_000;
    let found =
        format!("{:.1} GB free in {}", free as f64 / 1000.0, folder.display());
    if free >= NEEDED_MB {
        return Check::good(name, found);
    }
    let move_it = if name.ends_with("cache") {
        paths::CACHE_VARIABLE
    } else {
        "CARGO_TARGET_DIR"
    };
    Check::optional(
        name,
        format!("{found}; {:.0} GB are wanted", NEEDED_MB as f64 / 1000.0),
        format!("make room, or set {move_it} to a folder on another disk"),
    )
}

fn tool_checks() -> Vec<Check> {
    let needs = [
        ("mdbook", "cargo xtask book build"),
        ("mdbook-katex", "cargo xtask book build"),
        ("evcxr_jupyter", "cargo xtask notebooks install"),
    ];
    needs.into_iter().map(|(name, command)| tool(name, command)).collect()
}

fn tool(name: &'static str, command: &str) -> Check {
    let Some(pin) = pins::tools().get(name) else {
        return Check::broken(
            name,
            "not pinned",
            "restore shared/xtask/pins/tools.toml",
        );
    };
    match tools::installed(name) {
        Ok(Some(_)) => Check::good(name, pin.version.clone()),
        _ => Check::optional(
            name,
            "not installed yet",
            format!("{command} (installs it)"),
        ),
    }
}

/// The notebooks' environment; its name carries a hash of what is in it.
fn jupyter() -> Check {
    let venvs = paths::cache().map(|cache| cache.join("venvs"));
    let entries =
        venvs.ok().and_then(|venvs| venvs.read_dir().ok()).into_iter().flatten();
    let found = entries.filter_map(|entry| Some(entry.ok()?.path())).find(|venv| {
        let kernel = venv.join("share").join("jupyter").join("kernels");
        tools::venv_program(venv, "jupyter").is_file() && kernel.is_dir()
    });
    match found {
        Some(venv) => Check::good("Jupyter", venv.display().to_string()),
        None => Check::optional(
            "Jupyter",
            "not installed yet",
            "cargo xtask notebooks install",
        ),
    }
}

fn data() -> Check {
    match env::var_os(DATA_VARIABLE).map(PathBuf::from) {
        None => Check::good(
            "data folder",
            format!("{DATA_VARIABLE} is not set; fetched or built-in data is used"),
        ),
        Some(folder) if folder.is_dir() => {
            Check::good("data folder", folder.display().to_string())
        }
        Some(folder) => Check::optional(
            "data folder",
            format!(
                "{DATA_VARIABLE} is {}, which does not exist",
                folder.display()
            ),
            format!("make that folder, or unset {DATA_VARIABLE}"),
        ),
    }
}

/// Our errors read `what is wrong: what mends it`; the last part is the fix.
fn from_error(name: &'static str, error: &anyhow::Error) -> Check {
    let (found, fix) = split(error);
    Check::broken(name, found, fix)
}

fn optional_from_error(name: &'static str, error: &anyhow::Error) -> Check {
    let (found, fix) = split(error);
    Check::optional(name, found, fix)
}

fn split(error: &anyhow::Error) -> (String, String) {
    let text = error.to_string();
    match text.rsplit_once(": ") {
        Some((found, fix)) => (found.to_owned(), fix.to_owned()),
        None => (text, "cargo xtask setup".to_owned()),
    }
}
