//! One token by chance.

use std::ops::Range;

use ch00::axes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use tch::{Kind, Tensor};

/// Draws tokens by their chances, reproducibly.
///
/// libtorch has one random generator for the whole program, so whoever draws from
/// it changes what all others get. Here every row has a generator of its own. Its
/// numbers depend on the seed and on the row's number alone: not on the other rows,
/// nor on what else is going on.
#[derive(Clone, Debug)]
pub struct Draws {
    rows: Vec<ChaCha8Rng>,
}

impl Draws {
    /// A generator for every row of a batch, numbered by `rows`: `0..b`, or another
    /// range to draw more samples from the same seed.
    pub fn new(seed: u64, rows: Range<u64>) -> Self {
        let row = |number| {
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            generator.set_stream(number);
            generator
        };
        Self { rows: rows.map(row).collect() }
    }

    /// One token of every row, drawn by its chance.
    ///
    /// # Shapes
    /// - `logits`: `(b, v)`
    /// - returns `(b)`, `Int64`
    ///
    /// # Panics
    /// When there are not as many rows as generators.
    pub fn draw(&mut self, logits: &Tensor) -> Tensor {
        let marks: Vec<f64> = self.rows.iter_mut().map(uniform).collect();
        tokens_at(logits, &Tensor::from_slice(&marks))
    }
}

// ANCHOR: tokens_at
/// The token of every row whose stretch of the ruler holds the row's mark.
///
/// The chances, laid end to end, fill a ruler from 0 to 1. The number of stretches
/// that end at the mark or before it is the token's id.
///
/// # Shapes
/// - `logits`: `(b, v)`
/// - `marks`: `(b)`, each from 0 up to but not including 1
/// - returns `(b)`, `Int64`
///
/// # Panics
/// When there are not as many rows as marks.
pub fn tokens_at(logits: &Tensor, marks: &Tensor) -> Tensor {
    let [b, v] = axes(logits, "logits: (b, v)");
    assert_eq!(marks.size(), [b], "a mark for every row");
    let chances = logits.softmax(-1, Kind::Double); // (b, v)
    let ends = chances.cumsum(-1, Kind::Double); // (b, v)
    let length = ends.narrow(-1, v - 1, 1); // (b, 1): 1, but for rounding
    let marks = marks.unsqueeze(-1) * length; // (b, 1)
    let passed = ends.less_equal_tensor(&marks); // (b, v)
    passed.sum_dim_intlist(-1, false, Kind::Int64) // (b)
}
// ANCHOR_END: tokens_at

// ANCHOR: uniform
/// A number from 0 up to but not including 1. An `f64` has 53 bits for its digits.
fn uniform(generator: &mut ChaCha8Rng) -> f64 {
    (generator.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}
// ANCHOR_END: uniform
