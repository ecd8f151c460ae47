//! `cargo xtask setup`: finds or installs libtorch, and points cargo at it.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::libtorch::{self, Libtorch, Variables};
use crate::pins::Variant;
use crate::{install, pointer};

/// Which libtorch to set up.
#[derive(clap::Args)]
#[command(
    after_help = "Without options: your own LIBTORCH if that variable is set, else the one in \
                  use if it still fits, else the CPU's.\n\
                  `cargo xtask run` and `cargo xtask test` do this by themselves."
)]
pub struct Args {
    /// Install libtorch with CUDA's libraries (Linux x86-64; a 2.5 GB download) and use it
    #[arg(long)]
    cuda: bool,
    /// Go back to the CPU's libtorch
    #[arg(long, conflicts_with = "cuda")]
    cpu: bool,
    /// Install again, even if it is there
    #[arg(long)]
    force: bool,
}

/// Sets up what `args` ask for and says what is used now.
///
/// # Errors
/// One sentence and the fix.
pub fn run(args: &Args) -> Result<()> {
    let libtorch = if args.cuda || args.cpu || args.force {
        install(args)?
    } else {
        ensure()?
    };
    let version = libtorch.version.as_deref().unwrap_or("of an unknown version");
    eprintln!("libtorch {version} is ready in {}.", libtorch.root.display());
    if cfg!(windows) {
        eprintln!(
            "To start programs directly, not by `cargo xtask run`, put its DLLs on PATH:"
        );
        eprintln!("  set PATH={};%PATH%", libtorch.lib.display());
    }
    Ok(())
}

fn install(args: &Args) -> Result<Libtorch> {
    if let Some(own) = own_folder() {
        bail!(
            "LIBTORCH is set to {}, so what is installed would not be used: unset LIBTORCH first",
            own.display()
        );
    }
    let variant = match (args.cuda, args.cpu) {
        (true, _) => Variant::Cuda,
        (_, true) => Variant::Cpu,
        _ => configured_variant()?,
    };
    point_at(inspect(&install::ensure(variant, args.force)?)?)
}

/// The libtorch folder cargo is pointed at (what `LIBTORCH` names), installed and written to
/// `.cargo/libtorch.toml` first if that is missing. Quiet when there is nothing to do.
///
/// # Errors
/// One sentence and the fix, when none is there and none can be installed.
pub fn ensure_libtorch() -> Result<PathBuf> {
    ensure().map(|libtorch| libtorch.root)
}

/// As [`ensure_libtorch`], with all that is known about it.
///
/// # Errors
/// As [`ensure_libtorch`].
pub fn ensure() -> Result<Libtorch> {
    if env::var_os("LIBTORCH_USE_PYTORCH").is_some() {
        bail!(
            "LIBTORCH_USE_PYTORCH is set, which makes tch overlook LIBTORCH: unset it, and set \
             LIBTORCH to the folder `torch` of your PyTorch if you want that one"
        );
    }
    match own_folder() {
        Some(own) => point_at(inspect(&own)?),
        None => point_at(configured_or_installed()?),
    }
}

/// The user's own `LIBTORCH`. Cargo sets the variable too, from `.cargo/libtorch.toml`, when it
/// starts us; that one is not the user's choice.
pub fn own_folder() -> Option<PathBuf> {
    Variables::from_env()
        .libtorch
        .filter(|own| Some(own) != pointer::read().as_ref())
}

/// What `.cargo/libtorch.toml` names if it still is a libtorch that fits, else the cache's.
fn configured_or_installed() -> Result<Libtorch> {
    if let Some(root) = pointer::read() {
        match inspect(&root) {
            Ok(libtorch) => return Ok(libtorch),
            Err(_) => eprintln!(
                "The libtorch in {} is gone or does not fit.",
                root.display()
            ),
        }
    }
    inspect(&install::ensure(configured_variant()?, false)?)
}

fn configured_variant() -> Result<Variant> {
    let cuda = install::root(Variant::Cuda)?;
    Ok(if pointer::read() == Some(cuda) { Variant::Cuda } else { Variant::Cpu })
}

fn point_at(libtorch: Libtorch) -> Result<Libtorch> {
    pointer::write(&libtorch)?;
    Ok(libtorch)
}

fn inspect(root: &Path) -> Result<Libtorch> {
    libtorch::inspect(root, &Variables::from_env())
}
