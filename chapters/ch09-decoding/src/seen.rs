//! What was said before, and how often.

use ch00::axes;
use tch::{Kind, Tensor};

// ANCHOR: count_ids
/// How often each id occurs in each row, padding left out.
///
/// Texts of one batch differ in length, so the short ones are filled up, often with
/// an id that is a real token too. `real` says which places hold text. What the
/// filling is, and on which side, then changes nothing.
///
/// # Shapes
/// - `ids`: `(b, t)`, `Int64`
/// - `real`: `(b, t)`, `Bool` or 0 and 1
/// - returns `(b, v)`, `Float`
///
/// # Panics
/// When an id is not below `v`, or the shapes differ.
pub fn count_ids(ids: &Tensor, real: &Tensor, v: i64) -> Tensor {
    let [b, _t] = axes(ids, "ids: (b, t)");
    assert_eq!(ids.size(), real.size(), "a mark for every id");
    let ones = real.to_kind(Kind::Float); // (b, t): 1 for text, 0 for padding
    Tensor::zeros([b, v], (Kind::Float, ids.device())).scatter_add(-1, ids, &ones)
}
// ANCHOR_END: count_ids

/// How often each id stands in the prompt, and how often it was written since.
#[derive(Debug)]
pub struct Seen {
    /// Counts of the prompts, `(b, v)`.
    pub prompt: Tensor,
    /// Counts of what was written after them, `(b, v)`.
    pub written: Tensor,
}

impl Seen {
    /// Counts the prompts; nothing is written yet.
    ///
    /// # Shapes
    /// - `ids`: `(b, t)`, `Int64`
    /// - `real`: `(b, t)`, false where a row is padding
    ///
    /// # Panics
    /// As [`count_ids`].
    pub fn new(ids: &Tensor, real: &Tensor, v: i64) -> Self {
        let prompt = count_ids(ids, real, v);
        let written = prompt.zeros_like();
        Self { prompt, written }
    }

    /// Counts one more id for every row.
    ///
    /// # Shapes
    /// - `next`: `(b)`, `Int64`
    pub fn push(&mut self, next: &Tensor) {
        let next = next.unsqueeze(-1); // (b, 1)
        let one = next.ones_like().to_kind(Kind::Float);
        let _ = self.written.scatter_add_(-1, &next, &one);
    }

    /// Counts of prompt and written text together, `(b, v)`.
    pub fn all(&self) -> Tensor {
        &self.prompt + &self.written
    }
}
