//! Points for answers.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::answer::{self, Answer};
use crate::build::{Build, build};
use crate::catalogue::{Chapter, Exercise, Number};
use crate::checkout::Checkout;
use crate::files;
use crate::handout;
use crate::source::Master;
use crate::trial::{self, Outcome};
use crate::workspace::Workspace;

/// Whose answers are graded.
#[derive(Debug, Clone)]
pub enum Work {
    /// Our own, out of the master files.
    Solutions,
    /// A student's, out of a coursework folder.
    Folder(PathBuf),
}

/// One test of one exercise.
#[derive(Debug, Clone, Serialize)]
pub struct Graded {
    /// The exercise it belongs to.
    pub exercise: Number,
    /// Its name, a sentence.
    pub test: String,
    /// Whether students do not see it.
    pub hidden: bool,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub seconds: f64,
    /// What it said when it failed.
    pub said: String,
}

/// Why no test of an exercise was run.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "said")]
pub enum Problem {
    /// The file is not there.
    Missing(String),
    /// The answer is what was handed out.
    NotStarted,
    /// The file can't be read as an answer.
    Unreadable(String),
    /// The compiler refused the answer; its first error.
    DoesNotCompile(String),
}

/// What an exercise earned.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The exercise.
    pub exercise: Number,
    /// Its title.
    pub title: String,
    /// The points earned: in proportion to the tests passed, rounded down.
    pub points: usize,
    /// The points there are.
    pub out_of: usize,
    /// Why no test was run, if so.
    pub problem: Option<Problem>,
    /// Its tests, public ones first.
    #[serde(skip)]
    pub tests: Vec<Graded>,
}

impl Report {
    /// Whether every test passed.
    pub fn solved(&self) -> bool {
        !self.tests.is_empty() && self.passed() == self.tests.len()
    }

    /// How many tests passed.
    pub fn passed(&self) -> usize {
        self.tests.iter().filter(|test| test.outcome == Outcome::Passed).count()
    }
}

/// Grades exercises; only one at a time per checkout, others wait.
#[derive(Debug)]
pub struct Grader {
    checkout: Checkout,
    chapters: Vec<Chapter>,
    workspace: Workspace,
    limit: Duration,
    _turn: File,
}

/// An exercise on its way through the grader.
struct Paper<'a> {
    exercise: &'a Exercise,
    master: Master,
    answers: Result<Vec<Answer>, Problem>,
}

impl Grader {
    /// Prepares the workspace where answers are built. A test is stopped after `limit`.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn new(
        checkout: Checkout,
        chapters: Vec<Chapter>,
        limit: Duration,
    ) -> Result<Self> {
        let folder = checkout.scratch().join("grade");
        let workspace = Workspace::new(&folder, "grade");
        files::write(&folder.join("turn.lock"), "")?;
        let turn = File::open(folder.join("turn.lock"))?;
        turn.lock().context("could not wait for another grader to end")?;
        workspace.write(&checkout, &chapters)?;
        Ok(Self { checkout, chapters, workspace, limit, _turn: turn })
    }

    /// Grades every exercise, and hands each report to `each` as soon as it is there.
    ///
    /// # Errors
    /// When something other than an answer is at fault: a master file, cargo, the disk.
    pub fn grade(
        &self,
        work: &Work,
        mut each: impl FnMut(&Report),
    ) -> Result<Vec<Report>> {
        let mut reports = Vec::new();
        for chapter in &self.chapters {
            let mut papers = Vec::new();
            for exercise in &chapter.exercises {
                papers.push(collect(work, chapter, exercise)?);
            }
            let mut builds = self.build(chapter, &papers)?;
            for paper in papers {
                let build = builds.remove(&paper.exercise.number.target());
                let report = self.mark(paper, build)?;
                each(&report);
                reports.push(report);
            }
        }
        Ok(reports)
    }

    /// Puts each answer into its master file and compiles them.
    fn build(
        &self,
        chapter: &Chapter,
        papers: &[Paper],
    ) -> Result<HashMap<String, Build>> {
        let mut targets = Vec::new();
        for Paper { exercise, master, answers } in papers {
            // Cargo wants the file of every target to exist, also of those not built now.
            let answers = answers.as_deref().unwrap_or_default();
            let text = handout::graded(master, answers);
            files::write(&self.workspace.file(chapter, exercise), &text)?;
            if !answers.is_empty() {
                targets.push(exercise.number.target());
            }
        }
        if targets.is_empty() {
            return Ok(HashMap::new());
        }
        let package = self.workspace.package(chapter);
        build(&self.checkout, &self.workspace.manifest(), &package, &targets)
    }

    fn mark(&self, paper: Paper, build: Option<Build>) -> Result<Report> {
        let Paper { exercise, master, answers } = paper;
        let mut tests = unrun(exercise.number, &master);
        let problem = match (answers, build) {
            (Err(problem), _) => Some(problem),
            (Ok(_), Some(Build::Failed(said))) => {
                Some(Problem::DoesNotCompile(said))
            }
            (Ok(_), None) => Some(Problem::Unreadable("it was not built".into())),
            (Ok(_), Some(Build::Ready(program))) => {
                for test in &mut tests {
                    let trial = trial::run(&program, &test.test, self.limit)?;
                    test.outcome = trial.outcome;
                    test.seconds = trial.took.as_secs_f64();
                    test.said = trial.said;
                }
                None
            }
        };
        let mut report = Report {
            exercise: exercise.number,
            title: exercise.title.clone(),
            points: 0,
            out_of: exercise.points as usize,
            problem,
            tests,
        };
        report.points = report.out_of * report.passed() / report.tests.len().max(1);
        Ok(report)
    }
}

/// Finds the answers to one exercise.
fn collect<'a>(
    work: &Work,
    chapter: &Chapter,
    exercise: &'a Exercise,
) -> Result<Paper<'a>> {
    let master = exercise.master()?;
    let answers = match work {
        Work::Solutions => Ok(answer::solutions(&master)),
        Work::Folder(folder) => {
            let file = folder.join(&chapter.package).join(&exercise.file);
            hand_in(&file, &master, &exercise.number.to_string())
        }
    };
    Ok(Paper { exercise, master, answers })
}

/// The answers in a student's file, or what is wrong with it.
///
/// # Errors
/// When the file is missing, untouched, or does not fit the exercise.
pub fn hand_in(
    file: &Path,
    master: &Master,
    number: &str,
) -> Result<Vec<Answer>, Problem> {
    if !file.exists() {
        return Err(Problem::Missing(format!("{} is not there", file.display())));
    }
    let unreadable =
        |error: anyhow::Error| Problem::Unreadable(format!("{error:#}"));
    let text = files::read(file).map_err(unreadable)?;
    let answers = answer::answers(file, &text).map_err(unreadable)?;
    let stubs = answer::stubs(master, number);
    if answers.len() == stubs.len()
        && answers.iter().zip(&stubs).all(|(a, b)| a.same(b))
    {
        return Err(Problem::NotStarted);
    }
    answer::fit(file, master, &answers).map_err(unreadable)?;
    Ok(answers)
}

fn unrun(exercise: Number, master: &Master) -> Vec<Graded> {
    let all = [(false, master.public_tests()), (true, master.hidden_tests())];
    let tests = all.into_iter().flat_map(|(hidden, names)| {
        names.into_iter().map(move |test| Graded {
            exercise,
            test,
            hidden,
            outcome: Outcome::NotRun,
            seconds: 0.0,
            said: String::new(),
        })
    });
    tests.collect()
}
