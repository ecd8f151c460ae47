//! Exercise 4.2 (10 points): a bug hunt. A norm over time.

use tch::{Device, Kind, Tensor};

/// A layer norm as published notebooks have it. Every shape is right.
///
/// # Shapes
/// - `x`: `(b, t, c)`
/// - returns `(b, t, c)`
fn wrong_norm(x: &Tensor) -> Tensor {
    let mean = x.mean_dim(1, true, Kind::Float);
    (x - mean) / (x.var_dim(-1, false, true) + 1e-5).sqrt()
}

// ANCHOR: task
/// How far a layer lets tokens see the last one: the largest change of any number at the
/// earlier tokens when the last token is replaced by another vector.
///
/// It is 0 for a layer that does not look ahead.
///
/// # Shapes
/// - `x`: `(b, t, c)`, `t` at least 2; the layer returns the same shape
pub fn leak(layer: &dyn Fn(&Tensor) -> Tensor, x: &Tensor) -> f64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    let (_, t, _) = x.size3().expect("x must be (b, t, c)");
    let changed = x.copy();
    let last = x.narrow(1, t - 1, 1) * -3.0 + 1.0; // (b, 1, c)
    changed.narrow(1, t - 1, 1).copy_(&last);
    let earlier = |x: &Tensor| layer(x).narrow(1, 0, t - 1); // (b, t - 1, c)
    (earlier(x) - earlier(&changed)).abs().max().double_value(&[])
    // SOLUTION: end
}

// ANCHOR: task_norm
/// The norm put right: mean 0 and variance 1 over the channels of each token, with 1e-5
/// added to the variance, which divides by `c`.
///
/// # Shapes
/// - `x`: `(b, t, c)`
/// - returns `(b, t, c)`
pub fn norm(x: &Tensor) -> Tensor {
    // ANCHOR_END: task_norm
    // SOLUTION: begin
    let centred = x - x.mean_dim(-1, true, Kind::Float);
    centred / (x.var_dim(-1, false, true) + 1e-5).sqrt()
    // SOLUTION: end
}

/// Random vectors.
fn random(shape: [i64; 3]) -> Tensor {
    Tensor::randn(shape, (Kind::Float, Device::Cpu))
}

// ANCHOR: tests
#[test]
fn the_published_norm_leaks_and_yours_does_not() {
    let x = random([2, 5, 8]);
    assert!(leak(&wrong_norm, &x) > 0.01, "leak({})", leak(&wrong_norm, &x));
    assert_eq!(leak(&norm, &x), 0.0);
}

#[test]
fn your_norm_by_hand() {
    let x = Tensor::from_slice(&[1f32, 3.0]).reshape([1, 1, 2]);
    let y = Vec::<f32>::try_from(norm(&x).flatten(0, -1)).unwrap();
    assert!((y[0] + 1.0).abs() < 1e-4 && (y[1] - 1.0).abs() < 1e-4, "{y:?}");
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn what_looks_back_is_no_leak() {
    let x = random([2, 6, 4]);
    let sums = |x: &Tensor| x.cumsum(1, Kind::Float); // token i sees 0..=i
    assert_eq!(leak(&sums, &x), 0.0);
    assert_eq!(leak(&|x: &Tensor| x * 2.0, &x), 0.0);
}

#[test]
fn looking_one_token_ahead_is_a_leak() {
    let x = random([1, 6, 4]);
    assert!(leak(&|x: &Tensor| x.roll([-1], [1]), &x) > 0.01);
    let backwards = |x: &Tensor| x.flip([1]).cumsum(1, Kind::Float).flip([1]);
    assert!(leak(&backwards, &x) > 0.01);
}

#[test]
fn a_leak_through_one_statistic_alone_is_found() {
    let x = random([2, 5, 8]);
    let mean = |x: &Tensor| x - x.mean_dim(1, true, Kind::Float);
    let deviation = |x: &Tensor| x / (x.var_dim(1, false, true) + 1e-5).sqrt();
    assert!(leak(&mean, &x) > 0.01);
    assert!(leak(&deviation, &x) > 0.01);
    let normed = |x: &Tensor| norm(x) + norm(x).mean_dim(1, true, Kind::Float);
    assert!(leak(&normed, &x) > 0.01, "behind a norm, too");
}

#[test]
fn a_leak_is_measured_in_full() {
    let x = random([1, 3, 4]);
    let last = |x: &Tensor| x.narrow(1, 2, 1).expand([1, 3, 4], false) * 1.0;
    let [one, ten] = [1.0, 10.0].map(|k| leak(&|x: &Tensor| last(x) * k, &x));
    assert!(one > 0.0 && (ten / one - 10.0).abs() < 1e-3, "{one} {ten}");
}

#[test]
fn the_largest_change_counts_and_not_the_mean() {
    let x = random([2, 3, 4]);
    let last = x.narrow(1, 2, 1).copy();
    let watchman = |seen: &Tensor| {
        let changed = !seen.narrow(1, 2, 1).equal(&last);
        let said = seen.zeros_like();
        let corner = said.narrow(0, 1, 1).narrow(1, 0, 1).narrow(2, 0, 1);
        let _ = corner.shallow_clone().fill_(f64::from(changed));
        said
    };
    assert_eq!(leak(&watchman, &x), 1.0);
}

#[test]
fn the_vectors_that_are_handed_in_stay_as_they_are() {
    let x = random([2, 4, 3]);
    let before = x.copy();
    leak(&norm, &x);
    assert!(x.equal(&before));
}

#[test]
fn your_norm_is_the_chapters() {
    let x = random([3, 4, 16]) * 5.0 + 2.0;
    let options = (Kind::Float, Device::Cpu);
    let (ones, zeros) = (Tensor::ones([16], options), Tensor::zeros([16], options));
    let chapters = ch04::layer_norm(&x, &ones, &zeros, 1e-5);
    assert!(norm(&x).allclose(&chapters, 1e-5, 1e-5, false));
}
// HIDDEN: end
