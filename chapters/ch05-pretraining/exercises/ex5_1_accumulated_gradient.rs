//! Exercise 5.1 (10 points): a large batch in small pieces.
//!
//! Dimension key: `b` batch, `c` channels.

use std::cell::RefCell;

use tch::{Device, Kind, Tensor};

// ANCHOR: task
/// Adds the gradient of a batch's mean loss to the parameters, `micro` rows at a time.
/// Returns that mean loss.
///
/// A batch may be too large for the memory. Then it is cut along its first axis into
/// micro-batches of `micro` rows; the last one may have fewer. Each is worked on alone
/// and is done, gradient included, before the next begins. In the end the gradient and
/// the loss are those of the whole batch.
///
/// `loss(inputs, targets)` is the mean loss of the rows it is given. Gradients that the
/// parameters have already are kept and added to, as `backward` does.
///
/// # Shapes
/// - `inputs`: `(b, …)`, `b` at least 1
/// - `targets`: `(b, …)`
pub fn accumulate_gradient(
    loss: impl Fn(&Tensor, &Tensor) -> Tensor,
    inputs: &Tensor,
    targets: &Tensor,
    micro: i64,
) -> f64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    let b = inputs.size()[0];
    let pieces = inputs.split(micro, 0).into_iter().zip(targets.split(micro, 0));
    let one = |(inputs, targets): (Tensor, Tensor)| {
        let share = inputs.size()[0] as f64 / b as f64; // the last piece may be smaller
        let part = loss(&inputs, &targets) * share;
        part.backward();
        part.double_value(&[])
    };
    pieces.map(one).sum()
    // SOLUTION: end
}

/// The loss of the model `y = x w`: the mean of its squared errors.
fn squared_error(w: &Tensor) -> impl Fn(&Tensor, &Tensor) -> Tensor {
    |x, y| (x.matmul(w) - y).square().mean(Kind::Float)
}

/// Inputs `(b, 3)`, targets `(b, 2)` and a weight `(3, 2)`, all random.
fn random(b: i64) -> (Tensor, Tensor, Tensor) {
    let draw = |shape: [i64; 2]| Tensor::randn(shape, (Kind::Float, Device::Cpu));
    (draw([b, 3]), draw([b, 2]), draw([3, 2]).set_requires_grad(true))
}

/// Gradient and loss of a batch that is not cut at all.
fn whole(w: &Tensor, x: &Tensor, y: &Tensor) -> (Tensor, f64) {
    let w = w.detach().copy().set_requires_grad(true);
    let loss = squared_error(&w)(x, y);
    loss.backward();
    (w.grad(), loss.double_value(&[]))
}

/// Demands that two tensors agree.
fn assert_close(ours: &Tensor, wanted: &Tensor, what: &str) {
    assert!(
        ours.allclose(wanted, 1e-4, 1e-5, false),
        "{what}: {ours} not {wanted}"
    );
}

// ANCHOR: tests
#[test]
fn four_rows_by_hand() {
    // The loss is the mean of (w x)², its slope the mean of 2 w x²: 7.5 and 15 for w = 1.
    let w =
        Tensor::ones([1, 1], (Kind::Float, Device::Cpu)).set_requires_grad(true);
    let x = Tensor::from_slice(&[1f32, 2.0, 3.0, 4.0]).reshape([4, 1]);
    let loss = accumulate_gradient(squared_error(&w), &x, &x.zeros_like(), 2);
    let slope = w.grad().double_value(&[0, 0]);
    assert!((slope - 15.0).abs() < 1e-4, "the slope is 15, not {slope}");
    assert!((loss - 7.5).abs() < 1e-5, "the loss is 7.5, not {loss}");
}

#[test]
fn four_pieces_of_two_give_the_gradient_of_eight() {
    let (x, y, w) = random(8);
    let (gradient, mean) = whole(&w, &x, &y);
    let loss = accumulate_gradient(squared_error(&w), &x, &y, 2);
    assert_close(&w.grad(), &gradient, "the gradient");
    assert!((loss - mean).abs() < 1e-5, "the loss is {mean}, not {loss}");
}

#[test]
fn no_piece_is_larger_than_it_may_be() {
    let (x, y, w) = random(8);
    let sizes = RefCell::new(Vec::new());
    let watched = |x: &Tensor, y: &Tensor| {
        sizes.borrow_mut().push((x.size()[0], y.size()[0]));
        squared_error(&w)(x, y)
    };
    accumulate_gradient(watched, &x, &y, 2);
    assert_eq!(sizes.into_inner(), [(2, 2); 4]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn every_cut_gives_the_same_even_where_the_last_piece_is_smaller() {
    let (x, y, w) = random(7);
    let (gradient, mean) = whole(&w, &x, &y);
    for micro in [1, 2, 3, 5, 6, 7, 100] {
        let w = w.detach().copy().set_requires_grad(true);
        let loss = accumulate_gradient(squared_error(&w), &x, &y, micro);
        assert_close(&w.grad(), &gradient, &format!("pieces of {micro}"));
        assert!((loss - mean).abs() < 1e-5, "pieces of {micro}: {loss}");
    }
}

#[test]
fn the_sizes_of_uneven_pieces_fit() {
    let (x, y, w) = random(7);
    let sizes = RefCell::new(Vec::new());
    let watched = |x: &Tensor, y: &Tensor| {
        sizes.borrow_mut().push(x.size()[0]);
        squared_error(&w)(x, y)
    };
    accumulate_gradient(watched, &x, &y, 3);
    assert_eq!(sizes.into_inner(), [3, 3, 1]);
}

#[test]
fn each_piece_is_done_before_the_next_begins() {
    let (x, y, w) = random(6);
    let begun = RefCell::new(Vec::new());
    let watched = |x: &Tensor, y: &Tensor| {
        begun.borrow_mut().push(w.grad().defined());
        squared_error(&w)(x, y)
    };
    accumulate_gradient(watched, &x, &y, 2);
    assert_eq!(begun.into_inner(), [false, true, true], "is there a gradient yet?");
}

#[test]
fn a_gradient_that_is_there_already_is_kept() {
    let (x, y, w) = random(8);
    let (gradient, _) = whole(&w, &x, &y);
    (&w * 3.0).sum(Kind::Float).backward();
    accumulate_gradient(squared_error(&w), &x, &y, 4);
    assert_close(&w.grad(), &(gradient + 3.0), "the sum of both gradients");
}

#[test]
fn every_target_stays_with_its_input() {
    let (x, _, w) = random(9);
    let y = x.matmul(&w).detach();
    let loss = accumulate_gradient(squared_error(&w), &x, &y, 2);
    assert!(loss.abs() < 1e-9, "a model that is right has no loss, not {loss}");
}
// HIDDEN: end
