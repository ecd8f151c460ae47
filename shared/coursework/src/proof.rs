//! What only building and running can tell: solutions pass, and stubs compile and fail.

use std::collections::HashMap;

use anyhow::Result;

use crate::build::{Build, Program, build};
use crate::catalogue::{Chapter, Exercise};
use crate::checkout::Checkout;
use crate::rules::Finding;
use crate::start::stubs_into;
use crate::trial::{LIMIT, Outcome, Trial, run};
use crate::workspace::Workspace;

/// Proves that every solution of a chapter passes all of its tests.
///
/// # Errors
/// When cargo fails for another reason than an exercise.
pub fn solutions_pass(
    checkout: &Checkout,
    chapter: &Chapter,
) -> Result<Vec<Finding>> {
    let manifest = checkout.root.join("Cargo.toml");
    let builds = build(checkout, &manifest, &chapter.package, &targets(chapter))?;
    each(chapter, builds, |exercise, program| {
        let master = exercise.master()?;
        let mut found = Vec::new();
        for test in [master.public_tests(), master.hidden_tests()].concat() {
            let Trial { outcome, said, .. } = run(program, &test, LIMIT)?;
            if outcome != Outcome::Passed {
                found.push(fault(
                    exercise,
                    &format!("the solution fails {test}: {said}"),
                ));
            }
        }
        Ok(found)
    })
}

/// Proves that what students get compiles, and that no public test passes before they
/// write something.
///
/// # Errors
/// When cargo fails for another reason than an exercise.
pub fn stubs_fail(
    checkout: &Checkout,
    chapters: &[Chapter],
) -> Result<Vec<Finding>> {
    let folder = checkout.scratch().join("stubs");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?; // ours alone; always made anew
    }
    let workspace = Workspace::new(&folder, "stubs");
    stubs_into(&workspace, chapters)?;
    workspace.write(checkout, chapters)?;
    let mut found = Vec::new();
    for chapter in chapters {
        let package = workspace.package(chapter);
        let builds =
            build(checkout, &workspace.manifest(), &package, &targets(chapter))?;
        found.extend(each(chapter, builds, |exercise, program| {
            let mut found = Vec::new();
            for test in exercise.master()?.public_tests() {
                if run(program, &test, LIMIT)?.outcome == Outcome::Passed {
                    found.push(fault(
                        exercise,
                        &format!("{test} passes without an answer"),
                    ));
                }
            }
            Ok(found)
        })?);
    }
    Ok(found)
}

fn targets(chapter: &Chapter) -> Vec<String> {
    chapter.exercises.iter().map(|exercise| exercise.number.target()).collect()
}

/// Looks at every exercise that was built; one that does not compile is a finding itself.
fn each(
    chapter: &Chapter,
    mut builds: HashMap<String, Build>,
    look: impl Fn(&Exercise, &Program) -> Result<Vec<Finding>>,
) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for exercise in &chapter.exercises {
        match builds.remove(&exercise.number.target()) {
            Some(Build::Ready(program)) => found.extend(look(exercise, &program)?),
            Some(Build::Failed(said)) => {
                found.push(fault(
                    exercise,
                    &format!("it does not compile:\n{said}"),
                ));
            }
            None => found.push(fault(exercise, "it was not built")),
        }
    }
    Ok(found)
}

fn fault(exercise: &Exercise, what: &str) -> Finding {
    Finding::fault(format!("{}: {what}", exercise.path().display()))
}
