//! What must hold for every exercise, as far as reading files can tell.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use toml::Value;

use crate::catalogue::{Chapter, Exercise, FOLDER, LIST};
use crate::checkout::Checkout;
use crate::files;
use crate::handout::released;
use crate::source::{Kind, Master};
use crate::workspace::{manifest, target_in_chapter};

/// Lines of a solution shorter than this are too common to betray it.
const TELLING: usize = 16;

/// Something wrong with an exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A warning is only said; the page of an exercise may still have to be written.
    pub warning: bool,
    /// What is wrong, in which file, and what mends it.
    pub text: String,
}

impl Finding {
    /// A fault.
    pub fn fault(text: impl Into<String>) -> Self {
        Self { warning: false, text: text.into() }
    }
}

/// Checks the exercises of one chapter.
///
/// # Errors
/// When a folder can't be read or rustfmt can't be started.
pub fn check(checkout: &Checkout, chapter: &Chapter) -> Result<Vec<Finding>> {
    let mut found = unlisted(chapter)?;
    found.extend(twice(chapter));
    for exercise in &chapter.exercises {
        found.extend(entry(chapter, exercise));
        found.extend(target(chapter, exercise)?);
        match exercise.master() {
            Ok(master) => found.extend(body(checkout, exercise, &master)?),
            Err(error) => found.push(Finding::fault(format!("{error:#}"))),
        }
    }
    Ok(found)
}

/// Every exercise file is listed.
fn unlisted(chapter: &Chapter) -> Result<Vec<Finding>> {
    let folder = chapter.folder.join(FOLDER);
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let listed = chapter.exercises.iter().any(|exercise| exercise.file == name);
        if name.ends_with(".rs") && !listed {
            let file = folder.join(name);
            found.push(Finding::fault(format!(
                "{}: add it to {LIST}",
                file.display()
            )));
        }
    }
    Ok(found)
}

/// No number and no file is listed twice.
fn twice(chapter: &Chapter) -> Vec<Finding> {
    let all = &chapter.exercises;
    let again = all.iter().enumerate().filter(|(place, exercise)| {
        let mut before = all[..*place].iter();
        before.any(|other| {
            other.number == exercise.number || other.file == exercise.file
        })
    });
    let say = |(_, exercise): (usize, &Exercise)| {
        Finding::fault(format!(
            "{}: exercise {} ({}) is listed twice",
            exercise.folder.join(LIST).display(),
            exercise.number,
            exercise.file
        ))
    };
    again.map(say).collect()
}

/// Its entry in the list is complete.
fn entry(chapter: &Chapter, exercise: &Exercise) -> Vec<Finding> {
    let list = chapter.folder.join(FOLDER).join(LIST);
    let prefix = format!("{}_", exercise.number.target());
    let heading = format!("#{}", exercise.number.heading());
    let wrong = [
        (exercise.title.trim().is_empty(), "give it a title".to_string()),
        (exercise.hint.trim().is_empty(), "give it a hint".to_string()),
        (exercise.points == 0, "give it points".to_string()),
        (exercise.minutes == 0, "say how many minutes it takes".to_string()),
        (
            !exercise.file.starts_with(&prefix),
            format!("its file must begin with {prefix}"),
        ),
        (
            !exercise.page.ends_with(&heading),
            format!("its page must end in {heading}"),
        ),
    ];
    let say = |what| {
        Finding::fault(format!("{}: {}: {what}", list.display(), exercise.number))
    };
    wrong.into_iter().filter(|(is, _)| *is).map(|(_, what)| say(what)).collect()
}

/// The chapter runs the exercise's tests as a test target of its own.
fn target(chapter: &Chapter, exercise: &Exercise) -> Result<Option<Finding>> {
    let manifest = manifest(&chapter.folder)?;
    let (name, path) = target_in_chapter(exercise);
    let is_it = |target: &Value| {
        let says = |key: &str| target.get(key).and_then(Value::as_str);
        says("name") == Some(&name) && says("path") == Some(&path)
    };
    let targets = manifest.get("test").and_then(Value::as_array);
    let there = targets.is_some_and(|targets| targets.iter().any(is_it));
    Ok((!there).then(|| {
        Finding::fault(format!(
            "{}: add [[test]] with name = \"{name}\" and path = \"{path}\"",
            chapter.folder.join("Cargo.toml").display()
        ))
    }))
}

/// The rules that read the master file.
fn body(
    checkout: &Checkout,
    exercise: &Exercise,
    master: &Master,
) -> Result<Vec<Finding>> {
    let mut found = header(exercise, master);
    found.extend(tests(exercise, master));
    found.extend(leaks(exercise, master));
    found.extend(page(&checkout.root, exercise, master));
    found.extend(format(checkout, exercise, master)?);
    Ok(found)
}

/// The first line tells number and points.
fn header(exercise: &Exercise, master: &Master) -> Vec<Finding> {
    let wanted =
        format!("//! Exercise {} ({} points)", exercise.number, exercise.points);
    let first = master.lines(|_| true).next().unwrap_or_default();
    if first.starts_with(&wanted) {
        return Vec::new();
    }
    let file = exercise.path();
    vec![Finding::fault(format!(
        "{}: its first line must begin `{wanted}`",
        file.display()
    ))]
}

/// There are tests to see and tests to grade with.
fn tests(exercise: &Exercise, master: &Master) -> Vec<Finding> {
    let counts =
        [("public", master.public_tests()), ("hidden", master.hidden_tests())];
    let none = counts.into_iter().filter(|(_, tests)| tests.is_empty());
    let say =
        |(kind, _)| format!("{}: it has no {kind} test", exercise.path().display());
    none.map(say).map(Finding::fault).collect()
}

/// No telling line of the solution and no hidden test is in what students get.
fn leaks(exercise: &Exercise, master: &Master) -> Vec<Finding> {
    let text = released(master, &exercise.number.to_string());
    let solution = master.lines(|kind| *kind == Kind::Solution).map(str::trim);
    let telling = solution.filter(|line| line.len() >= TELLING).map(str::to_string);
    let tests = master.hidden_tests().into_iter().map(|name| format!("fn {name}("));
    let markers = ["SOLUTION:", "HIDDEN:", "ANCHOR"].map(str::to_string);
    let secrets = telling.chain(tests).chain(markers);
    let say = |secret: String| {
        let file = exercise.path();
        format!("{}: what students get still has `{secret}`", file.display())
    };
    secrets
        .filter(|secret| text.contains(secret))
        .map(say)
        .map(Finding::fault)
        .collect()
}

/// The book sets the exercise under its heading, and quotes each task.
fn page(root: &Path, exercise: &Exercise, master: &Master) -> Vec<Finding> {
    let page = exercise.page.split('#').next().unwrap_or_default();
    let file = root.join("book").join(page);
    let Ok(text) = files::read(&file) else {
        let text = format!(
            "{}: the page of {} is not written",
            file.display(),
            exercise.number
        );
        return vec![Finding { warning: true, text }];
    };
    let id = format!("#{}", exercise.number.heading());
    let is_it = |line: &str| {
        let words = line.split(['{', '}', ' ']);
        line.starts_with('#')
            && line.contains('{')
            && words.into_iter().any(|word| word == id)
    };
    let mut missing = Vec::new();
    if !text.lines().any(is_it) {
        missing.push(format!("no heading has the id {{{id}}}"));
    }
    for name in master.sections.iter().filter(|part| part.kind.is_task()) {
        if let Kind::Anchor(name) = &name.kind {
            let quoted = format!("{FOLDER}/{}:{name}}}}}", exercise.file);
            if !text.contains(&quoted) {
                missing
                    .push(format!("it does not include {}:{name}", exercise.file));
            }
        }
    }
    let say = |what| Finding::fault(format!("{}: {what}", file.display()));
    missing.into_iter().map(say).collect()
}

/// rustfmt would change neither the master nor what students get.
fn format(
    checkout: &Checkout,
    exercise: &Exercise,
    master: &Master,
) -> Result<Vec<Finding>> {
    let file = exercise.path();
    let given = released(master, &exercise.number.to_string());
    let mut found = Vec::new();
    for (text, whose) in
        [(files::read(&file)?, "it"), (given, "what students get of it")]
    {
        if !formatted(&checkout.root, &text)? {
            let text = format!(
                "{}: {whose} is not formatted; run rustfmt",
                file.display()
            );
            found.push(Finding::fault(text));
        }
    }
    Ok(found)
}

/// Whether rustfmt would leave the text as it is. On standard input its `--check` tells
/// nothing, so we compare.
fn formatted(root: &Path, text: &str) -> Result<bool> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context(
            "could not start rustfmt; `rustup component add rustfmt` installs it",
        )?;
    if let Some(mut stdin) = rustfmt.stdin.take() {
        stdin.write_all(text.as_bytes())?;
    }
    Ok(rustfmt.wait_with_output()?.stdout == text.as_bytes())
}
