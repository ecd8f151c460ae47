//! Exercise 0.6 (15 points): a walk with momentum.

use tch::{Kind, Tensor};

// ANCHOR: task
/// Walks down the slope of `f` from `x`, with momentum: each step also keeps a
/// share of the step before.
///
/// `v ← momentum · v + ∇f(x)`, then `x ← x - rate · v`, as often as `steps` says.
/// `v` begins as 0. `f` returns one number. The caller's `x` stays as it is, and
/// the result is a plain tensor: nothing about it is recorded.
///
/// # Shapes
/// - `x`: any
/// - returns the same shape
pub fn descend(
    f: impl Fn(&Tensor) -> Tensor,
    x: &Tensor,
    rate: f64,
    momentum: f64,
    steps: usize,
) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mut here = x.detach().copy().set_requires_grad(true);
    let mut velocity = here.zeros_like();
    for _ in 0..steps {
        f(&here).backward();
        tch::no_grad(|| {
            velocity = &velocity * momentum + here.grad();
            here -= &velocity * rate;
        });
        here.zero_grad();
    }
    here.detach()
    // SOLUTION: end
}

/// A bowl with the lowest point (1, -2), ten times steeper in one direction.
fn bowl(x: &Tensor) -> Tensor {
    let from_lowest = x - Tensor::from_slice(&[1.0, -2.0]);
    (from_lowest.square() * Tensor::from_slice(&[1.0, 10.0])).sum(Kind::Double)
}

/// The entries of a list.
fn list(x: &Tensor) -> Vec<f64> {
    Vec::try_from(x).expect("a list of f64")
}

// ANCHOR: tests
#[test]
fn one_step_follows_the_slope() {
    let x = Tensor::from_slice(&[0.0, 0.0]);
    // The slope of the bowl at (0, 0) is (2 · -1, 20 · 2).
    let y = descend(bowl, &x, 0.01, 0.9, 1);
    assert!((list(&y)[0] - 0.02).abs() < 1e-12);
    assert!((list(&y)[1] + 0.4).abs() < 1e-12);
}

#[test]
fn many_steps_find_the_lowest_point() {
    let x = Tensor::from_slice(&[5.0, 5.0]);
    let y = list(&descend(bowl, &x, 0.02, 0.5, 1000));
    assert!((y[0] - 1.0).abs() < 1e-6 && (y[1] + 2.0).abs() < 1e-6, "{y:?}");
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn every_step_is_the_one_on_paper() {
    for (rate, momentum) in [(0.02, 0.0), (0.02, 0.5), (0.01, 0.9)] {
        let (mut x, mut v) = ([3.0, 1.0], [0.0, 0.0]);
        for steps in 0..15 {
            let start = Tensor::from_slice(&[3.0, 1.0]);
            let found = list(&descend(bowl, &start, rate, momentum, steps));
            for (a, b) in found.iter().zip(x) {
                assert!(
                    (a - b).abs() < 1e-9,
                    "after {steps}: {found:?}, not {x:?}"
                );
            }
            let slope = [2.0 * (x[0] - 1.0), 20.0 * (x[1] + 2.0)];
            for i in 0..2 {
                v[i] = momentum * v[i] + slope[i];
                x[i] -= rate * v[i];
            }
        }
    }
}

#[test]
fn the_callers_tensor_stays_as_it_is() {
    for start in [
        Tensor::from_slice(&[3.0, 1.0]),
        Tensor::from_slice(&[3.0, 1.0]).set_requires_grad(true),
    ] {
        let recorded = start.requires_grad();
        let found = descend(bowl, &start, 0.02, 0.5, 3);
        assert_ne!(list(&found.detach()), [3.0, 1.0]);
        assert_eq!(list(&start.detach()), [3.0, 1.0]);
        assert_eq!(start.requires_grad(), recorded);
        assert!(!start.grad().defined(), "a gradient was left behind");
    }
}

#[test]
fn the_result_is_not_recorded() {
    let x = Tensor::from_slice(&[3.0, 1.0]);
    for steps in [0, 1, 5] {
        assert!(!descend(bowl, &x, 0.02, 0.5, steps).requires_grad());
    }
}

#[test]
fn no_step_gives_a_tensor_of_its_own() {
    let x = Tensor::from_slice(&[3.0, 1.0]);
    let mut y = descend(bowl, &x, 0.02, 0.5, 0);
    let _ = y.fill_(0.0);
    assert_eq!(list(&x), [3.0, 1.0]);
}

#[test]
fn any_shape_and_kind_may_walk() {
    let x = Tensor::from_slice(&[1f32, 2., 3., 4., 5., 6.]).view([2, 3]);
    let half = descend(|x| x.square().sum(Kind::Float), &x, 0.25, 0.0, 1);
    assert_eq!(half.size(), [2, 3]);
    assert_eq!(half.kind(), Kind::Float);
    assert_eq!(half, x * 0.5);
}
// HIDDEN: end
