//! Exercise files as a list of sections, cut at their marker lines.
//!
//! | marker | where | what stands between |
//! |---|---|---|
//! | `// ANCHOR: task` … `// ANCHOR_END: task` | master | signature and documentation, quoted by the book |
//! | `// SOLUTION: begin` … `end` | master | our answer |
//! | `// ANCHOR: tests` … `// ANCHOR_END: tests` | master | tests the student sees |
//! | `// HIDDEN: begin` … `end` | master | tests only the grader sees |
//! | `// ANSWER: begin` … `end` | student's file | the student's answer |
//!
//! A marker fills its line. Sections never nest. A file with several functions to write has
//! one `SOLUTION` each, and task anchors named `task`, `task_…`.

use std::path::Path;

use anyhow::{Result, bail, ensure};

/// What a section of an exercise file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Between no markers: imports, closing brackets, helpers.
    Plain,
    /// Quoted by the book under this name.
    Anchor(String),
    /// Our answer, replaced by `todo!` in what students get.
    Solution,
    /// Tests that students do not get.
    Hidden,
    /// What the student wrote.
    Answer,
}

impl Kind {
    /// The line that opens such a section.
    fn opening(&self) -> String {
        match self {
            Kind::Plain => String::new(),
            Kind::Anchor(name) => format!("// ANCHOR: {name}"),
            Kind::Solution => "// SOLUTION: begin".into(),
            Kind::Hidden => "// HIDDEN: begin".into(),
            Kind::Answer => "// ANSWER: begin".into(),
        }
    }

    /// The line that closes such a section.
    fn closing(&self) -> String {
        match self {
            Kind::Anchor(name) => format!("// ANCHOR_END: {name}"),
            other => other.opening().replace("begin", "end"),
        }
    }

    /// Whether this is a task anchor, the part of the exercise that its page must quote.
    pub fn is_task(&self) -> bool {
        matches!(self, Kind::Anchor(name) if name == "task" || name.starts_with("task_"))
    }

    /// Whether this is the anchor around the tests that students see.
    pub fn is_tests(&self) -> bool {
        matches!(self, Kind::Anchor(name) if name == "tests")
    }
}

/// Consecutive lines of one kind, without their markers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What the lines are.
    pub kind: Kind,
    /// How far the opening marker was indented, in spaces.
    pub indent: usize,
    /// The lines, without line ends.
    pub lines: Vec<String>,
}

impl Section {
    fn new(kind: Kind, indent: usize) -> Self {
        Self { kind, indent, lines: Vec::new() }
    }
}

/// Whose file it is decides which markers count; other comments are only comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Our file, with everything in it.
    Master,
    /// The student's: only `ANSWER` counts there.
    Student,
}

/// Cuts the text of a file into sections.
///
/// # Errors
/// When markers are unbalanced, nested or misspelt; names file and line.
pub fn sections(file: &Path, text: &str, owner: Owner) -> Result<Vec<Section>> {
    let at = |line: usize| format!("{}:{}", file.display(), line + 1);
    let mut done = Vec::new();
    let mut current = Section::new(Kind::Plain, 0);
    let mut opened = 0;
    for (number, line) in text.lines().enumerate() {
        let Some(marker) =
            marker(line, owner).map_err(|what| fault(&at(number), &what))?
        else {
            current.lines.push(line.to_string());
            continue;
        };
        let next = match (marker, &current.kind) {
            (Marker::Open(kind), Kind::Plain) => kind,
            (Marker::Close(kind), open) if kind == *open => Kind::Plain,
            (Marker::Open(kind), open) => bail!(
                "{}: `{}` stands inside `{}` of line {}; sections do not nest",
                at(number),
                kind.opening(),
                open.opening(),
                opened + 1
            ),
            (Marker::Close(kind), _) => {
                bail!(
                    "{}: `{}` without `{}` before it",
                    at(number),
                    kind.closing(),
                    kind.opening()
                )
            }
        };
        opened = number;
        let indent = line.len() - line.trim_start().len();
        done.push(std::mem::replace(&mut current, Section::new(next, indent)));
    }
    ensure!(
        current.kind == Kind::Plain,
        "{}: `{}` is never closed by `{}`",
        at(opened),
        current.kind.opening(),
        current.kind.closing()
    );
    done.push(current);
    done.retain(|section| section.kind != Kind::Plain || !section.lines.is_empty());
    Ok(done)
}

fn fault(at: &str, what: &str) -> anyhow::Error {
    anyhow::anyhow!("{at}: {what}")
}

enum Marker {
    Open(Kind),
    Close(Kind),
}

/// The marker that fills `line`, if any; an error says what is wrong with one.
fn marker(line: &str, owner: Owner) -> Result<Option<Marker>, String> {
    let Some((word, value)) = line
        .trim()
        .strip_prefix("//")
        .and_then(|comment| comment.split_once(':'))
        .map(|(word, value)| (word.trim(), value.trim()))
    else {
        return Ok(None);
    };
    let kind = match (word, owner) {
        ("ANSWER", Owner::Student) => Kind::Answer,
        ("SOLUTION", Owner::Master) => Kind::Solution,
        ("HIDDEN", Owner::Master) => Kind::Hidden,
        ("ANCHOR", Owner::Master) => {
            return Ok(Some(Marker::Open(Kind::Anchor(value.to_string()))));
        }
        ("ANCHOR_END", Owner::Master) => {
            return Ok(Some(Marker::Close(Kind::Anchor(value.to_string()))));
        }
        ("ANSWER", Owner::Master) => {
            return Err(
                "`ANSWER` marks students' files; here it is `SOLUTION`".into()
            );
        }
        _ => return Ok(None),
    };
    match value {
        "begin" => Ok(Some(Marker::Open(kind))),
        "end" => Ok(Some(Marker::Close(kind))),
        _ => Err(format!("`{word}:` wants `begin` or `end`, not `{value}`")),
    }
}

/// One exercise as we keep it, with all of its parts present.
#[derive(Debug, Clone)]
pub struct Master {
    /// The sections in the order of the file.
    pub sections: Vec<Section>,
}

impl Master {
    /// Reads the text of a master file.
    ///
    /// # Errors
    /// When the markers are wrong, or a part is missing; names the file.
    pub fn parse(file: &Path, text: &str) -> Result<Self> {
        let sections = sections(file, text, Owner::Master)?;
        let require = |wanted: fn(&Kind) -> bool, name: &str| {
            let there = sections.iter().any(|part| wanted(&part.kind));
            ensure!(there, "{}: it has no {name}", file.display());
            Ok(())
        };
        require(Kind::is_task, "task (`// ANCHOR: task`)")?;
        require(|kind| *kind == Kind::Solution, "solution (`// SOLUTION: begin`)")?;
        require(Kind::is_tests, "public tests (`// ANCHOR: tests`)")?;
        require(|kind| *kind == Kind::Hidden, "hidden tests (`// HIDDEN: begin`)")?;
        Ok(Self { sections })
    }

    /// The lines of every section that `wanted` picks.
    pub fn lines(
        &self,
        wanted: impl Fn(&Kind) -> bool,
    ) -> impl Iterator<Item = &str> {
        let picked = self.sections.iter().filter(move |part| wanted(&part.kind));
        picked.flat_map(|part| part.lines.iter().map(String::as_str))
    }

    /// The tests students see, by name.
    pub fn public_tests(&self) -> Vec<String> {
        test_names(self.lines(Kind::is_tests))
    }

    /// The tests only the grader sees, by name.
    pub fn hidden_tests(&self) -> Vec<String> {
        test_names(self.lines(|kind| *kind == Kind::Hidden))
    }
}

/// The functions that follow a `#[test]` line.
fn test_names<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names = Vec::new();
    let mut waiting = false;
    for line in lines.map(str::trim) {
        waiting |= line == "#[test]";
        if waiting && let Some(rest) = line.strip_prefix("fn ") {
            names.extend(rest.split('(').next().map(str::to_string));
            waiting = false;
        }
    }
    names
}
