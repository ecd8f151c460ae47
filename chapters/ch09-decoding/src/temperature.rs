//! Bolder or more careful.
//!
//! Source: Ackley, Hinton and Sejnowski (1985), "A Learning Algorithm for Boltzmann Machines";
//! the name comes from physics.

use tch::Tensor;

// ANCHOR: temperature
/// Divides the logits by the temperature `t`: the distance between two scores
/// shrinks if `t` is above 1 and grows if it is below. The order of the tokens
/// stays.
///
/// The largest logit of the row is taken away first. The chances do not see that,
/// and no division can overflow.
///
/// # Shapes
/// - `logits`: `(b, v)`
/// - returns `(b, v)`, with 0 for the likeliest token
///
/// # Panics
/// When `t` is not above 0. The limit of ever lower temperatures is
/// [`greedy`](crate::greedy).
pub fn temperature(logits: &Tensor, t: f64) -> Tensor {
    assert!(t > 0.0, "the temperature must be above 0, not {t}");
    let best = logits.amax([-1i64], true); // (b, 1)
    (logits - best) / t.max(f32::MIN_POSITIVE.into())
}
// ANCHOR_END: temperature
