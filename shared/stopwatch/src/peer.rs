//! Another program that does the same work when it is asked to.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

/// A Python script that runs beside us. It reads one question a line, a JSON object that says
/// what to do, and answers with `{"seconds": 0.25}`.
#[derive(Debug)]
pub struct Peer {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts `script` with `python`.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start(
        python: &Path,
        script: &Path,
        arguments: &[String],
    ) -> Result<Self> {
        let mut child = Command::new(python)
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {}", python.display()))?;
        let questions = child.stdin.take();
        let answers = child.stdout.take().context("a pipe was asked for")?;
        Ok(Self { child, questions, answers: BufReader::new(answers) })
    }

    /// Lets it do what `question` says, and returns the seconds that one time took.
    ///
    /// # Errors
    /// When it has ended, or answers something else.
    pub fn seconds(&mut self, question: &Value) -> Result<f64> {
        let answer = self.ask(question)?;
        Ok(answer["seconds"].as_f64().expect("an answer has seconds"))
    }

    /// Lets it do what `question` says, and returns its whole answer, which has `seconds`.
    ///
    /// # Errors
    /// When it has ended, or answers something else.
    pub fn ask(&mut self, question: &Value) -> Result<Value> {
        let mut answer = String::new();
        let asked = self
            .questions
            .as_mut()
            .context("it has no standard input")
            .and_then(|it| Ok(writeln!(it, "{question}")?));
        asked
            .and_then(|()| Ok(self.answers.read_line(&mut answer)?))
            .context("the Python script has ended; its own message stands above")?;
        let parsed = serde_json::from_str(&answer).ok();
        parsed.filter(|it: &Value| it["seconds"].is_f64()).with_context(|| {
            format!("the Python script answered {:?} to {question}", answer.trim())
        })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.questions.take()); // the end of its input is the end of its work
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;

    /// Any program that reads and writes lines will do for a peer.
    #[cfg(unix)]
    fn shell(script: &str) -> (std::path::PathBuf, Peer) {
        let name = format!("stopwatch-{}-{}.sh", std::process::id(), script.len());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, script).unwrap();
        let peer = Peer::start(Path::new("sh"), &path, &[]).unwrap();
        (path, peer)
    }

    #[cfg(unix)]
    #[test]
    fn a_peer_answers_every_question() {
        let (path, mut peer) =
            shell("while read line; do echo '{\"seconds\": 0.25}'; done");
        for tokens in [64, 128] {
            assert_eq!(peer.seconds(&json!({"tokens": tokens})).unwrap(), 0.25);
        }
        drop(peer);
        fs::remove_file(path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_peer_that_answers_nonsense_is_named() {
        let (path, mut peer) =
            shell("while read line; do echo no; done # nonsense");
        let error = peer.seconds(&json!({"tokens": 64})).unwrap_err().to_string();
        assert_eq!(error, "the Python script answered \"no\" to {\"tokens\":64}");
        drop(peer);
        fs::remove_file(path).unwrap();
    }
}
