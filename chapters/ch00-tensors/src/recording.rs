//! What libtorch records, and what it must not: gradients that pile up, `no_grad`, changes
//! in place.

use tch::{Kind, Tensor};

// ANCHOR: piled_up
/// The gradient of `x²` at 3, read after one walk back, after a second one, and
/// after a third before which it was set to zero.
///
/// The slope is 6 each time. But libtorch *adds* every gradient to what the last
/// walk left.
pub fn piled_up() -> [f64; 3] {
    let mut x = Tensor::from(3.0).set_requires_grad(true);
    let mut walk = |zero_first: bool| {
        if zero_first {
            x.zero_grad();
        }
        (&x * &x).backward();
        x.grad().double_value(&[])
    };
    [walk(false), walk(false), walk(true)]
}
// ANCHOR_END: piled_up

// ANCHOR: train
/// Finds `w` and `b` so that `w x + b` comes near `y`, by walking down the mean
/// squared error.
///
/// Every training loop of this book has these four lines: the loss, the walk back,
/// a small step against the gradient, and the gradients set to zero.
pub fn fit_line(x: &Tensor, y: &Tensor, rate: f64, steps: usize) -> (f64, f64) {
    let [mut w, mut b] =
        [0.0, 0.0].map(|start: f32| Tensor::from(start).set_requires_grad(true));
    for _ in 0..steps {
        let loss = (x * &w + &b - y).square().mean(Kind::Float);
        loss.backward();
        tch::no_grad(|| {
            w -= w.grad() * rate; // in place, and not recorded
            b -= b.grad() * rate;
        });
        w.zero_grad();
        b.zero_grad();
    }
    (w.double_value(&[]), b.double_value(&[]))
}
// ANCHOR_END: train

/// Whether the result of an operation on a recorded number is recorded too: as
/// usual, inside `no_grad`, and after `detach`.
pub fn recorded() -> [bool; 3] {
    let x = Tensor::from(3.0).set_requires_grad(true);
    let usual = &x * &x;
    let inside = tch::no_grad(|| &x * &x);
    let detached = usual.detach() * 2.0;
    [usual, inside, detached].map(|y| y.requires_grad())
}
