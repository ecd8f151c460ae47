//! Exercise 3.5 (15 points): only distances count.

use tch::{Device, Kind, Tensor};

// ANCHOR: task
/// Turns each vector by its place, so that the product of two depends on their distance.
///
/// Channels turn in pairs: `i` with `i + d/2`, for `i` below `d/2`. The vector at place
/// `p` turns pair `i` by the angle `p · 10000^(-2i/d)`, and turning `(a, b)` by an angle
/// `α` gives `(a cos α - b sin α, b cos α + a sin α)`. The first row stands at place
/// `start`.
///
/// # Shapes
/// - `x`: `(t, d)`, `d` even
/// - returns `(t, d)`
pub fn turn(x: &Tensor, start: i64) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let (t, d) = x.size2().expect("x must be (t, d)");
    let options = (Kind::Float, x.device());
    let places = Tensor::arange_start(start, start + t, options).unsqueeze(1); // (t, 1)
    let exponents = Tensor::arange(d / 2, options) * (-2.0 / d as f64); // (d/2)
    let angles = places * (exponents * 10_000f64.ln()).exp(); // (t, d/2)
    let (cos, sin) = (angles.cos(), angles.sin());
    let (a, b) = (x.narrow(1, 0, d / 2), x.narrow(1, d / 2, d / 2)); // (t, d/2)
    Tensor::cat(&[&a * &cos - &b * &sin, &b * &cos + &a * &sin], 1)
    // SOLUTION: end
}

/// One vector, `(1, d)`: another one for another speed.
fn vector(d: i64, speed: f64) -> Tensor {
    let places = Tensor::arange(d, (Kind::Float, Device::Cpu));
    (places * speed + 0.5).sin().unsqueeze(0)
}

fn product(a: &Tensor, b: &Tensor) -> f64 {
    (a * b).sum(Kind::Float).double_value(&[])
}

// ANCHOR: tests
#[test]
fn place_0_turns_nothing() {
    let x = vector(6, 1.3);
    assert!(turn(&x, 0).allclose(&x, 1e-6, 1e-6, false));
}

#[test]
fn a_quarter_turn_by_hand() {
    // Two channels turn by one radian at each place: (1, 0) at place 2 is (cos 2, sin 2).
    let x = Tensor::from_slice2(&[[1f32, 0.0]]);
    let y = Vec::<f32>::try_from(turn(&x, 2).flatten(0, -1)).unwrap();
    assert!((y[0] - 2f32.cos()).abs() < 1e-6 && (y[1] - 2f32.sin()).abs() < 1e-6);
}

#[test]
fn products_depend_on_the_distance_only() {
    let (q, k) = (vector(8, 1.3), vector(8, 2.1));
    let near = product(&turn(&q, 5), &turn(&k, 3));
    let far = product(&turn(&q, 105), &turn(&k, 103));
    assert!((near - far).abs() < 1e-3, "{near} at 5 and 3, {far} at 105 and 103");
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn lengths_stay() {
    let x = vector(10, 1.3);
    for place in [1, 7, 500] {
        let turned = turn(&x, place);
        let change = product(&turned, &turned) / product(&x, &x);
        assert!((change - 1.0).abs() < 1e-4, "place {place}: {change}");
    }
}

#[test]
fn later_pairs_turn_more_slowly() {
    // d = 4: pair 0 is channels 0 and 2, at one radian a place; pair 1 is 1 and 3, at 1/100.
    let x = Tensor::from_slice2(&[[1f32, 1.0, 0.0, 0.0]]);
    let y = Vec::<f32>::try_from(turn(&x, 3).flatten(0, -1)).unwrap();
    let wanted = [3f32.cos(), 0.03f32.cos(), 3f32.sin(), 0.03f32.sin()];
    assert!(y.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-5), "{y:?}");
}

#[test]
fn each_row_turns_by_its_own_place() {
    let x = Tensor::randn([5, 6], (Kind::Float, Device::Cpu));
    let together = turn(&x, 2);
    for row in 0..5 {
        let alone = turn(&x.narrow(0, row, 1), 2 + row);
        assert!(together.narrow(0, row, 1).allclose(&alone, 1e-5, 1e-5, false));
    }
}

#[test]
fn another_distance_is_another_product() {
    let (q, k) = (vector(8, 1.3), vector(8, 2.1));
    let (one, two) =
        (product(&turn(&q, 5), &turn(&k, 3)), product(&turn(&q, 9), &turn(&k, 3)));
    assert!((one - two).abs() > 1e-4);
}
// HIDDEN: end
