//! Exercise 4.5 (20 points): the slopes of a layer norm.
//!
//! Dimension key: `b` batch, `t` tokens, `c` channels.

use tch::{Device, Kind, Tensor};

/// The slopes of a loss in a layer norm's input, scale and shift.
#[derive(Debug)]
pub struct Slopes {
    /// `(b, t, c)`
    pub x: Tensor,
    /// `(c)`
    pub weight: Tensor,
    /// `(c)`
    pub bias: Tensor,
}

// ANCHOR: task
/// The backward pass of `y = (x - mean) / √(variance + ε) · weight + bias`, by hand and
/// without autograd.
///
/// # Shapes
/// - `x`: `(b, t, c)`, `weight`: `(c)`
/// - `dy`: `(b, t, c)`: the slope of the loss in every number of `y`
pub fn norm_backward(
    x: &Tensor,
    weight: &Tensor,
    dy: &Tensor,
    epsilon: f64,
) -> Slopes {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mean = |x: &Tensor| x.mean_dim(-1, true, x.kind()); // (b, t, 1)
    let centred = x - mean(x);
    let deviation = (mean(&centred.square()) + epsilon).sqrt(); // (b, t, 1)
    let z = centred / &deviation; // (b, t, c)
    let g = dy * weight; // the slope in z
    let over_tokens =
        |x: &Tensor| x.sum_dim_intlist([0i64, 1].as_slice(), false, x.kind());
    Slopes {
        x: (&g - mean(&g) - &z * mean(&(&g * &z))) / &deviation,
        weight: over_tokens(&(dy * &z)),
        bias: over_tokens(dy),
    }
    // SOLUTION: end
}

const CPU: (Kind, Device) = (Kind::Double, Device::Cpu);

/// What autograd says.
fn autograd(x: &Tensor, weight: &Tensor, dy: &Tensor, epsilon: f64) -> Slopes {
    let leaf = |x: &Tensor| x.copy().set_requires_grad(true);
    let (x, weight) = (leaf(x), leaf(weight));
    let bias = leaf(&weight.detach().zeros_like());
    let y = ch04::layer_norm(&x, &weight, &bias, epsilon);
    (y * dy).sum(Kind::Double).backward();
    Slopes { x: x.grad(), weight: weight.grad(), bias: bias.grad() }
}

/// Fails when a slope differs from autograd's.
fn check(x: &Tensor, weight: &Tensor, dy: &Tensor, epsilon: f64) {
    let yours = norm_backward(x, weight, dy, epsilon);
    let wanted = autograd(x, weight, dy, epsilon);
    let pairs = [
        ("x", yours.x, wanted.x),
        ("weight", yours.weight, wanted.weight),
        ("bias", yours.bias, wanted.bias),
    ];
    for (name, yours, wanted) in pairs {
        assert_eq!(yours.size(), wanted.size(), "the shape of the slope in {name}");
        let apart = (yours - wanted).abs().max().double_value(&[]);
        assert!(apart < 1e-9, "the slope in {name} is {apart} off");
    }
}

// ANCHOR: tests
#[test]
fn one_token_of_four_channels() {
    let x = Tensor::from_slice(&[1f64, 2.0, 3.0, 4.0]).reshape([1, 1, 4]);
    let dy = Tensor::from_slice(&[1f64, 0.0, 0.0, 0.0]).reshape([1, 1, 4]);
    check(&x, &Tensor::ones([4], CPU), &dy, 1e-5);
}

#[test]
fn random_numbers_of_every_kind() {
    let (x, dy) = (Tensor::randn([2, 3, 8], CPU), Tensor::randn([2, 3, 8], CPU));
    check(&x, &Tensor::randn([8], CPU), &dy, 1e-5);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn a_large_epsilon_counts() {
    let (x, dy) = (Tensor::randn([1, 2, 5], CPU), Tensor::randn([1, 2, 5], CPU));
    for epsilon in [0.0, 0.1, 10.0] {
        check(&x, &Tensor::randn([5], CPU), &dy, epsilon);
    }
}

#[test]
fn the_scale_bends_the_slopes() {
    let (x, dy) = (Tensor::randn([2, 2, 4], CPU), Tensor::randn([2, 2, 4], CPU));
    let weight = Tensor::from_slice(&[0f64, -2.0, 1.0, 100.0]);
    check(&x, &weight, &dy, 1e-5);
}

#[test]
fn numbers_far_from_zero() {
    let dy = Tensor::randn([3, 2, 6], CPU);
    let x = Tensor::randn([3, 2, 6], CPU) * 20.0 + 50.0;
    check(&x, &Tensor::randn([6], CPU), &dy, 1e-5);
}

#[test]
fn a_push_on_all_channels_alike_goes_nowhere() {
    let x = Tensor::randn([2, 3, 8], CPU);
    let ones = Tensor::ones([8], CPU);
    let slopes = norm_backward(&x, &ones, &x.ones_like(), 1e-5);
    assert!(slopes.x.abs().max().double_value(&[]) < 1e-12);
}

#[test]
fn what_is_handed_in_stays_as_it_is() {
    let [x, dy] = [0, 1].map(|_| Tensor::randn([1, 2, 4], CPU));
    let weight = Tensor::randn([4], CPU);
    let before = [x.copy(), weight.copy(), dy.copy()];
    norm_backward(&x, &weight, &dy, 1e-5);
    for (now, before) in [x, weight, dy].iter().zip(before) {
        assert!(now.equal(&before));
    }
}
// HIDDEN: end
