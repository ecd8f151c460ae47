//! Exercise 5.11 (15 points): the gradient of a layer norm, without autograd.

use tch::{Kind, Tensor};

// ANCHOR: task
/// From how fast a loss grows with `y = (x - mean) / √(variance + ε) · weight + bias` to how
/// fast it grows with `x`, with `weight` and with `bias`, in this order. Mean and variance run
/// over the last axis, and the variance divides by `c`.
///
/// Use operations on whole tensors, and not `backward`.
///
/// # Shapes
/// - `x`, `dy` and the gradient of `x`: `(n, c)`
/// - `weight` and the other two gradients: `(c)`
pub fn norm_backward(
    x: &Tensor,
    weight: &Tensor,
    dy: &Tensor,
    epsilon: f64,
) -> [Tensor; 3] {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mean = |x: &Tensor| x.mean_dim(-1, true, x.kind()); // (n, 1)
    let centred = x - mean(x); // (n, c)
    let deviation = (mean(&centred.square()) + epsilon).sqrt(); // (n, 1)
    let normed = &centred / &deviation; // (n, c)
    let pushed = dy * weight; // (n, c): the gradient of `normed`
    let along = &normed * mean(&(&pushed * &normed)); // (n, c)
    let dx = (&pushed - mean(&pushed) - along) / deviation; // (n, c)
    let over_rows = |x: &Tensor| x.sum_dim_intlist(0, false, x.kind()); // (c)
    [dx, over_rows(&(dy * &normed)), over_rows(dy)]
    // SOLUTION: end
}

/// Demands that two tensors agree.
fn assert_near(ours: &Tensor, wanted: &Tensor, what: &str) {
    assert_eq!(ours.size(), wanted.size(), "the shape of {what}");
    let apart = (ours - wanted).abs().max().double_value(&[]);
    assert!(apart < 1e-9, "{what} is off by {apart}:\n{ours}\nnot\n{wanted}");
}

// ANCHOR: tests
#[test]
fn of_two_numbers_a_norm_keeps_only_which_is_larger() {
    // So it says (-1, 1) whatever they are, and nothing is won by moving them.
    let x = Tensor::from_slice2(&[[3.0f64, 7.0], [-1.0, -5.0]]);
    let dy = Tensor::from_slice2(&[[0.5f64, 2.0], [1.0, 4.0]]);
    let weight = Tensor::from_slice(&[1.0f64, 3.0]);
    let [dx, dweight, dbias] = norm_backward(&x, &weight, &dy, 0.0);
    assert_near(&dx, &x.zeros_like(), "the gradient of x");
    assert_near(&dweight, &Tensor::from_slice(&[0.5f64, -2.0]), "that of weight");
    assert_near(&dbias, &Tensor::from_slice(&[1.5f64, 6.0]), "that of bias");
}
// ANCHOR_END: tests

// HIDDEN: begin
/// `(n, c)` numbers with no pattern in them.
fn numbers(n: i64, c: i64, seed: f64) -> Tensor {
    let places = Tensor::arange(n * c, (Kind::Double, tch::Device::Cpu));
    ((places * 12.9898 + seed).sin() * 43.758).frac().view([n, c])
}

#[test]
fn the_gradients_are_autograds() {
    for (n, c, epsilon) in [(1, 2, 1e-5), (1, 7, 0.1), (5, 3, 1e-5), (8, 64, 2.0)] {
        let leaf = |x: Tensor| x.set_requires_grad(true);
        let x = leaf(numbers(n, c, 0.1) * 3.0 + 5.0);
        let weight = leaf(numbers(1, c, 0.2).view([c]) + 1.0);
        let bias = leaf(numbers(1, c, 0.3).view([c]));
        let dy = numbers(n, c, 0.4);
        let y = x.layer_norm([c], Some(&weight), Some(&bias), epsilon, false);
        (y * &dy).sum(Kind::Double).backward();
        let [x_alone, weight_alone] = [x.detach(), weight.detach()];
        let found = norm_backward(&x_alone, &weight_alone, &dy, epsilon);
        let leaves = [(&x, "x"), (&weight, "weight"), (&bias, "bias")];
        for (ours, (leaf, name)) in found.iter().zip(leaves) {
            let what = format!("the gradient of {name} at {n} x {c}");
            assert_near(ours, &leaf.grad(), &what);
        }
    }
}

#[test]
fn no_gradient_raises_all_channels_at_once() {
    // A norm takes the mean away, so moving all channels alike changes nothing.
    let weight = numbers(1, 16, 0.5).view([16]);
    let (x, dy) = (numbers(4, 16, 0.6), numbers(4, 16, 0.7));
    let [dx, ..] = norm_backward(&x, &weight, &dy, 1e-5);
    let sums = dx.sum_dim_intlist(-1, false, Kind::Double);
    assert_near(&sums, &sums.zeros_like(), "the sum of each row");
    assert!(dx.abs().max().double_value(&[]) > 0.01, "but some channels move");
}
// HIDDEN: end
