//! A libtorch folder: is it one, which version, and what people get wrong about it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde::Serialize;

use crate::pins;

/// A libtorch that fits this workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Libtorch {
    /// What `LIBTORCH` names: the folder that holds `include` and `lib`.
    pub root: PathBuf,
    /// Where the shared libraries are; `root/lib` unless `LIBTORCH_LIB` says otherwise.
    pub lib: PathBuf,
    /// Its version, such as `2.11.0+cu130`; some builds do not say.
    pub version: Option<String>,
    /// Whether CUDA's half is there too.
    pub cuda: bool,
}

/// The variables of `torch-sys` that say where libtorch is. Each names a *root*: torch-sys
/// itself appends `include` or `lib`.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// `LIBTORCH`: root of everything.
    pub libtorch: Option<PathBuf>,
    /// `LIBTORCH_LIB`: root of `lib`, if it is elsewhere.
    pub lib: Option<PathBuf>,
    /// `LIBTORCH_INCLUDE`: root of `include`, if it is elsewhere.
    pub include: Option<PathBuf>,
}

impl Variables {
    /// The variables of this process.
    pub fn from_env() -> Self {
        let folder =
            |name| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        Self {
            libtorch: folder("LIBTORCH"),
            lib: folder("LIBTORCH_LIB"),
            include: folder("LIBTORCH_INCLUDE"),
        }
    }
}

/// Looks at the libtorch in `root`, taking `LIBTORCH_LIB` and `LIBTORCH_INCLUDE` into account.
///
/// # Errors
/// One sentence with the fix, when it is none, of another version, or a variable is off.
pub fn inspect(root: &Path, variables: &Variables) -> Result<Libtorch> {
    check_root("LIBTORCH", root, variables.lib.is_some())?;
    let lib_root = variables.lib.as_deref().unwrap_or(root);
    if variables.lib.is_some() {
        check_root("LIBTORCH_LIB", lib_root, false)?;
    }
    let include_root = variables.include.as_deref().unwrap_or(root);
    if !include_root.join("include").join("torch").is_dir() {
        let name = if variables.include.is_some() {
            "LIBTORCH_INCLUDE"
        } else {
            "LIBTORCH"
        };
        bail!(
            "{name} is {}, which has no include/torch: {}",
            include_root.display(),
            include_fix(name, include_root)
        );
    }
    let version = version_of(root);
    if let Some(version) = version.as_deref().filter(|version| !fits(version)) {
        bail!(
            "{} holds libtorch {version}, but this workspace needs {}: unset LIBTORCH and run \
             `cargo xtask setup`, which installs that version",
            root.display(),
            pins::libtorch().version
        );
    }
    let lib = lib_root.join("lib");
    let cuda = library(&lib, "torch_cuda").is_file();
    Ok(Libtorch { root: root.to_path_buf(), lib, version, cuda })
}

/// The version that the libtorch in `root` says it has: in `build-version` (official archives,
/// and ours) or in `version.py` (Python packages).
pub fn version_of(root: &Path) -> Option<String> {
    if let Ok(text) = fs::read_to_string(root.join("build-version")) {
        return Some(text.trim().to_owned());
    }
    let text = fs::read_to_string(root.join("version.py")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("__version__"))?;
    let quoted = line.split(['\'', '"']).nth(1)?;
    Some(quoted.to_owned())
}

/// The file name of the shared library `name` in `lib`, on this system.
pub fn library(lib: &Path, name: &str) -> PathBuf {
    lib.join(format!(
        "{}{name}{}",
        env::consts::DLL_PREFIX,
        env::consts::DLL_SUFFIX
    ))
}

/// Whether tch accepts this version: the part before `+cpu` or `+cu130` must be equal.
fn fits(version: &str) -> bool {
    let bypassed = env::var_os("LIBTORCH_BYPASS_VERSION_CHECK").is_some();
    bypassed || version.split('+').next() == Some(pins::libtorch().version.as_str())
}

/// Whether `root/lib` holds libtorch; if not, says which folder was probably meant.
fn check_root(variable: &str, root: &Path, lib_is_elsewhere: bool) -> Result<()> {
    let holds = |folder: &Path| library(&folder.join("lib"), "torch_cpu").is_file();
    if root.is_relative() {
        bail!(
            "{variable} is {}, a relative path, which the build reads from another folder: set \
             it to the full path",
            root.display()
        );
    }
    if lib_is_elsewhere || holds(root) {
        return Ok(());
    }
    let inner = ["torch", "libtorch"].map(|name| root.join(name));
    let meant = root.parent().into_iter().chain(inner.iter().map(PathBuf::as_path));
    if let Some(meant) = meant.into_iter().find(|folder| holds(folder)) {
        bail!(
            "{variable} is {}, but it must name the folder that holds `lib` and `include`: set \
             {variable}={}",
            root.display(),
            meant.display()
        );
    }
    let what =
        if root.is_dir() { "holds no lib/libtorch_cpu" } else { "does not exist" };
    bail!(
        "{variable} is {}, which {what}: unset {variable} and run `cargo xtask setup`",
        root.display()
    )
}

/// What to do about an include folder that is none.
fn include_fix(variable: &str, root: &Path) -> String {
    match root.parent() {
        Some(parent) if parent.join("include").join("torch").is_dir() => {
            format!("set {variable}={}", parent.display())
        }
        _ => format!("unset {variable} and run `cargo xtask setup`"),
    }
}
