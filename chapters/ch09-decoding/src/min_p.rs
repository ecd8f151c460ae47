//! A share of the best.
//!
//! Source: Nguyen et al. (2025), "Turning Up the Heat: Min-p Sampling for Creative and Coherent
//! LLM Outputs", section 3, arXiv:2407.01082.

use tch::Tensor;

// ANCHOR: min_p
/// Keeps every token whose chance is at least `share` of the likeliest token's
/// chance.
///
/// Two chances have the ratio `share` when their logits are `ln share` apart, so
/// nothing needs to be summed up.
///
/// # Shapes
/// - `logits`: `(b, v)`
/// - returns `(b, v)`
///
/// # Panics
/// When `share` is not from 0 to 1.
pub fn min_p(logits: &Tensor, share: f64) -> Tensor {
    assert!((0.0..=1.0).contains(&share), "min-p must be from 0 to 1, not {share}");
    let least = logits.amax([-1i64], true) + share.ln(); // (b, 1)
    logits.masked_fill(&logits.less_tensor(&least), f64::NEG_INFINITY)
}
// ANCHOR_END: min_p
