//! An instruction in ids.

use ch01::Tokenizer;
use datasets::Instruction;

use crate::prompt;

// ANCHOR: example
/// The ids of a prompt and its answer. The end of text is not among them: the batch
/// adds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The prompt's ids, then the answer's
    pub ids: Vec<i64>,
    /// How many of them are the prompt's
    pub prompt: usize,
}

impl Example {
    /// Encodes prompt and answer, each by itself: when the model has to answer, it sees
    /// the prompt's ids alone, and they must be the same as here.
    pub fn new(tokenizer: &Tokenizer, entry: &Instruction) -> Self {
        let mut ids = tokenizer.encode(&prompt(entry));
        let prompt = ids.len();
        ids.extend(tokenizer.encode(&entry.output));
        Self { ids: ids.into_iter().map(i64::from).collect(), prompt }
    }
}
// ANCHOR_END: example
