//! Exercise 4.1 (5 points): norms of groups.

use tch::{Device, Kind, Tensor};

// ANCHOR: task
/// Group norm: cuts each token's channels into `groups` equal groups of neighbours and
/// moves every group to mean 0 and variance 1: `(x - mean) / √(variance + 1e-5)`.
///
/// The variance divides by the number of channels in a group. One group is a layer norm
/// without scale and shift.
///
/// # Shapes
/// - `x`: `(b, t, c)`, where `groups` divides `c`
/// - returns `(b, t, c)`
pub fn group_norm(x: &Tensor, groups: i64) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let (b, t, c) = x.size3().expect("x must be (b, t, c)");
    let x = x.reshape([b, t, groups, c / groups]); // (b, t, g, c / g)
    let centred = &x - x.mean_dim(-1, true, Kind::Float);
    let variance = centred.square().mean_dim(-1, true, Kind::Float); // (b, t, g, 1)
    (centred / (variance + 1e-5).sqrt()).reshape([b, t, c])
    // SOLUTION: end
}

/// The numbers of a tensor, in order.
fn numbers(x: &Tensor) -> Vec<f64> {
    Vec::try_from(x.flatten(0, -1).to_kind(Kind::Double)).expect("one axis")
}

/// Whether two rows of numbers agree to within 0.001.
fn close(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3)
}

/// Random numbers, not centred.
fn random(shape: [i64; 3]) -> Tensor {
    Tensor::randn(shape, (Kind::Float, Device::Cpu)) * 3.0 + 1.0
}

// ANCHOR: tests
#[test]
fn two_groups_of_two_by_hand() {
    let x = Tensor::from_slice(&[1f32, 3.0, 10.0, 30.0]).reshape([1, 1, 4]);
    let y = group_norm(&x, 2);
    assert_eq!(y.size(), [1, 1, 4]);
    assert!(close(&numbers(&y), &[-1.0, 1.0, -1.0, 1.0]), "{:?}", numbers(&y));
}

#[test]
fn one_group_is_a_layer_norm() {
    let x = random([2, 3, 8]);
    let options = (Kind::Float, Device::Cpu);
    let (ones, zeros) = (Tensor::ones([8], options), Tensor::zeros([8], options));
    let whole = ch04::layer_norm(&x, &ones, &zeros, 1e-5);
    assert!(close(&numbers(&group_norm(&x, 1)), &numbers(&whole)));
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn every_group_of_every_token_is_level() {
    let y = group_norm(&random([2, 5, 12]), 3);
    assert_eq!(y.size(), [2, 5, 12]);
    let groups = y.reshape([30, 4]);
    let means = groups.mean_dim(-1, false, Kind::Float);
    let variances = groups.var_dim(-1, false, false);
    assert!(close(&numbers(&means), &[0.0; 30]));
    assert!(close(&numbers(&variances), &[1.0; 30]));
}

#[test]
fn other_tokens_and_other_groups_do_not_matter() {
    let x = random([2, 3, 8]);
    let changed = x.copy();
    let _ = changed.narrow(1, 2, 1).fill_(7.0);
    let _ = changed.narrow(2, 4, 4).fill_(5.0);
    let seen =
        |x: &Tensor| numbers(&group_norm(x, 2).narrow(1, 0, 2).narrow(2, 0, 4));
    assert!(close(&seen(&x), &seen(&changed)));
}

#[test]
fn a_group_of_equal_numbers_becomes_zero() {
    let x = Tensor::ones([1, 2, 6], (Kind::Float, Device::Cpu)) * 4.0;
    assert!(close(&numbers(&group_norm(&x, 2)), &[0.0; 12]));
    let x = random([1, 2, 6]);
    assert!(close(&numbers(&group_norm(&x, 6)), &[0.0; 12])); // groups of one
}

#[test]
fn it_is_libtorchs_group_norm_of_single_tokens() {
    let x = random([2, 3, 10]);
    let none = None::<&Tensor>;
    let libtorchs = x.reshape([6, 10]).group_norm(5, none, none, 1e-5, false);
    assert!(close(&numbers(&group_norm(&x, 5)), &numbers(&libtorchs)));
}
// HIDDEN: end
