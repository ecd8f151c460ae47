//! Less of what was said already.
//!
//! Sources: Keskar et al. (2019), "CTRL: A Conditional Transformer Language Model for
//! Controllable Generation", section 4.1, arXiv:1909.05858, for the first one; OpenAI's API
//! reference, "Frequency and presence penalties", for the others.

use tch::{Kind, Tensor};

// ANCHOR: repetition
/// Makes every token that was seen less likely, no matter how often: divides its
/// logit by `penalty` if that is positive, and multiplies it if it is negative.
///
/// 1 changes nothing. Below 1 it invites repetition.
///
/// # Shapes
/// - `logits`: `(b, v)`
/// - `seen`: `(b, v)`, counts
/// - returns `(b, v)`
pub fn repetition_penalty(logits: &Tensor, seen: &Tensor, penalty: f64) -> Tensor {
    let positive = logits.greater(0);
    let less = (logits / penalty).where_self(&positive, &(logits * penalty));
    less.where_self(&seen.greater(0), logits)
}
// ANCHOR_END: repetition

// ANCHOR: presence
/// Takes `penalty` from the logit of every token that was seen, once.
///
/// # Shapes
/// - `logits`: `(b, v)`
/// - `seen`: `(b, v)`, counts
/// - returns `(b, v)`
pub fn presence_penalty(logits: &Tensor, seen: &Tensor, penalty: f64) -> Tensor {
    logits - seen.greater(0).to_kind(Kind::Float) * penalty
}

/// Takes `penalty` from a token's logit for each time that it was seen.
///
/// # Shapes
/// - `logits`: `(b, v)`
/// - `seen`: `(b, v)`, counts
/// - returns `(b, v)`
pub fn frequency_penalty(logits: &Tensor, seen: &Tensor, penalty: f64) -> Tensor {
    logits - seen * penalty
}
// ANCHOR_END: presence
