//! How surprised a model is.

use ch00::axes;
use tch::{Kind, Tensor};

// ANCHOR: cross_entropy
/// The mean surprise at the true next tokens, in nats: `-1/n Σ log softmax(logits)[target]`.
///
/// A model that is certain and right has 0. One that finds all `v` tokens equally likely has
/// `ln v`, which is 10.8 for GPT-2's vocabulary.
///
/// # Shapes
/// - `logits`: `(b, t, v)`
/// - `targets`: `(b, t)`, `Int64`
/// - returns `()`
pub fn cross_entropy(logits: &Tensor, targets: &Tensor) -> Tensor {
    let [_b, _t, _v] = axes(logits, "logits: (b, t, v)");
    // In f32: bf16 has too few digits for a sum over v.
    let log_chances = logits.log_softmax(-1, Kind::Float); // (b, t, v)
    let chosen = log_chances.gather(-1, &targets.unsqueeze(-1), false); // (b, t, 1)
    -chosen.mean(Kind::Float)
}
// ANCHOR_END: cross_entropy

/// The number of equally likely tokens that would be as surprising: `e^loss`.
pub fn perplexity(loss: f64) -> f64 {
    loss.exp()
}
