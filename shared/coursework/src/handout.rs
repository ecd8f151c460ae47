//! The files made from a master: what students get, and what is graded.
//!
//! Both put the answers between `ANSWER` lines and are otherwise line by line the same up
//! to the hidden tests, so that a compiler's line numbers fit the student's own file.

use crate::answer::{Answer, stubs};
use crate::source::{Kind, Master, Section};

/// A stub would warn about every argument it does not use yet.
const ALLOW: &str = "#![allow(unused)]";

/// The file a student gets: no solution, no hidden tests, no book markers.
pub fn released(master: &Master, number: &str) -> String {
    render(master, &stubs(master, number), false)
}

/// The file that is graded: `answers` in place of the solutions, with all tests.
pub fn graded(master: &Master, answers: &[Answer]) -> String {
    render(master, answers, true)
}

fn render(master: &Master, answers: &[Answer], hidden: bool) -> String {
    let mut answers = answers.iter();
    let mut lines: Vec<String> = Vec::new();
    for section in &master.sections {
        match section.kind {
            Kind::Solution => lines.extend(between(section, answers.next())),
            Kind::Hidden if !hidden => {
                lines.pop_if(|line| line.is_empty()); // the empty line before it
            }
            _ => lines.extend(section.lines.iter().cloned()),
        }
    }
    let header = lines.iter().take_while(|line| line.starts_with("//!")).count();
    lines.splice(header..header, [String::new(), ALLOW.to_string()]);
    format!("{}\n", lines.join("\n").trim())
}

/// One answer between its marker lines.
fn between(section: &Section, answer: Option<&Answer>) -> Vec<String> {
    let indent = " ".repeat(section.indent);
    let inside = answer.map(|answer| answer.lines.clone()).unwrap_or_default();
    let begin = vec![format!("{indent}// ANSWER: begin")];
    let end = vec![format!("{indent}// ANSWER: end")];
    [begin, inside, end].concat()
}
