//! The C++ compiler that `torch-sys` builds its bindings with.

use std::env;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};
use which::which;

use crate::packages::{Package, install_command};

/// Finds the compiler that the build will use, so that its absence shows before the build.
///
/// On Windows with MSVC the build finds `cl` by itself, beside the linker that Rust needed to
/// build this very program; there is nothing to ask PATH for.
///
/// # Errors
/// When there is none, or `CXX` names something that does not run.
pub fn find() -> Result<String> {
    if cfg!(target_env = "msvc") {
        return Ok("cl (Visual Studio)".into());
    }
    if let Ok(chosen) = env::var("CXX") {
        // CXX may carry a wrapper and options: `ccache g++`.
        let program =
            chosen.split_whitespace().next().unwrap_or_default().to_owned();
        if runs(&program) {
            return Ok(chosen);
        }
        bail!(
            "CXX is set to {chosen}, which does not run: unset CXX, or set it to a C++ compiler"
        );
    }
    if runs("c++") {
        return Ok("c++".into());
    }
    match ["g++", "clang++"].into_iter().find(|name| runs(name)) {
        Some(other) => bail!(
            "the C++ compiler {other} is there, but not under the name c++: export CXX={other}"
        ),
        None => bail!(
            "a C++ compiler is needed to build the bindings to libtorch, and none is on PATH: {}",
            install_command(Package::Compiler)
        ),
    }
}

fn runs(program: &str) -> bool {
    let Ok(path) = which(program) else { return false };
    let mut command = Command::new(path);
    command
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
