//! Finding a Python that can install packages.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::packages::{Package, install_command};

/// The oldest Python that works. Python only runs pip here; libtorch itself never sees it.
pub const OLDEST: (u32, u32) = (3, 9);
/// The oldest pip that takes `--platform` more than once.
pub const OLDEST_PIP: (u32, u32) = (20, 3);

/// How a Python may be called; the first that is good enough is used.
const NAMES: [&[&str]; 3] = [&["python3"], &["python"], &["py", "-3"]];

/// Prints `3.11 23.2 yes`: version, pip's version or `-`, whether `venv` can make environments.
const PROBE: &str = "
import sys
try:
    import pip; pip = pip.__version__
except Exception:
    pip = '-'
try:
    import venv, ensurepip; venv = 'yes'
except Exception:
    venv = 'no'
print('%d.%d' % sys.version_info[:2], pip, venv)
";

/// What one way of calling Python answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// Program and leading arguments.
    pub call: Vec<String>,
    /// Major and minor version.
    pub version: (u32, u32),
    /// pip's version, if it has pip.
    pub pip: Option<(u32, u32)>,
    /// Whether `python -m venv` works.
    pub venv: bool,
}

impl Python {
    /// A command that runs this Python.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.call[0]);
        command.args(&self.call[1..]);
        command
    }

    /// The call as a person would type it.
    pub fn show(&self) -> String {
        self.call.join(" ")
    }
}

/// Every Python on PATH.
pub fn all() -> Vec<Python> {
    NAMES.iter().filter_map(|call| probe(call)).collect()
}

/// A Python with a pip that is new enough.
///
/// # Errors
/// One sentence that tells apart: no Python, a Python that is too old, no pip, an old pip.
pub fn with_pip() -> Result<Python> {
    choose_with_pip(&all())
}

/// A Python that can make virtual environments.
///
/// # Errors
/// One sentence that tells apart: no Python, a Python that is too old, no `venv`.
pub fn with_venv() -> Result<Python> {
    let pythons = all();
    let recent = recent(&pythons)?;
    match recent.iter().find(|python| python.venv) {
        Some(python) => Ok((*python).clone()),
        None => bail!(
            "{} can't make virtual environments, which the notebooks and the golden numbers need: {}",
            recent[0].show(),
            install_command(Package::Venv)
        ),
    }
}

/// The first of `pythons` that has what set-up needs.
///
/// # Errors
/// As [`with_pip`].
pub fn choose_with_pip(pythons: &[Python]) -> Result<Python> {
    let recent = recent(pythons)?;
    let good =
        |python: &&&Python| python.pip.is_some_and(|version| version >= OLDEST_PIP);
    if let Some(python) = recent.iter().find(good) {
        return Ok((*python).clone());
    }
    match recent.iter().find_map(|python| python.pip.map(|pip| (python, pip))) {
        Some((python, pip)) => bail!(
            "pip {} is too old ({} or newer is needed): {} -m pip install --user --upgrade pip",
            dotted(pip),
            dotted(OLDEST_PIP),
            python.show()
        ),
        None => bail!(
            "{} has no pip, which set-up needs to install libtorch: {}",
            recent[0].show(),
            install_command(Package::Pip)
        ),
    }
}

/// The ones that are new enough; at least one.
fn recent(pythons: &[Python]) -> Result<Vec<&Python>> {
    let recent: Vec<_> =
        pythons.iter().filter(|python| python.version >= OLDEST).collect();
    if !recent.is_empty() {
        return Ok(recent);
    }
    let install = install_command(Package::Python);
    let oldest = dotted(OLDEST);
    match pythons.first() {
        Some(old) => bail!(
            "{} is Python {}, but {oldest} or newer is needed: {install}",
            old.show(),
            dotted(old.version)
        ),
        None => bail!(
            "Python {oldest} or newer is needed (pip fetches libtorch), and none is on PATH: {install}"
        ),
    }
}

/// Asks one Python about itself. `None` when there is none, or only a stub that opens a shop.
fn probe(call: &[&str]) -> Option<Python> {
    let output = Command::new(call[0])
        .args(&call[1..])
        .args(["-c", PROBE])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    let mut words = said.split_whitespace();
    Some(Python {
        call: call.iter().map(ToString::to_string).collect(),
        version: pair(words.next()?)?,
        pip: pair(words.next()?),
        venv: words.next()? == "yes",
    })
}

/// The first two numbers of a version: `23.2.1` gives (23, 2), `26rc1` nothing.
fn pair(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map_while(|part| part.parse().ok());
    let major = numbers.next()?;
    Some((major, numbers.next().unwrap_or(0)))
}

/// `(3, 9)` as `3.9`.
pub fn dotted((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}
