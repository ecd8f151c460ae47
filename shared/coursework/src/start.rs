//! Handing out: a folder that a student can open, with one stub per exercise.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::answer::{Answer, answers, stubs};
use crate::catalogue::{Chapter, Exercise};
use crate::checkout::Checkout;
use crate::files;
use crate::handout;
use crate::workspace::{Workspace, relative};

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    /// It is new.
    New,
    /// It was there, as it should be.
    Same,
    /// It has the student's answer, or can't be read: it was left alone.
    Kept,
    /// The answer was untouched and the rest out of date: the old file is beside the new
    /// one, with `.old` at its end.
    Renewed,
}

/// Writes the coursework folder and tells what became of each exercise file.
///
/// # Errors
/// When a master file is wrong or the folder can't be written.
pub fn start(
    checkout: &Checkout,
    folder: &Path,
    chapters: &[Chapter],
) -> Result<Vec<(PathBuf, Handed)>> {
    ensure!(
        !folder.join("chapters").exists(),
        "{} is a checkout, not a folder for coursework; choose another with --out",
        folder.display()
    );
    let workspace = Workspace::new(folder, &name(&checkout.root, folder));
    let handed = stubs_into(&workspace, chapters)?;
    files::write(&folder.join(".cargo/config.toml"), &config(checkout, folder))?;
    files::write(&folder.join("README.md"), README)?;
    workspace.write(checkout, chapters)?;
    Ok(handed)
}

/// Writes the stub of every exercise.
///
/// # Errors
/// When a master file is wrong or the folder can't be written.
pub fn stubs_into(
    workspace: &Workspace,
    chapters: &[Chapter],
) -> Result<Vec<(PathBuf, Handed)>> {
    let mut handed = Vec::new();
    for chapter in chapters {
        for exercise in &chapter.exercises {
            let file = workspace.file(chapter, exercise);
            let what = hand_out(&file, exercise)?;
            handed.push((file, what));
        }
    }
    Ok(handed)
}

fn hand_out(file: &Path, exercise: &Exercise) -> Result<Handed> {
    let master = exercise.master()?;
    let number = exercise.number.to_string();
    let fresh = handout::released(&master, &number);
    if !file.exists() {
        files::write(file, &fresh)?;
        return Ok(Handed::New);
    }
    let theirs =
        files::read(file).and_then(|text| Ok((answers(file, &text)?, text)));
    match theirs {
        Ok((_, text)) if text == fresh => Ok(Handed::Same),
        Ok((answers, _)) if untouched(&answers, &stubs(&master, &number)) => {
            let old = file.with_extension("rs.old");
            fs::rename(file, &old)
                .with_context(|| format!("could not rename {}", file.display()))?;
            files::write(file, &fresh)?;
            Ok(Handed::Renewed)
        }
        _ => Ok(Handed::Kept),
    }
}

fn untouched(answers: &[Answer], stubs: &[Answer]) -> bool {
    answers.len() == stubs.len()
        && answers.iter().zip(stubs).all(|(a, b)| a.same(b))
}

/// What the packages in `folder` are called: packages that share a target folder must not
/// share a name.
fn name(root: &Path, folder: &Path) -> String {
    match folder.strip_prefix(root) {
        Ok(inside) => {
            let parts =
                inside.components().map(|part| part.as_os_str().to_string_lossy());
            let word = |part: std::borrow::Cow<str>| {
                part.replace(|c| !char::is_alphanumeric(c), "_")
            };
            parts.map(word).collect::<Vec<_>>().join("-")
        }
        Err(_) => {
            let mut hasher = DefaultHasher::new();
            folder.hash(&mut hasher);
            format!("coursework-{:08x}", hasher.finish() as u32)
        }
    }
}

/// The cargo configuration of the folder: it builds into the checkout's target folder.
/// Within the checkout, cargo finds the checkout's own configuration by itself.
fn config(checkout: &Checkout, folder: &Path) -> String {
    let quoted =
        |path: &Path| toml::Value::from(relative(&checkout.root, folder, path));
    let target = format!("[build]\ntarget-dir = {}\n", quoted(&checkout.target));
    if folder.starts_with(&checkout.root) {
        return target;
    }
    let ours = quoted(&checkout.root.join(".cargo/libtorch.toml"));
    format!("include = [{{ path = {ours}, optional = true }}]\n\n{target}")
}

const README: &str = "\
# Coursework

One file per exercise: `ch03/ex3_1_….rs` is exercise 3.1. Write between its lines

    // ANSWER: begin
    // ANSWER: end

and leave those two lines as they are. Nothing outside them is graded. In this folder:

    cargo test --test ex3_1                run the tests you see

At the top of the project:

    cargo xtask coursework list            what there is, with points and minutes
    cargo xtask coursework hint 3.1        a hint
    cargo xtask coursework grade           run all tests, also those you do not see
    cargo xtask coursework start           get new exercises; your answers are kept

The page of the book that sets an exercise tells all that you need for it. Exercises do not
build on each other: do them in any order.
";
