//! Where a token stands. Attention alone can't tell: without positions, shuffling the past
//! changes nothing.

use ch00::{Embedding, axes, chunks};
use tch::nn::{Module, Path};
use tch::{Device, Kind, Tensor};

// ANCHOR: sinusoidal
/// Slow and fast waves: even channels hold sines, odd ones cosines, of angles
/// `pos / 10000^(2i / c)`.
///
/// Source: Vaswani et al. (2017), section 3.5, arXiv:1706.03762.
///
/// # Shapes
/// - returns `(t, c)`, every entry between -1 and 1
///
/// # Panics
/// When `c` is odd.
pub fn sinusoidal(t: i64, c: i64, device: Device) -> Tensor {
    let angles = angles(t, c, 10_000.0, device); // (t, c/2)
    Tensor::stack(&[angles.sin(), angles.cos()], -1).flatten(1, 2) // (t, c/2, 2) -> (t, c)
}
// ANCHOR_END: sinusoidal

/// One trained vector for each position, as in GPT-2.
#[derive(Debug)]
pub struct LearnedPositions {
    /// `(n_positions, c)`
    pub table: Embedding,
}

impl LearnedPositions {
    /// Registers a table for `n_positions` positions under `path`, drawn from `N(0, std²)`.
    pub fn new(path: &Path, n_positions: i64, c: i64, std: f64) -> Self {
        Self { table: Embedding::new(path, n_positions, c, std) }
    }

    /// The vectors of positions 0 to `t - 1`.
    ///
    /// # Shapes
    /// - returns `(t, c)`
    ///
    /// # Panics
    /// When `t` is more than the table holds.
    pub fn first(&self, t: i64) -> Tensor {
        let [positions, _] = axes(&self.table.weight, "table: (positions, c)");
        assert!(
            t <= positions,
            "t = {t} tokens, but there are only {positions} positions"
        );
        self.table
            .forward(&Tensor::arange(t, (Kind::Int64, self.table.weight.device())))
    }
}

/// Rotary positions: queries and keys are turned by an angle that grows with the position, so
/// that their dot product depends on the distance between two tokens and on nothing else.
///
/// Channel `i` of the first half and channel `i` of the second half are the two coordinates
/// that turn together, by `pos / base^(2i / d)`.
///
/// Source: Su et al. (2021), "RoFormer", section 3.2, arXiv:2104.09864; the half-and-half
/// layout is that of GPT-NeoX and Llama.
#[derive(Debug)]
pub struct Rotary {
    cos: Tensor, // (positions, d/2)
    sin: Tensor, // (positions, d/2)
}

impl Rotary {
    /// Angles for `positions` positions and heads of `d` channels; `base` is 10,000 as a rule.
    ///
    /// # Panics
    /// When `d` is odd.
    pub fn new(positions: i64, d: i64, base: f64, device: Device) -> Self {
        let angles = angles(positions, d, base, device); // (positions, d/2)
        Self { cos: angles.cos(), sin: angles.sin() }
    }

    // ANCHOR: turn
    /// Turns `x`, whose first token stands at position `start`. Angles have 32 bits; what comes
    /// out has as many as `x`.
    ///
    /// # Shapes
    /// - `x`: `(b, h, t, d)`
    /// - returns `(b, h, t, d)`
    ///
    /// # Panics
    /// When `start + t` is more positions than there are angles for.
    pub fn turn(&self, x: &Tensor, start: i64) -> Tensor {
        let [_b, _h, t, _d] = axes(x, "x: (b, h, t, d)");
        let [positions, _] = axes(&self.cos, "cos: (positions, d/2)");
        assert!(start + t <= positions, "position {} of {positions}", start + t);
        let [cos, sin] =
            [&self.cos, &self.sin].map(|angle| angle.narrow(0, start, t)); // (t, d/2)
        let [first, second] = chunks(x, -1); // (b, h, t, d/2)
        Tensor::cat(
            &[&first * &cos - &second * &sin, &second * &cos + &first * &sin],
            -1,
        )
        .to_kind(x.kind()) // (b, h, t, d)
    }
    // ANCHOR_END: turn
}

// ANCHOR: angles
/// `pos / base^(2i / c)` for every position and every pair of channels: `(t, c/2)`.
fn angles(t: i64, c: i64, base: f64, device: Device) -> Tensor {
    assert_eq!(c % 2, 0, "channels turn in pairs, and {c} is odd");
    let options = (Kind::Double, device);
    let positions = Tensor::arange(t, options).unsqueeze(1); // (t, 1)
    let exponents = Tensor::arange(c / 2, options) * (-2.0 / c as f64); // (c/2)
    let speeds = (exponents * base.ln()).exp(); // base^(-2i/c), (c/2)
    (positions * speeds).to_kind(Kind::Float) // (t, c/2)
}
// ANCHOR_END: angles
