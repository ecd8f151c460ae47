//! A loss that looks away where there is nothing to learn.

use ch00::axes;
use tch::{Kind, Tensor};

/// The target that stands for "nothing to learn here". PyTorch's functions know it too.
pub const IGNORED: i64 = -100;

// ANCHOR: loss
/// The mean surprise at the targets that are not [`IGNORED`], in nats; 0 if all are.
///
/// # Shapes
/// - `logits`: `(b, t, v)`
/// - `targets`: `(b, t)`, `Int64`
/// - returns `()`
pub fn cross_entropy_ignoring(logits: &Tensor, targets: &Tensor) -> Tensor {
    let [_b, _t, _v] = axes(logits, "logits: (b, t, v)");
    let counts = targets.ne(IGNORED); // (b, t)
    let targets = targets.clamp_min(0).unsqueeze(-1); // -100 is no place in v
    let chances = logits.log_softmax(-1, Kind::Float); // (b, t, v)
    let surprises = -chances.gather(-1, &targets, false).squeeze_dim(-1); // (b, t)
    let sum = surprises.where_self(&counts, &surprises.zeros_like());
    sum.sum(Kind::Float) / counts.sum(Kind::Float).clamp_min(1)
}
// ANCHOR_END: loss
