//! Hand out, check and grade with real cargo, on a checkout with one tiny chapter that
//! needs no libtorch.

#![allow(clippy::unwrap_used)] // helpers of tests may panic as tests do

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use coursework::catalogue::{Chapter, chapters};
use coursework::checkout::Checkout;
use coursework::grade::{Grader, Problem, Report, Work};
use coursework::start::{Handed, start};
use coursework::trial::Outcome;
use coursework::{proof, rules};

const MANIFEST: &str = r#"
[workspace]
resolver = "3"
members = ["chapters/*"]
exclude = ["coursework", "target"]
[workspace.package]
edition = "2024"
[workspace.dependencies]
ch90 = { path = "chapters/ch90-toy" }
[profile.dev]
opt-level = 1
"#;

const CHAPTER: &str = r#"
[package]
name = "ch90"
version = "0.1.0"
edition.workspace = true
[[test]]
name = "ex90_1"
path = "exercises/ex90_1_twice.rs"
"#;

const LIST: &str = r#"
[[exercise]]
number = "90.1"
title = "Twice"
file = "ex90_1_twice.rs"
points = 10
minutes = 1
page = "toy.md#ex-90-1"
hint = "Add it to itself."
"#;

const EXERCISE: &str = r#"//! Exercise 90.1 (10 points): twice as much.

use ch90::ONE;

// ANCHOR: task
/// Doubles a number.
pub fn twice(x: i64) -> i64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    2 * ONE * x
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn twice_three_is_six() {
    assert_eq!(twice(3), 6, "three");
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn twice_a_negative_number() {
    assert_eq!(twice(-3), -6);
}

#[test]
fn twice_zero_is_zero() {
    assert_eq!(twice(0), 0);
}
// HIDDEN: end
"#;

const PAGE: &str = "\
### Exercise 90.1 · Twice { #ex-90-1 .exercise }

{{#include ../chapters/ch90-toy/exercises/ex90_1_twice.rs:task}}
";

/// A checkout in a temporary folder.
struct Toy {
    folder: tempfile::TempDir,
}

impl Toy {
    fn new() -> Self {
        let toy = Self { folder: tempfile::tempdir().unwrap() };
        toy.write("Cargo.toml", MANIFEST);
        toy.write("chapters/ch90-toy/Cargo.toml", CHAPTER);
        toy.write("chapters/ch90-toy/src/lib.rs", "pub const ONE: i64 = 1;\n");
        toy.write("chapters/ch90-toy/exercises/exercises.toml", LIST);
        toy.write("chapters/ch90-toy/exercises/ex90_1_twice.rs", EXERCISE);
        toy.write("book/toy.md", PAGE);
        toy.write(".rustfmt.toml", "use_small_heuristics = \"Max\"\n");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["generate-lockfile", "--offline"]).current_dir(toy.root());
        assert!(cargo.status().unwrap().success());
        toy
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// Replaces text in one of its files.
    fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} has no {old}");
        self.write(path, &text.replace(old, new));
    }

    /// Not `Checkout::open`: these builds must never meet those of the real checkout.
    fn checkout(&self) -> Checkout {
        let root = self.root().to_path_buf();
        Checkout { target: root.join("target"), root }
    }

    fn chapters(&self) -> Vec<Chapter> {
        chapters(self.root()).unwrap()
    }

    fn start(&self) -> Vec<Handed> {
        let folder = self.root().join("coursework");
        let handed = start(&self.checkout(), &folder, &self.chapters()).unwrap();
        handed.into_iter().map(|(_, what)| what).collect()
    }

    fn answer(&self, answer: &str) {
        let stub = "todo!(\"Exercise 90.1\")";
        let text = coursework::handout::released(
            &self.chapters()[0].exercises[0].master().unwrap(),
            "90.1",
        );
        self.write("coursework/ch90/ex90_1_twice.rs", &text.replace(stub, answer));
    }

    fn grade(&self, work: &Work) -> Report {
        let limit = Duration::from_secs(2);
        let grader = Grader::new(self.checkout(), self.chapters(), limit).unwrap();
        grader.grade(work, |_| ()).unwrap().remove(0)
    }

    fn grade_answer(&self, answer: &str) -> Report {
        self.answer(answer);
        self.grade(&Work::Folder(self.root().join("coursework")))
    }

    /// What `check` says about its files.
    fn rules(&self) -> String {
        let found = rules::check(&self.checkout(), &self.chapters()[0]).unwrap();
        found.into_iter().map(|finding| finding.text + "\n").collect()
    }
}

fn outcomes(report: &Report) -> HashMap<&str, Outcome> {
    report.tests.iter().map(|test| (test.test.as_str(), test.outcome)).collect()
}

#[test]
fn the_solution_earns_all_points_and_the_stub_none() {
    let toy = Toy::new();
    let report = toy.grade(&Work::Solutions);
    assert!(report.solved(), "{report:?}");
    assert_eq!((report.points, report.out_of), (10, 10));

    assert_eq!(toy.start(), [Handed::New]);
    let report = toy.grade(&Work::Folder(toy.root().join("coursework")));
    assert!(matches!(report.problem, Some(Problem::NotStarted)));
    assert_eq!(report.points, 0);

    let (checkout, chapters) = (toy.checkout(), toy.chapters());
    assert_eq!(proof::solutions_pass(&checkout, &chapters[0]).unwrap(), []);
    assert_eq!(proof::stubs_fail(&checkout, &chapters).unwrap(), []);
}

#[test]
fn answers_earn_what_their_tests_earn_whatever_they_do() {
    let toy = Toy::new();
    toy.start();
    let report = toy.grade_answer("x.abs() * 2");
    assert_eq!((report.passed(), report.points), (2, 6), "{report:?}");

    let report = toy.grade_answer("if x == 3 { loop {} } else { x + x }");
    assert_eq!(outcomes(&report)["twice_three_is_six"], Outcome::TimedOut);
    assert_eq!(report.passed(), 2);

    for crash in
        ["std::process::exit(0)", "std::process::abort()", "twice(x + 1) + 1"]
    {
        let report = toy.grade_answer(crash);
        assert_eq!((report.passed(), report.points), (0, 0), "{crash}: {report:?}");
    }

    let report =
        toy.grade_answer("println!(\"{}\", \"x\".repeat(3_000_000)); x + x");
    assert!(report.solved(), "{report:?}");

    let report = toy.grade_answer("\"six\"");
    let Some(Problem::DoesNotCompile(said)) = &report.problem else {
        panic!("{report:?}")
    };
    assert!(
        said.contains("mismatched types") && said.contains("ex90_1_twice.rs:10"),
        "{said}"
    );
}

#[test]
fn starting_again_keeps_answers_and_renews_untouched_stubs() {
    let toy = Toy::new();
    assert_eq!(toy.start(), [Handed::New]);
    assert_eq!(toy.start(), [Handed::Same]);

    toy.edit(
        "chapters/ch90-toy/exercises/ex90_1_twice.rs",
        "Doubles a",
        "Doubles any",
    );
    assert_eq!(toy.start(), [Handed::Renewed]);
    assert!(toy.read("coursework/ch90/ex90_1_twice.rs").contains("Doubles any"));
    assert!(
        toy.read("coursework/ch90/ex90_1_twice.rs.old")
            .contains("Doubles a number")
    );

    toy.answer("x + x");
    let theirs = toy.read("coursework/ch90/ex90_1_twice.rs");
    assert_eq!(toy.start(), [Handed::Kept]);
    assert_eq!(toy.read("coursework/ch90/ex90_1_twice.rs"), theirs);

    toy.edit("coursework/ch90/ex90_1_twice.rs", "// ANSWER: end", "");
    assert_eq!(toy.start(), [Handed::Kept]);
}

#[test]
fn each_rule_speaks_up_when_it_is_broken() {
    let whole = Toy::new();
    assert_eq!(whole.rules(), "");

    let list = "chapters/ch90-toy/exercises/exercises.toml";
    let file = "chapters/ch90-toy/exercises/ex90_1_twice.rs";
    for (path, old, new, said) in [
        (list, "points = 10", "points = 0", "give it points"),
        (list, "minutes = 1", "minutes = 0", "how many minutes"),
        (list, "Add it to itself.", " ", "give it a hint"),
        (list, "toy.md#ex-90-1", "toy.md", "must end in #ex-90-1"),
        (
            file,
            "(10 points)",
            "(5 points)",
            "must begin `//! Exercise 90.1 (10 points)`",
        ),
        (file, "2 * ONE * x", "2*ONE * x", "it is not formatted"),
        (file, "// HIDDEN: end", "", "ex90_1_twice.rs:21"),
        (file, "2 * ONE * x", "assert_eq!(twice(3), 6, \"three\");", "still has"),
        ("chapters/ch90-toy/Cargo.toml", "ex90_1\"", "ex90_2\"", "add [[test]]"),
        ("book/toy.md", "#ex-90-1", "#ex-90-2", "no heading has the id {#ex-90-1}"),
        ("book/toy.md", ":task", ":tests", "does not include ex90_1_twice.rs:task"),
    ] {
        let toy = Toy::new();
        toy.edit(path, old, new);
        let found = toy.rules();
        assert!(found.contains(said), "{new}: {found:?} does not say {said:?}");
    }

    whole.write("chapters/ch90-toy/exercises/ex90_2_more.rs", "");
    assert!(whole.rules().contains("ex90_2_more.rs: add it to exercises.toml"));
}

#[test]
fn a_solution_that_fails_and_a_test_that_can_not_are_found() {
    let toy = Toy::new();
    let file = "chapters/ch90-toy/exercises/ex90_1_twice.rs";
    toy.edit(file, "2 * ONE * x", "3 * ONE * x");
    toy.edit(file, "assert_eq!(twice(3), 6, \"three\");", "assert_eq!(ONE, 1);");
    let (checkout, chapters) = (toy.checkout(), toy.chapters());
    let said = |findings: Vec<rules::Finding>| format!("{findings:?}");
    let failing = said(proof::solutions_pass(&checkout, &chapters[0]).unwrap());
    assert!(
        failing.contains("the solution fails twice_a_negative_number"),
        "{failing}"
    );
    let passing = said(proof::stubs_fail(&checkout, &chapters).unwrap());
    assert!(
        passing.contains("twice_three_is_six passes without an answer"),
        "{passing}"
    );
}
