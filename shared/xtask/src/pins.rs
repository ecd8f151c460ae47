//! The versions everything is pinned to, from the files in `pins/`.

use std::collections::BTreeMap;
use std::env::consts::{ARCH, OS};
use std::sync::LazyLock;

use serde::Deserialize;

/// The pinned libtorch.
#[derive(Debug, Deserialize)]
pub struct LibtorchPin {
    /// The version `tch` expects.
    pub version: String,
    /// The CPython whose wheel is taken; any Python may fetch it.
    pub python: String,
    cpu: BTreeMap<String, Wheels>,
    cuda: BTreeMap<String, Wheels>,
}

/// What pip is asked for on one platform.
#[derive(Debug, Deserialize)]
pub struct Wheels {
    /// Platform tags of the wheels.
    pub platforms: Vec<String>,
    /// Size of the download.
    pub download_mb: u64,
    /// Size once installed.
    pub disk_mb: u64,
    /// Size of both at once, before anything is removed.
    pub peak_mb: u64,
    /// Requirements with hashes.
    pub wheels: Vec<String>,
}

/// A pinned program from crates.io.
#[derive(Debug, Deserialize)]
pub struct ToolPin {
    /// Its version.
    pub version: String,
}

/// Which half of libtorch: without or with CUDA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// For the processor (and, on a Mac, Metal).
    Cpu,
    /// With CUDA's libraries.
    Cuda,
}

impl Variant {
    /// `cpu` or `cuda`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        }
    }
}

/// `linux-x86_64` and the like.
pub fn platform() -> String {
    format!("{OS}-{ARCH}")
}

impl LibtorchPin {
    /// What to fetch for `variant` on this platform, if there is anything.
    pub fn wheels(&self, variant: Variant) -> Option<&Wheels> {
        let table = match variant {
            Variant::Cpu => &self.cpu,
            Variant::Cuda => &self.cuda,
        };
        table.get(&platform())
    }
}

/// `pins/libtorch.toml`.
///
/// # Panics
/// Never: a test reads the file.
pub fn libtorch() -> &'static LibtorchPin {
    static PIN: LazyLock<LibtorchPin> = LazyLock::new(|| {
        toml::from_str(include_str!("../pins/libtorch.toml"))
            .expect("tests read this file")
    });
    &PIN
}

/// `pins/tools.toml`: name to version.
///
/// # Panics
/// Never: a test reads the file.
pub fn tools() -> &'static BTreeMap<String, ToolPin> {
    static PINS: LazyLock<BTreeMap<String, ToolPin>> = LazyLock::new(|| {
        toml::from_str(include_str!("../pins/tools.toml"))
            .expect("tests read this file")
    });
    &PINS
}
