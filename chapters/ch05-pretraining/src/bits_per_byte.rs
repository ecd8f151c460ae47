//! A loss that models with different vocabularies share.

use std::f64::consts::LN_2;

/// Bits that a model needs for a byte of text: its surprise at the whole text, shared out over
/// the text's bytes. `loss` is the mean over `tokens` tokens, in nats; together they spell
/// `bytes` bytes.
///
/// ```text
/// loss · tokens / (ln 2 · bytes)
/// ```
///
/// A model that finds all 256 bytes equally likely needs 8. How the text was cut does not
/// matter, only how well it was foreseen.
pub fn bits_per_byte(loss: f64, tokens: usize, bytes: usize) -> f64 {
    let bits = loss * tokens as f64 / LN_2; // a nat is 1 / ln 2 bits
    bits / bytes as f64
}
