//! Slopes: by hand, by libtorch, and by a small step.
//!
//! Training asks one question again and again: if I nudge this number, how does the loss move?
//! The answer is a derivative. libtorch writes down every operation as it happens and then
//! walks the record backwards, multiplying the slopes it meets (the chain rule).

use tch::{Kind, Tensor};

/// A function with a known derivative to practise on: `f(x) = x² + 3x`.
pub fn parabola(x: &Tensor) -> Tensor {
    x * x + x * 3.0
}

/// The derivative of [`parabola`], found on paper: `f'(x) = 2x + 3`.
pub fn parabola_slope(x: f64) -> f64 {
    2.0 * x + 3.0
}

// ANCHOR: slope
/// The slope of `f` at `x` as libtorch finds it: run `f`, then walk back.
pub fn slope(f: impl Fn(&Tensor) -> Tensor, x: f64) -> f64 {
    let x = Tensor::from(x).set_requires_grad(true);
    f(&x).backward();
    x.grad().double_value(&[])
}
// ANCHOR_END: slope

/// The slope of `f` at `x` from two nearby values: `(f(x + ε) - f(x - ε)) / 2ε`.
///
/// Slow and inexact, but it needs no theory, so it is how derivatives are checked.
pub fn numerical_slope(f: impl Fn(&Tensor) -> Tensor, x: f64, epsilon: f64) -> f64 {
    let value =
        |x: f64| f(&Tensor::from(x).to_kind(Kind::Double)).double_value(&[]);
    (value(x + epsilon) - value(x - epsilon)) / (2.0 * epsilon)
}

// ANCHOR: descend
/// Walks down the slope of `f` from `x`, `steps` times: `x ← x - rate · f'(x)`.
///
/// This is gradient descent, all of training in one line.
pub fn descend(
    f: impl Fn(&Tensor) -> Tensor,
    mut x: f64,
    rate: f64,
    steps: usize,
) -> f64 {
    for _ in 0..steps {
        x -= rate * slope(&f, x);
    }
    x
}
// ANCHOR_END: descend
