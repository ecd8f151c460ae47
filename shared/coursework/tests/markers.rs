//! Cutting exercise files at their markers, and what is said when the markers are wrong.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

use std::path::Path;

use coursework::source::{Master, Owner, sections};

const WHOLE: &str = "\
//! Exercise 3.9 (5 points): twice as much.

// ANCHOR: task
/// Doubles a number.
pub fn twice(x: i64) -> i64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    2 * x
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn twice_three_is_six() {
    assert_eq!(twice(3), 6);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
#[ignore]
fn twice_a_negative_number() {
    assert_eq!(twice(-3), -6);
}
// HIDDEN: end
";

/// What is said about `text` as the master file `ex.rs`.
fn complaint(text: &str) -> String {
    format!("{:#}", Master::parse(Path::new("ex.rs"), text).unwrap_err())
}

/// [`WHOLE`] without the lines that contain `word`.
fn without(word: &str) -> String {
    WHOLE
        .lines()
        .filter(|line| !line.contains(word))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn tests_are_found_by_name() {
    let master = Master::parse(Path::new("ex.rs"), WHOLE).unwrap();
    assert_eq!(master.public_tests(), ["twice_three_is_six"]);
    assert_eq!(master.hidden_tests(), ["twice_a_negative_number"]);
}

#[test]
fn a_section_that_is_never_closed_is_named_with_its_line() {
    let said = complaint(&without("HIDDEN: end"));
    assert!(
        said.starts_with("ex.rs:19: `// HIDDEN: begin` is never closed"),
        "{said}"
    );
}

#[test]
fn an_end_without_a_beginning_is_named_with_its_line() {
    let said = complaint(&without("SOLUTION: begin"));
    assert!(said.starts_with("ex.rs:8: `// SOLUTION: end` without"), "{said}");
}

#[test]
fn sections_do_not_nest() {
    let said = complaint(&without("ANCHOR_END: task"));
    assert!(
        said.starts_with("ex.rs:6: `// SOLUTION: begin` stands inside"),
        "{said}"
    );
    assert!(said.contains("line 3"), "{said}");
}

#[test]
fn an_anchor_closed_under_another_name_is_refused() {
    let said = complaint(&WHOLE.replace("ANCHOR_END: task", "ANCHOR_END: tasks"));
    assert!(said.starts_with("ex.rs:6: `// ANCHOR_END: tasks` without"), "{said}");
}

#[test]
fn a_misspelt_marker_is_refused() {
    let said = complaint(&WHOLE.replace("SOLUTION: begin", "SOLUTION: start"));
    assert!(
        said.starts_with("ex.rs:7: `SOLUTION:` wants `begin` or `end`"),
        "{said}"
    );
}

#[test]
fn each_missing_part_is_named() {
    for (word, part) in [
        (": task", "task"),
        ("SOLUTION", "solution"),
        (": tests", "public tests"),
        ("HIDDEN", "hidden tests"),
    ] {
        let said = complaint(&without(word));
        assert!(
            said.starts_with(&format!("ex.rs: it has no {part}")),
            "{word}: {said}"
        );
    }
}

#[test]
fn windows_line_ends_change_nothing() {
    let windows = WHOLE.replace('\n', "\r\n");
    let path = Path::new("ex.rs");
    let cut = |text| sections(path, text, Owner::Master).unwrap();
    assert_eq!(cut(&windows), cut(WHOLE));
}
