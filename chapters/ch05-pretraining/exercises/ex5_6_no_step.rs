//! Exercise 5.6 (15 points): a bug hunt. The loop that learns nothing.
//!
//! Dimension key: `b` batch, `c` channels.

use tch::{Device, Kind, Tensor};

/// One batch: inputs `(b, c)` and targets `(b, 1)`.
type Batch = (Tensor, Tensor);

/// The mean squared error of the model `y = x w`.
fn loss(w: &Tensor, (x, y): &Batch) -> Tensor {
    (x.matmul(w) - y).square().mean(Kind::Float)
}

/// A published notebook trains like this. It is wrong: it prints a loss for each batch,
/// and says in the end that the model is trained.
fn train_wrongly(w: &mut Tensor, batches: &[Batch], rate: f64) -> Vec<f64> {
    let one = |batch: &Batch| {
        let error = loss(w, batch);
        error.backward();
        let _moved = &*w - w.grad() * rate;
        error.double_value(&[])
    };
    batches.iter().map(one).collect()
}

// ANCHOR: task
/// Takes the plain step `w ← w - rate · g` for each batch in turn, where `g` is the
/// gradient of this batch's loss and of no other. Returns the loss of each batch before
/// its step.
///
/// `w` is moved in place: it is still the tensor that the caller holds, and it still
/// requires a gradient. A gradient that it has when it comes in counts for nothing.
pub fn train(w: &mut Tensor, batches: &[Batch], rate: f64) -> Vec<f64> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mut losses = Vec::new();
    for batch in batches {
        w.zero_grad();
        let loss = loss(w, batch);
        loss.backward();
        losses.push(loss.double_value(&[]));
        let step = w.grad() * rate;
        let _ = tch::no_grad(|| w.g_sub_(&step));
    }
    losses
    // SOLUTION: end
}

// ANCHOR: task_learns
/// The test that finds such a loop: does `training` learn?
///
/// It gets a weight and ten times the same batch, with a rate that suits it. Does each
/// loss it returns lie below the one before, and does the weight that it leaves behind
/// have a lower loss than all of them? Only the last question is about the weight itself:
/// a loop may train a copy, and tell the truth about that.
pub fn learns(training: impl Fn(&mut Tensor, &[Batch], f64) -> Vec<f64>) -> bool {
    // ANCHOR_END: task_learns
    // SOLUTION: begin
    let (mut w, batch) = small_problem();
    let batches: Vec<Batch> = (0..10)
        .map(|_| (batch.0.shallow_clone(), batch.1.shallow_clone()))
        .collect();
    let mut losses = training(&mut w, &batches, 0.1);
    losses.push(loss(&w, &batch).double_value(&[]));
    losses.len() == 11 && losses.is_sorted_by(|before, after| after < before)
    // SOLUTION: end
}

/// A weight `(2, 1)` and a batch of three rows, whose best weight is `(1, -1)`. A rate of
/// 0.1 suits it.
fn small_problem() -> (Tensor, Batch) {
    let w =
        Tensor::zeros([2, 1], (Kind::Float, Device::Cpu)).set_requires_grad(true);
    let x = Tensor::from_slice2(&[[1f32, 0.0], [0.0, 1.0], [1.0, 1.0]]); // (3, 2)
    let y = Tensor::from_slice2(&[[1f32], [-1.0], [0.0]]); // (3, 1)
    (w, (x, y))
}

/// The model `y = x w` with one weight, and batches of one row each.
fn one_weight(w: f32, rows: &[(f32, f32)]) -> (Tensor, Vec<Batch>) {
    let number = |value: f32| Tensor::from_slice2(&[[value]]);
    let batches = rows.iter().map(|&(x, y)| (number(x), number(y)));
    (number(w).set_requires_grad(true), batches.collect())
}

/// Demands that these are the numbers computed by hand.
fn assert_near(ours: &[f64], by_hand: &[f64]) {
    let near = |(ours, wanted): (&f64, &f64)| (ours - wanted).abs() < 1e-4;
    let all = ours.len() == by_hand.len() && ours.iter().zip(by_hand).all(near);
    assert!(all, "{ours:?}, not {by_hand:?}");
}

// ANCHOR: tests
#[test]
fn two_steps_by_hand() {
    // (0 - 1)² = 1, slope -2, so w = 0.2; (0.2 - 1)² = 0.64, slope -1.6, so w = 0.36
    let (mut w, batches) = one_weight(0.0, &[(1.0, 1.0), (1.0, 1.0)]);
    assert_near(&train(&mut w, &batches, 0.1), &[1.0, 0.64]);
    assert_near(&[w.double_value(&[0, 0])], &[0.36]);
}

#[test]
fn your_loop_learns_and_the_faulty_one_does_not() {
    assert!(learns(train), "yours");
    assert!(!learns(train_wrongly), "the faulty one");
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn every_batch_moves_by_its_own_gradient() {
    // w = 0: slope -2, w = 0.2; then x = 2, y = 0: loss 0.16, slope 1.6, w = 0.04
    let (mut w, batches) = one_weight(0.0, &[(1.0, 1.0), (2.0, 0.0)]);
    assert_near(&train(&mut w, &batches, 0.1), &[1.0, 0.16]);
    assert_near(&[w.double_value(&[0, 0])], &[0.04]);
}

#[test]
fn a_gradient_from_before_counts_for_nothing() {
    let (mut w, batches) = one_weight(0.0, &[(1.0, 1.0)]);
    (&w * 1000.0).sum(Kind::Float).backward();
    train(&mut w, &batches, 0.1);
    assert_near(&[w.double_value(&[0, 0])], &[0.2]);
}

#[test]
fn the_weight_stays_the_callers_and_goes_on_learning() {
    let (mut w, batches) = one_weight(0.0, &[(1.0, 1.0)]);
    let same = w.shallow_clone();
    for _ in 0..50 {
        train(&mut w, &batches, 0.2);
    }
    assert!(w.requires_grad() && w.is_leaf());
    assert_near(&[same.double_value(&[0, 0])], &[1.0]);
}

#[test]
fn no_batches_change_nothing() {
    let (mut w, _) = one_weight(0.7, &[]);
    assert!(train(&mut w, &[], 0.1).is_empty());
    assert_near(&[w.double_value(&[0, 0])], &[0.7f32 as f64]);
}

/// A loop whose step is `direction · gradient`, zeroed before `backward` or after it.
fn variant(
    direction: f64,
    zero_after: bool,
) -> impl Fn(&mut Tensor, &[Batch], f64) -> Vec<f64> {
    move |w, batches, rate| {
        let mut losses = Vec::new();
        for batch in batches {
            w.zero_grad();
            let loss = loss(w, batch);
            loss.backward();
            if zero_after {
                w.zero_grad();
            }
            losses.push(loss.double_value(&[]));
            let step = w.grad() * (rate * direction);
            let _ = tch::no_grad(|| w.g_add_(&step));
        }
        losses
    }
}

#[test]
fn right_loops_are_told_from_faulty_ones() {
    assert!(learns(variant(-1.0, false)));
    assert!(!learns(variant(1.0, false)), "uphill");
    assert!(!learns(variant(-1.0, true)), "zeroed too late");
    assert!(!learns(variant(0.0, false)), "no step");
    assert!(!learns(|_, _, _| Vec::new()), "nothing at all");
}

#[test]
fn a_loop_that_trains_something_else_is_found_out() {
    let copying = |w: &mut Tensor, batches: &[Batch], rate: f64| {
        let mut copy = w.detach().copy().set_requires_grad(true);
        variant(-1.0, false)(&mut copy, batches, rate)
    };
    assert!(!learns(copying), "it trained a copy");
    let inventing = |_: &mut Tensor, batches: &[Batch], _: f64| {
        (0..batches.len()).map(|step| 0.6 - step as f64 / 100.0).collect()
    };
    assert!(!learns(inventing), "it trained nothing");
}
// HIDDEN: end
