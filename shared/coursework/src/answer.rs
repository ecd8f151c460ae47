//! The part of an exercise file that is the student's.

use std::path::Path;
use std::str::FromStr;

use anyhow::{Result, ensure};
use proc_macro2::TokenStream;

use crate::source::{Kind, Master, Owner, sections};

/// What stands between one pair of `ANSWER` lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its lines, without line ends.
    pub lines: Vec<String>,
}

impl Answer {
    /// Whether two answers say the same, apart from spaces around lines and empty lines.
    pub fn same(&self, other: &Answer) -> bool {
        let words = |answer: &Answer| -> Vec<String> {
            let lines = answer.lines.iter().map(|line| line.trim().to_string());
            lines.filter(|line| !line.is_empty()).collect()
        };
        words(self) == words(other)
    }
}

/// The answers in a student's file, in order.
///
/// # Errors
/// When the `ANSWER` lines do not pair up; names file and line.
pub fn answers(file: &Path, text: &str) -> Result<Vec<Answer>> {
    let parts = sections(file, text, Owner::Student)?;
    let written = parts.into_iter().filter(|part| part.kind == Kind::Answer);
    Ok(written.map(|part| Answer { lines: part.lines }).collect())
}

/// Our own answers to an exercise.
pub fn solutions(master: &Master) -> Vec<Answer> {
    let ours = master.sections.iter().filter(|part| part.kind == Kind::Solution);
    ours.map(|part| Answer { lines: part.lines.clone() }).collect()
}

/// What a student gets in place of each solution.
pub fn stubs(master: &Master, number: &str) -> Vec<Answer> {
    let ours = master.sections.iter().filter(|part| part.kind == Kind::Solution);
    ours.map(|part| Answer {
        lines: vec![format!(
            "{}todo!(\"Exercise {number}\")",
            " ".repeat(part.indent)
        )],
    })
    .collect()
}

/// Refuses answers that do not fit the exercise.
///
/// An answer closes every bracket, string and comment that it opens and no other, so it
/// can't reach beyond its function into the tests.
///
/// # Errors
/// When there are too few or too many answers, or one does not stay within its lines.
pub fn fit(file: &Path, master: &Master, answers: &[Answer]) -> Result<()> {
    let wanted = solutions(master).len();
    ensure!(
        answers.len() == wanted,
        "{}: it has {} pairs of `// ANSWER: begin` and `// ANSWER: end` lines, and {wanted} \
         are expected; move your file away, run `cargo xtask coursework start` and put \
         your answer between the lines of the new one",
        file.display(),
        answers.len()
    );
    for answer in answers {
        ensure!(
            TokenStream::from_str(&answer.lines.join("\n")).is_ok(),
            "{}: an answer must close every bracket, string and comment that it opens, and \
             no other, between its `// ANSWER` lines",
            file.display()
        );
    }
    Ok(())
}
