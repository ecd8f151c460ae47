//! From texts of different lengths to a batch: three drafts.
//!
//! Source: Raschka (2024), "Build a Large Language Model (From Scratch)", section 7.3.

use ch02::Batch;
use tch::{Device, Tensor};

use crate::{Example, IGNORED};

// ANCHOR: draft_1
/// Draft 1: fills every text up with `end` to the length of the longest.
///
/// # Shapes
/// - returns `(b, t)`, `Int64`, where `t` is the length of the longest text
pub fn pad_inputs(texts: &[Vec<i64>], end: i64) -> Tensor {
    fill_up(texts, end)
}

/// Rows of one length: shorter ones get `filler` at their end.
pub(crate) fn fill_up<T: AsRef<[i64]>>(rows: &[T], filler: i64) -> Tensor {
    let t = rows.iter().map(|row| row.as_ref().len()).max().unwrap_or(0);
    let mut ids = Vec::with_capacity(rows.len() * t);
    for row in rows.iter().map(AsRef::as_ref) {
        ids.extend_from_slice(row);
        ids.resize(ids.len() + t - row.len(), filler);
    }
    Tensor::from_slice(&ids).view([rows.len() as i64, t as i64]) // (b, t)
}
// ANCHOR_END: draft_1

// ANCHOR: draft_2
/// Draft 2: adds the targets, which are the inputs one token further on. Each text
/// gets one `end` of its own, so that its last token has a target too: stop.
///
/// # Shapes
/// - returns inputs and targets, both `(b, t)`, `Int64`
pub fn pad_and_shift(texts: &[Vec<i64>], end: i64) -> (Tensor, Tensor) {
    let ended: Vec<_> =
        texts.iter().map(|text| [text.as_slice(), &[end]].concat()).collect();
    let padded = fill_up(&ended, end); // (b, t + 1)
    let t = padded.size()[1] - 1;
    (padded.narrow(1, 0, t), padded.narrow(1, 1, t))
}
// ANCHOR_END: draft_2

// ANCHOR: collate
/// The final draft: there is nothing to learn from what was only filled up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collate {
    /// The end of text, which also fills up the inputs
    pub end: i64,
    /// The most tokens of a text; the rest is cut off
    pub longest: Option<usize>,
    /// Whether only the answers are learned, and not the prompts before them
    pub mask_instruction: bool,
}

impl Collate {
    /// A batch whose targets are -100 after a text's first end.
    ///
    /// # Shapes
    /// - returns inputs and targets, both `(b, t)`, `Int64`
    pub fn batch(&self, examples: &[Example], device: Device) -> Batch {
        let (inputs, targets): (Vec<_>, Vec<_>) =
            examples.iter().map(|example| self.row(example)).unzip();
        Batch {
            inputs: fill_up(&inputs, self.end).to_device(device),
            targets: fill_up(&targets, IGNORED).to_device(device),
        }
    }

    /// The inputs and the targets of one text, before they are filled up.
    fn row(&self, example: &Example) -> (Vec<i64>, Vec<i64>) {
        let t = self.longest.unwrap_or(usize::MAX).min(example.ids.len());
        let mut ids = example.ids.clone();
        ids.push(self.end); // one end is kept as a target: the model learns to stop
        let mut targets = ids[1..=t].to_vec();
        if self.mask_instruction {
            // Target i is token i + 1: the answer's first is target prompt - 1.
            let masked = example.prompt.saturating_sub(1).min(t);
            targets[..masked].fill(IGNORED);
        }
        ids.truncate(t);
        (ids, targets)
    }
}
// ANCHOR_END: collate
