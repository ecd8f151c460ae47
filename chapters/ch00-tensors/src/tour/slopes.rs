//! Slopes, found in several ways.

use std::io::{Result, Write};

use tch::{Kind, Tensor};

use crate::tape::{Tape, slope_of_chain, squared_error};
use crate::{autograd, recording};

/// Three ways to one slope, then a walk downhill.
pub fn slopes(out: &mut impl Write) -> Result<()> {
    let f = autograd::parabola;
    writeln!(out, "f(x) = x² + 3x at x = 2")?;
    writeln!(out, "slope on paper    {:.6}", autograd::parabola_slope(2.0))?;
    writeln!(out, "slope by libtorch {:.6}", autograd::slope(f, 2.0))?;
    writeln!(
        out,
        "slope by a step   {:.6}",
        autograd::numerical_slope(f, 2.0, 1e-4)
    )?;
    let lowest = autograd::descend(f, 2.0, 0.1, 50);
    writeln!(
        out,
        "50 steps downhill from 2 end at {lowest:.4} (the lowest point is -1.5)"
    )
}

/// The gradients of a small graph: from a tape by hand, by libtorch, and by a small
/// step.
pub fn graph(out: &mut impl Write) -> Result<()> {
    let start = [2.0, 3.0, -1.0, 1.0];
    let tape = Tape::new();
    let inputs = start.map(|value| tape.number(value));
    let loss = squared_error(inputs);
    let gradients = loss.backward();
    writeln!(out, "(w x + b - y)² at w = 2, x = 3, b = -1, y = 1\n{tape}")?;

    let tensors = start.map(|value| Tensor::from(value).set_requires_grad(true));
    let [w, x, b, y] = &tensors;
    (w * x + b - y).square().backward();

    writeln!(out, "gradient of  by hand  libtorch  by a small step")?;
    for (i, name) in ["w", "x", "b", "y"].into_iter().enumerate() {
        let hand = gradients.of(inputs[i]);
        let libtorch = tensors[i].grad().double_value(&[]);
        let step = autograd::numerical_slope(
            |moved| with(start, i, moved),
            start[i],
            1e-4,
        );
        writeln!(out, "{name:<11}  {hand:>7}  {libtorch:>8}  {step:>15.4}")?;
    }
    Ok(())
}

/// The squared error where input `i` is `moved` and the others stay.
fn with(start: [f64; 4], i: usize, moved: &Tensor) -> Tensor {
    let mut all = start.map(Tensor::from);
    all[i] = moved.shallow_clone();
    let [w, x, b, y] = &all;
    (w * x + b - y).square()
}

/// What libtorch records: gradients pile up, `no_grad` and `detach` stop the
/// record, and a line is found by the smallest training loop.
pub fn recording(out: &mut impl Write) -> Result<()> {
    let [once, twice, zeroed] = recording::piled_up();
    writeln!(out, "the slope of x² at 3 is 6; libtorch's gradient after")?;
    writeln!(out, "  one walk back             {once}")?;
    writeln!(out, "  a second                  {twice}")?;
    writeln!(out, "  zero_grad and a third     {zeroed}")?;
    let [usual, inside, detached] = recording::recorded();
    writeln!(out, "is x · x recorded?          {usual}")?;
    writeln!(out, "  inside no_grad            {inside}")?;
    writeln!(out, "  after detach              {detached}")?;
    let x = Tensor::from_slice(&[0f32, 1., 2., 3.]);
    let y = Tensor::from_slice(&[1f32, 3., 5., 7.]);
    for steps in [1, 10, 100, 1000] {
        let (w, b) = recording::fit_line(&x, &y, 0.1, steps);
        writeln!(out, "after {steps:>4} steps  y = {w:.4} x + {b:.4}")?;
    }
    let error = (&x * 2.0 + 1.0 - &y).square().mean(Kind::Float);
    writeln!(out, "y = 2 x + 1 leaves the error {}", error.double_value(&[]))
}

/// How much of a slope arrives at the other end of a long chain.
pub fn chain(out: &mut impl Write) -> Result<()> {
    let factors = [0.9, 0.99, 1.0, 1.1];
    write!(out, "links")?;
    for factor in factors {
        write!(out, "{:>14}", format!("times {factor}"))?;
    }
    writeln!(out)?;
    for links in [1, 10, 100, 1000] {
        write!(out, "{links:>5}")?;
        for factor in factors {
            write!(
                out,
                "{:>14}",
                format!("{:.2e}", slope_of_chain(factor, links))
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}
