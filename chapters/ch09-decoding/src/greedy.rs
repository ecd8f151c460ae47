//! No chance at all.

use tch::Tensor;

// ANCHOR: greedy
/// The likeliest token of every row; of equals, the one with the lowest id.
///
/// # Shapes
/// - `logits`: `(b, v)`
/// - returns `(b)`, `Int64`
pub fn greedy(logits: &Tensor) -> Tensor {
    logits.argmax(-1, false)
}
// ANCHOR_END: greedy
