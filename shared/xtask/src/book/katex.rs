//! KaTeX's stylesheet and fonts, which are not ours to commit.
//!
//! They come from the npm package `katex`, once per machine, and lie in `book/assets/katex`
//! (ignored by git), where mdBook copies them into the site. The pages then need no network.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure as require};

use crate::{paths, process};

/// The version inside mdbook-katex 0.10.0: stylesheet and formulas must fit each other.
const VERSION: &str = "0.16.4";
/// What npm must have unpacked.
const INTEGRITY: &str = "sha512-WudRKUj8yyBeVDI4aYMNxhx5Vhh2PjpzQw1GRu/LVGqL4m1AxwD1GcUp0IMbdJaf5zsjtj8ghP0DOQRYhroNkw==";
/// Written last: says that everything else is in place.
const STAMP: &str = "VERSION";

/// Puts the stylesheet and the fonts where mdBook takes them from.
///
/// # Errors
/// When npm is missing or can't fetch the package, or a folder can't be written.
pub(super) fn ensure(root: &Path) -> Result<()> {
    let assets = root.join("book/assets/katex");
    if is_complete(&assets) {
        return Ok(());
    }
    let kept = paths::cache()?.join("katex").join(VERSION);
    if !is_complete(&kept) {
        fetch(&kept)?;
    }
    copy(&kept, &assets)
}

fn is_complete(folder: &Path) -> bool {
    fs::read_to_string(folder.join(STAMP)).is_ok_and(|stamp| stamp == VERSION)
}

/// Lets npm unpack the package beside `kept`, checks it, and keeps what a browser needs.
fn fetch(kept: &Path) -> Result<()> {
    eprintln!("Fetching KaTeX's stylesheet and fonts (1.5 MB, once per machine) …");
    let unpacked = kept.with_extension(format!("npm-{}", std::process::id()));
    fs::create_dir_all(&unpacked)
        .with_context(|| format!("could not make {}", unpacked.display()))?;
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args([
        "install",
        "--silent",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefix",
    ])
    .arg(&unpacked)
    .arg(format!("katex@{VERSION}"));
    process::capture(&mut npm).context(
        "the book needs npm once, for KaTeX's stylesheet and fonts; install Node.js \
         (https://nodejs.org), be online, and repeat the command",
    )?;
    let lock = fs::read_to_string(unpacked.join("node_modules/.package-lock.json"))
        .context("npm left no record of what it installed")?;
    require!(
        lock.contains(INTEGRITY),
        "npm's katex {VERSION} is not the one that is pinned"
    );
    copy(&unpacked.join("node_modules/katex/dist"), kept)?;
    fs::remove_dir_all(&unpacked).context("could not remove npm's folder")
}

/// Copies the stylesheet and the fonts browsers use today (woff2), and signs at the end.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let copy_all = || -> std::io::Result<()> {
        fs::create_dir_all(to.join("fonts"))?;
        fs::copy(from.join("katex.min.css"), to.join("katex.min.css"))?;
        for entry in fs::read_dir(from.join("fonts"))? {
            let font = entry?.path();
            let name = font.file_name().unwrap_or_default();
            if font.extension().is_some_and(|it| it == "woff2") {
                fs::copy(&font, to.join("fonts").join(name))?;
            }
        }
        fs::write(to.join(STAMP), VERSION)
    };
    copy_all().with_context(|| format!("could not copy KaTeX to {}", to.display()))
}
