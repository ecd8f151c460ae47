//! Running one test of a program, in a process of its own and within a time limit.
//!
//! A process each: a test that crashes or hangs then costs one test, not all of them.

use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Serialize;
use wait_timeout::ChildExt;

use crate::build::Program;

/// How long a test may take when nobody says otherwise.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A test that prints more than this is cut off; it would fill memory.
const PRINTED: u64 = 1 << 20;

/// How many lines of a failure are worth showing.
const SAID_LINES: usize = 8;

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed, or its process died.
    Failed,
    /// It was stopped at the time limit.
    TimedOut,
    /// It was never run.
    NotRun,
}

/// One run of one test.
#[derive(Debug, Clone)]
pub struct Trial {
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
    /// What it said when it failed; empty when it passed.
    pub said: String,
}

/// Runs the test called `name`.
///
/// # Errors
/// When the program can't be started.
pub fn run(program: &Program, name: &str, limit: Duration) -> Result<Trial> {
    let started = Instant::now();
    let mut child = Command::new(&program.file)
        .args(["--exact", name, "--test-threads=1"])
        .current_dir(&program.folder)
        .env(program.libraries.0, &program.libraries.1)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {}", program.file.display()))?;
    let stdout = listen(child.stdout.take());
    let stderr = listen(child.stderr.take());
    let status = child.wait_timeout(limit)?;
    if status.is_none() {
        child.kill()?;
        child.wait()?;
    }
    let (outcome, said) = judge(status, &heard(&stdout), &heard(&stderr), limit);
    Ok(Trial { outcome, took: started.elapsed(), said })
}

/// Reads a pipe in the background, so that a full pipe never blocks the test.
fn listen(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            let _ = pipe.take(PRINTED).read_to_end(&mut bytes); // what came is enough
        }
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}

/// What was printed. A process that the test left behind may hold the pipe open: we do not
/// wait for it.
fn heard(pipe: &Receiver<String>) -> String {
    pipe.recv_timeout(Duration::from_secs(1)).unwrap_or_default()
}

/// The test passed when its program ended well *and* counted it as passed: an answer that
/// exits the process with status 0 has not passed.
fn judge(
    status: Option<ExitStatus>,
    stdout: &str,
    stderr: &str,
    limit: Duration,
) -> (Outcome, String) {
    let Some(status) = status else {
        let said = format!("stopped after {} seconds", limit.as_secs());
        return (Outcome::TimedOut, said);
    };
    let counted =
        stdout.lines().any(|line| line.starts_with("test result: ok. 1 passed;"));
    if status.success() && counted {
        return (Outcome::Passed, String::new());
    }
    let said = match (complaint(stdout), complaint_of_the_dead(stderr)) {
        (Some(said), _) | (None, Some(said)) => said,
        (None, None) => format!("the test's process ended early ({status})"),
    };
    (Outcome::Failed, said)
}

/// What the failing test printed, from the test harness's report.
fn complaint(stdout: &str) -> Option<String> {
    let (_, report) = stdout.split_once(" stdout ----\n")?;
    let report = report.split("\nfailures:\n").next()?;
    shorten(report.lines())
}

/// The last words of a process that died without a report.
fn complaint_of_the_dead(stderr: &str) -> Option<String> {
    shorten(stderr.lines())
}

fn shorten<'a>(lines: impl Iterator<Item = &'a str>) -> Option<String> {
    let lines =
        lines.filter(|line| !line.trim().is_empty() && !line.starts_with("note: "));
    let said = lines.take(SAID_LINES).collect::<Vec<_>>().join("\n");
    (!said.is_empty()).then_some(said)
}
