//! A fixed number of candidates.
//!
//! Source: Fan, Lewis and Dauphin (2018), "Hierarchical Neural Story Generation", section 5.3,
//! arXiv:1805.04833.

use ch00::axes;
use tch::Tensor;

// ANCHOR: top_k
/// Keeps the `k` likeliest tokens of every row. All others get the logit `-∞`,
/// chance 0.
///
/// Tokens that share the last place all stay, as in Hugging Face's transformers.
///
/// # Shapes
/// - `logits`: `(b, v)`
/// - returns `(b, v)`
///
/// # Panics
/// When `k` is below 1, or `logits` has other axes.
pub fn top_k(logits: &Tensor, k: i64) -> Tensor {
    assert!(k >= 1, "top-k must keep at least 1 token, not {k}");
    let [_b, v] = axes(logits, "logits: (b, v)");
    let k = k.min(v);
    let (best, _ids) = logits.topk(k, -1, true, true); // (b, k), likeliest first
    let last = best.narrow(-1, k - 1, 1); // (b, 1)
    logits.masked_fill(&logits.less_tensor(&last), f64::NEG_INFINITY)
}
// ANCHOR_END: top_k
