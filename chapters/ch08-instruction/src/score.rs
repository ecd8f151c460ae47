//! How many answers are right.

use std::collections::BTreeMap;

use datasets::Instruction;
use serde::{Deserialize, Serialize};

/// What the kind is called where the data does not say.
const NO_KIND: &str = "all";

// ANCHOR: exact_match
/// Whether the answer is the expected one, letter by letter; spaces around it don't
/// matter.
pub fn exact_match(response: &str, expected: &str) -> bool {
    response.trim() == expected.trim()
}
// ANCHOR_END: exact_match

/// A question, the answer that was expected, and the model's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// What to do
    pub instruction: String,
    /// What to do it with
    pub input: String,
    /// The right answer
    pub expected: String,
    /// The model's answer
    pub response: String,
    /// What sort of task it is
    pub kind: String,
    /// Whether the two answers are the same
    pub exact: bool,
}

impl Response {
    /// The model's `response` to an instruction.
    pub fn new(entry: &Instruction, response: &str) -> Self {
        Self {
            instruction: entry.instruction.clone(),
            input: entry.input.clone(),
            expected: entry.output.clone(),
            response: response.trim().to_owned(),
            kind: entry.kind.clone().unwrap_or_else(|| NO_KIND.to_owned()),
            exact: exact_match(response, &entry.output),
        }
    }
}

/// Right answers to the questions of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindScore {
    /// What sort of task it is
    pub kind: String,
    /// Questions
    pub questions: usize,
    /// Right answers
    pub exact: usize,
}

/// Right answers by kind, in alphabetical order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scores(pub Vec<KindScore>);

impl Scores {
    /// Counts.
    pub fn of(responses: &[Response]) -> Self {
        let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for response in responses {
            let (questions, exact) = kinds.entry(&response.kind).or_default();
            *questions += 1;
            *exact += usize::from(response.exact);
        }
        let score = |(kind, (questions, exact)): (&str, _)| KindScore {
            kind: kind.to_owned(),
            questions,
            exact,
        };
        Self(kinds.into_iter().map(score).collect())
    }

    /// All kinds together.
    pub fn overall(&self) -> KindScore {
        KindScore {
            kind: "overall".to_owned(),
            questions: self.0.iter().map(|kind| kind.questions).sum(),
            exact: self.0.iter().map(|kind| kind.exact).sum(),
        }
    }
}

impl KindScore {
    /// The share of right answers, from 0 to 100.
    pub fn percent(&self) -> f64 {
        100.0 * self.exact as f64 / self.questions.max(1) as f64
    }
}
