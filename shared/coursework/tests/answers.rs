//! What is taken from a student's file, however it was treated.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

use std::fs;
use std::path::{Path, PathBuf};

use coursework::answer::{answers, solutions};
use coursework::grade::{Problem, hand_in};
use coursework::handout::{graded, released};
use coursework::source::Master;

const MASTER: &str = r#"//! Exercise 3.9 (5 points): twice as much.

// ANCHOR: task
/// Doubles a number.
pub fn twice(x: i64) -> i64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    2 * x
    // SOLUTION: end
}

// ANCHOR: task_thrice
/// Triples a number.
pub fn thrice(x: i64) -> i64 {
    // ANCHOR_END: task_thrice
    // SOLUTION: begin
    x + twice(x)
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
fn twice_a_negative_number() {
    assert_eq!(twice(-3), -6);
}
// HIDDEN: end
"#;

const RELEASED: &str = r#"//! Exercise 3.9 (5 points): twice as much.

#![allow(unused)]

/// Doubles a number.
pub fn twice(x: i64) -> i64 {
    // ANSWER: begin
    todo!("Exercise 3.9")
    // ANSWER: end
}

/// Triples a number.
pub fn thrice(x: i64) -> i64 {
    // ANSWER: begin
    todo!("Exercise 3.9")
    // ANSWER: end
}

#[test]
fn twice_three_is_six() {
    assert_eq!(twice(3), 6);
}
"#;

fn master() -> Master {
    Master::parse(Path::new("ex.rs"), MASTER).unwrap()
}

/// The released file with `first` and `second` as answers.
fn answered(first: &str, second: &str) -> String {
    let stub = "    todo!(\"Exercise 3.9\")";
    RELEASED.replacen(stub, first, 1).replacen(stub, second, 1)
}

/// Hands in a file that holds `bytes`.
fn handed_in(bytes: &[u8]) -> Result<String, Problem> {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("ex3_9_twice.rs");
    fs::write(&file, bytes).unwrap();
    let answers = hand_in(&file, &master(), "3.9")?;
    Ok(graded(&master(), &answers))
}

/// What is said about a file that can't be graded.
fn refused(text: &str) -> String {
    match handed_in(text.as_bytes()) {
        Err(Problem::Unreadable(said)) => said,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_student_gets_the_task_the_public_tests_and_nothing_else() {
    assert_eq!(released(&master(), "3.9"), RELEASED);
}

#[test]
fn our_solutions_handed_in_give_the_master_back() {
    let text = answered("    2 * x", "    x + twice(x)");
    let graded_text = handed_in(text.as_bytes()).unwrap();
    let code = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.trim().starts_with("// "));
        lines.filter(|line| !line.is_empty()).map(str::to_string).collect()
    };
    let mut wanted = code(MASTER);
    wanted.insert(1, "#![allow(unused)]".into());
    assert_eq!(code(&graded_text), wanted);
    assert_eq!(answers(Path::new("ex.rs"), &text).unwrap(), solutions(&master()));
}

#[test]
fn lines_keep_their_numbers_up_to_the_hidden_tests() {
    let text = answered("    2 * x", "    x + twice(x)");
    let graded_text = handed_in(text.as_bytes()).unwrap();
    assert!(graded_text.starts_with(&text), "{graded_text}");
}

#[test]
fn an_untouched_file_is_not_started() {
    assert!(matches!(handed_in(RELEASED.as_bytes()), Err(Problem::NotStarted)));
    let windows = RELEASED.replace('\n', "\r\n");
    assert!(matches!(handed_in(windows.as_bytes()), Err(Problem::NotStarted)));
}

#[test]
fn changed_tests_and_signatures_are_not_taken() {
    let text = answered("    2 * x", "    3 * x")
        .replace("assert_eq!(twice(3), 6);", "")
        .replace("fn twice_three_is_six", "fn nothing");
    let graded_text = handed_in(text.as_bytes()).unwrap();
    assert!(
        graded_text
            .contains("fn twice_three_is_six() {\n    assert_eq!(twice(3), 6);")
    );
    assert!(!graded_text.contains("fn nothing"));
}

#[test]
fn windows_line_ends_are_read_as_any_others() {
    let text = answered("    2 * x", "    x + twice(x)");
    let windows = handed_in(text.replace('\n', "\r\n").as_bytes()).unwrap();
    assert_eq!(windows, handed_in(text.as_bytes()).unwrap());
}

#[test]
fn an_empty_answer_is_taken_as_it_is() {
    let graded_text = handed_in(answered("", "    3 * x").as_bytes()).unwrap();
    assert!(graded_text.contains("// ANSWER: begin\n\n    // ANSWER: end"));
}

#[test]
fn a_comment_that_looks_like_our_markers_is_only_a_comment() {
    let answer = "    // HIDDEN: end\n    // SOLUTION: begin\n    2 * x";
    let graded_text = handed_in(answered(answer, "    3 * x").as_bytes()).unwrap();
    assert!(graded_text.contains(answer));
    assert!(graded_text.contains("fn twice_a_negative_number"));
}

#[test]
fn deleted_marker_lines_are_named() {
    let whole = answered("    2 * x", "    3 * x");
    let said = refused(&whole.replacen("    // ANSWER: begin\n", "", 1));
    assert!(said.contains("ex3_9_twice.rs:8: `// ANSWER: end` without"), "{said}");
    let said = refused(&whole.replacen("    // ANSWER: end\n", "", 1));
    assert!(
        said.contains("ex3_9_twice.rs:13: `// ANSWER: begin` stands inside"),
        "{said}"
    );
    let markers = ["    // ANSWER: begin\n", "    // ANSWER: end\n"];
    let said =
        refused(&markers.iter().fold(whole, |text, line| text.replace(line, "")));
    assert!(
        said.contains("it has 0 pairs") && said.contains("2 are expected"),
        "{said}"
    );
}

#[test]
fn a_marker_inside_a_string_is_refused_and_not_misread() {
    let string = "    let s = \"\n// ANSWER: end\n\";\n    2 * x";
    let said = refused(&answered(string, "    3 * x"));
    assert!(said.contains("ex3_9_twice.rs:12: `// ANSWER: end` without"), "{said}");
    let pair = "    let s = \"\n// ANSWER: end\n// ANSWER: begin\n\";\n    2 * x";
    assert!(refused(&answered(pair, "    3 * x")).contains("it has 3 pairs"));
}

#[test]
fn an_answer_can_not_leave_its_function() {
    for answer in
        ["    2 * x }\n    mod tests {", "    2 * x /*", "    \"", "    (2 * x"]
    {
        let said = refused(&answered(answer, "    3 * x"));
        assert!(said.contains("must close every bracket"), "{answer}: {said}");
    }
}

#[test]
fn a_file_that_is_not_text_is_named() {
    match handed_in(b"//! Exercise \xff") {
        Err(Problem::Unreadable(said)) => {
            assert!(
                said.contains("ex3_9_twice.rs is not UTF-8 text (byte 13)"),
                "{said}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_missing_file_is_missing() {
    let problem = hand_in(Path::new("nowhere.rs"), &master(), "3.9").unwrap_err();
    assert!(
        matches!(problem, Problem::Missing(said) if said.contains("nowhere.rs"))
    );
}
