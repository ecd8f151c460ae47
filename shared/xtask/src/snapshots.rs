//! What the book shows and the code must still do: captured output and figures.
//!
//! Both are compared by plain tests of the chapters (`tests/outputs.rs`, `tests/figures.rs`);
//! these tasks run the same tests and let them renew the files instead.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{cargo, paths, process};

/// Which chapter, and whether to renew or only to compare
#[derive(clap::Args)]
pub struct Args {
    /// One chapter, such as ch03; without it, all
    chapter: Option<String>,
    /// Change nothing; fail when something would change
    #[arg(long)]
    check: bool,
}

impl Args {
    /// Renew those of one chapter.
    pub fn of(chapter: &str) -> Self {
        Self { chapter: Some(chapter.to_string()), check: false }
    }
}

/// A kind of snapshot: the test that compares it, and the variable that lets it overwrite.
struct Kind {
    test: &'static str,
    variable: &'static str,
}

/// Renews, or with `--check` compares, the captured output that the book quotes.
///
/// # Errors
/// When a chapter's test fails, or there is no such chapter.
pub fn outputs(args: &Args) -> Result<()> {
    if !args.check {
        make_room_for_new_ones(&paths::root())?;
    }
    renew(args, &Kind { test: "outputs", variable: "TRYCMD" }, |folder, _| {
        format!("chapters/{folder}/tests/output")
    })
}

/// `trycmd` writes only over a file that is there, so a new case gets an empty one.
fn make_room_for_new_ones(root: &Path) -> Result<()> {
    for chapter in chapters(root, "outputs", None)? {
        for entry in fs::read_dir(chapter.join("tests/output"))? {
            let case = entry?.path();
            let output = case.with_extension("stdout");
            if case.extension().is_some_and(|ending| ending == "toml")
                && !output.exists()
            {
                fs::write(&output, "")
                    .with_context(|| format!("can't write {}", output.display()))?;
            }
        }
    }
    Ok(())
}

/// Renews, or with `--check` compares, the book's figures.
///
/// # Errors
/// When a chapter's test fails, or there is no such chapter.
pub fn figures(args: &Args) -> Result<()> {
    renew(args, &Kind { test: "figures", variable: "FIGURES" }, |_, package| {
        format!("book/figures/{package}")
    })
}

fn renew(args: &Args, kind: &Kind, files: fn(&str, &str) -> String) -> Result<()> {
    let root = paths::root();
    let chapters = chapters(&root, kind.test, args.chapter.as_deref())?;
    for chapter in &chapters {
        let (folder, package) = names(chapter);
        let mut command = cargo::with_libtorch()?;
        command.current_dir(&root).args([
            "test",
            "--package",
            &package,
            "--test",
            kind.test,
        ]);
        match args.check {
            true => command.env_remove(kind.variable),
            false => command.env(kind.variable, "overwrite"),
        };
        process::run(&mut command)?;
        if !args.check {
            report(&root, &files(&folder, &package));
        }
    }
    Ok(())
}

/// The folders of the chapters that have such a test, in order.
fn chapters(root: &Path, test: &str, only: Option<&str>) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(root.join("chapters")).context("could not read chapters/")?;
    let mut folders: Vec<_> =
        entries.filter_map(|it| Some(it.ok()?.path())).collect();
    folders.sort();
    if let Some(name) = only {
        folders.retain(|folder| names(folder).1 == name || names(folder).0 == name);
        if folders.is_empty() {
            bail!("there is no chapter {name}; chapters are named like ch03");
        }
    }
    folders.retain(|folder| {
        folder.join("tests").join(test).with_extension("rs").is_file()
    });
    if folders.is_empty() {
        println!("No tests/{test}.rs here: nothing to do.");
    }
    Ok(folders)
}

/// `ch03-attention` and its package `ch03`.
fn names(folder: &Path) -> (String, String) {
    let name =
        folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let package = name.split('-').next().unwrap_or(&name).to_string();
    (name, package)
}

/// Lists what differs from the last commit; without git there is nothing to compare with.
fn report(root: &Path, files: &str) {
    let mut git = Command::new("git");
    git.current_dir(root).args([
        "status",
        "--porcelain",
        "--untracked-files=all",
        "--",
        files,
    ]);
    match process::capture(&mut git) {
        Ok(changed) if changed.is_empty() => println!("{files}: nothing changed"),
        Ok(changed) => print!("{changed}"),
        Err(_) => println!(
            "{files}: written (not a git checkout, so changes are not listed)"
        ),
    }
}
