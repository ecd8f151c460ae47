//! What is shown at the end.

use std::io::Write;

use anyhow::Result;
use serde_json::{Value, json};

use crate::{KindScore, Response, Scores};

/// Right answers by kind, before and after; or now alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Before training, where that was asked
    pub before: Option<Scores>,
    /// Now
    pub now: Scores,
}

impl Report {
    /// A table with a row for each kind, and one for all.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write(&self, out: &mut impl Write) -> Result<()> {
        let columns = match self.before {
            Some(_) => "   before    after",
            None => "    exact",
        };
        writeln!(out, "{:20} questions{columns}", "kind")?;
        for (before, now) in self.rows() {
            write!(out, "{:20} {:>9}", now.kind, now.questions)?;
            for score in before.iter().chain([&now]) {
                write!(out, " {:>6.1} %", score.percent())?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// The same for a program to read.
    pub fn to_json(&self) -> Value {
        let rows = self.rows().into_iter().map(|(before, now)| {
            json!({
                "kind": now.kind,
                "questions": now.questions,
                "percent_before": before.map(|score| score.percent()),
                "percent": now.percent(),
            })
        });
        let mut kinds: Vec<_> = rows.collect();
        json!({ "overall": kinds.pop(), "kinds": kinds })
    }

    /// Every kind and, last, all together.
    fn rows(&self) -> Vec<(Option<KindScore>, KindScore)> {
        let with_overall = |scores: &Scores| {
            let mut rows = scores.0.clone();
            rows.push(scores.overall());
            rows
        };
        let now = with_overall(&self.now);
        let before: Vec<Option<KindScore>> = match &self.before {
            Some(scores) => with_overall(scores).into_iter().map(Some).collect(),
            None => vec![None; now.len()],
        };
        before.into_iter().zip(now).collect()
    }
}

/// The first question of each of the first `count` kinds, what was expected and what was
/// answered.
///
/// # Errors
/// When writing fails.
pub fn write_some(
    out: &mut impl Write,
    responses: &[Response],
    count: usize,
) -> Result<()> {
    let mut shown: Vec<&str> = Vec::new();
    for response in responses {
        if shown.len() == count {
            break;
        }
        if shown.contains(&response.kind.as_str()) {
            continue;
        }
        shown.push(&response.kind);
        let mark = if response.exact { "right" } else { "wrong" };
        writeln!(out, "\n{} {}", response.instruction, response.input)?;
        writeln!(out, "  answer    {:?}  ({mark})", response.response)?;
        writeln!(out, "  expected  {:?}", response.expected)?;
    }
    Ok(())
}
