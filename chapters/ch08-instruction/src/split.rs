//! Three parts: to learn from, to watch, and to be asked at the end.

use std::collections::BTreeMap;

use datasets::Instruction;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// The program's split is always this one. A model may then be asked its test questions long
/// after it was trained, with any seed, and has seen none of them.
pub const SPLIT_SEED: u64 = 1;

/// Shares of the questions of each kind; the rest is for training.
const TEST: f64 = 0.10;
const VALIDATION: f64 = 0.05;

/// The instructions, divided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// To learn from
    pub training: Vec<Instruction>,
    /// To watch the loss with
    pub validation: Vec<Instruction>,
    /// To be asked at the end
    pub test: Vec<Instruction>,
}

// ANCHOR: split
/// Divides the questions of every kind: 85 % training, 5 % validation, 10 % test. The
/// same question, that is instruction and input, never stands in two parts, even if it
/// has two answers. The parts depend on the questions and on `seed`, not on the order
/// in the file.
pub fn split(entries: Vec<Instruction>, seed: u64) -> Split {
    let mut questions: BTreeMap<_, Vec<Instruction>> = BTreeMap::new();
    for entry in entries {
        let question = (entry.instruction.clone(), entry.input.clone());
        questions.entry(question).or_default().push(entry);
    }
    let mut kinds: BTreeMap<_, Vec<Vec<Instruction>>> = BTreeMap::new();
    for question in questions.into_values() {
        kinds.entry(question[0].kind.clone()).or_default().push(question);
    }
    let mut generator = StdRng::seed_from_u64(seed);
    let mut split = Split::default();
    for mut questions in kinds.into_values() {
        questions.shuffle(&mut generator);
        let [test, validation] = [TEST, VALIDATION]
            .map(|share| (questions.len() as f64 * share).round() as usize);
        let mut questions = questions.into_iter();
        split.test.extend(questions.by_ref().take(test).flatten());
        split.validation.extend(questions.by_ref().take(validation).flatten());
        split.training.extend(questions.flatten());
    }
    split
}
// ANCHOR_END: split
