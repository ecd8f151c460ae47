//! As many candidates as it takes: the nucleus.
//!
//! Source: Holtzman et al. (2020), "The Curious Case of Neural Text Degeneration", section 3.1,
//! arXiv:1904.09751.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

// ANCHOR: nucleus
/// Which tokens make up the nucleus of chance `p`, counted from the likeliest down.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Nucleus {
    /// The fewest whose chances reach p: the token that crosses the line stays
    #[default]
    Reach,
    /// As many as fit into p: the token that crosses the line goes
    Within,
}
// ANCHOR_END: nucleus

// ANCHOR: top_p
/// Keeps the likeliest tokens that together hold the chance `p`. All others get
/// `-∞`.
///
/// The likeliest token always stays. Of equals, the one with the lower id comes
/// first. With `p = 1` everything stays.
///
/// # Shapes
/// - `logits`: `(b, v)`
/// - returns `(b, v)`
///
/// # Panics
/// When `p` is not above 0 and at most 1.
pub fn top_p(logits: &Tensor, p: f64, nucleus: Nucleus) -> Tensor {
    assert!(p > 0.0 && p <= 1.0, "top-p must be above 0 and at most 1, not {p}");
    if p == 1.0 {
        return logits.shallow_clone();
    }
    // The likeliest first: (b, v)
    let (sorted, order) = logits.sort_stable(true, -1, true);
    let chances = sorted.softmax(-1, Kind::Double); // (b, v)
    let including = chances.cumsum(-1, Kind::Double); // (b, v)
    let keep = match nucleus {
        Nucleus::Reach => (&including - &chances).less(p), // the sum before a token
        Nucleus::Within => including.less_equal(p),
    };
    let _ = keep.narrow(-1, 0, 1).fill_(1); // the likeliest
    let keep = keep.scatter(-1, &order, &keep); // (b, v), as the ids go again
    logits.masked_fill(&keep.logical_not(), f64::NEG_INFINITY)
}
// ANCHOR_END: top_p
