//! Exercise 6.2 (10 points): three matrices out of one.
//!
//! Dimension key: `c` channels.

use tch::{Device, Kind, Tensor};

// ANCHOR: task
/// Cuts GPT-2's `c_attn` into three layers as PyTorch's `nn.Linear` keeps them: the queries',
/// the keys' and the values' weight and bias, in this order.
///
/// GPT-2 computes `x · weight + bias` and cuts the result into three parts of `c` channels.
/// `nn.Linear` computes `x · weightᵀ + bias`. With two channels the queries' numbers move like
/// this:
///
/// ```text
/// a b │ . . │ . .        a c
/// c d │ . . │ . .   →    b d
/// ```
///
/// The new tensors are contiguous and their own: changing one changes nothing else.
///
/// # Shapes
/// - `weight`: `(c, 3c)`, `bias`: `(3c)`
/// - returns three times `(c, c)` and `(c)`
pub fn split_qkv(weight: &Tensor, bias: &Tensor) -> [(Tensor, Tensor); 3] {
    // ANCHOR_END: task
    // SOLUTION: begin
    let c = weight.size()[0];
    let own = |x: Tensor| x.contiguous().copy();
    [0, 1, 2].map(|part| {
        let weight = weight.narrow(1, part * c, c).tr(); // (c, c): c_out, c_in
        (own(weight), own(bias.narrow(0, part * c, c)))
    })
    // SOLUTION: end
}

/// A random `c_attn`: `(c, 3c)` and `(3c)`.
fn c_attn(c: i64) -> (Tensor, Tensor) {
    let cpu = (Kind::Float, Device::Cpu);
    (Tensor::randn([c, 3 * c], cpu), Tensor::randn([3 * c], cpu))
}

// ANCHOR: tests
#[test]
fn two_channels_by_hand() {
    let weight = Tensor::from_slice2(&[
        [1i64, 2, 10, 20, 100, 200],
        [3, 4, 30, 40, 300, 400],
    ]);
    let bias = Tensor::from_slice(&[1i64, 2, 3, 4, 5, 6]);
    let [(query, query_bias), (key, _), (_, value_bias)] =
        split_qkv(&weight, &bias);
    assert_eq!(query, Tensor::from_slice2(&[[1i64, 3], [2, 4]]));
    assert_eq!(key, Tensor::from_slice2(&[[10i64, 30], [20, 40]]));
    assert_eq!(query_bias, Tensor::from_slice(&[1i64, 2]));
    assert_eq!(value_bias, Tensor::from_slice(&[5i64, 6]));
}

#[test]
fn three_layers_compute_what_one_computed() {
    let (weight, bias) = c_attn(8);
    let x = Tensor::randn([2, 5, 8], (Kind::Float, Device::Cpu)); // (b, t, c)
    let wide = x.matmul(&weight) + &bias; // (b, t, 3c)
    let parts = split_qkv(&weight, &bias).map(|(w, b)| x.linear(&w, Some(&b)));
    assert!(Tensor::cat(&parts, -1).allclose(&wide, 1e-4, 1e-5, false));
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn shapes_are_those_of_three_layers() {
    let (weight, bias) = c_attn(6);
    for (weight, bias) in split_qkv(&weight, &bias) {
        assert_eq!((weight.size(), bias.size()), (vec![6, 6], vec![6]));
    }
}

#[test]
fn the_parts_lie_row_by_row_in_memory() {
    let (weight, bias) = c_attn(6);
    for (weight, bias) in split_qkv(&weight, &bias) {
        assert!(weight.is_contiguous() && bias.is_contiguous());
    }
}

#[test]
fn the_parts_are_their_own() {
    for c in [1, 4] {
        let (weight, bias) = c_attn(c);
        let before = (weight.copy(), bias.copy());
        for (mut weight, mut bias) in split_qkv(&weight, &bias) {
            let _ = (weight.zero_(), bias.zero_());
        }
        assert!(weight.equal(&before.0) && bias.equal(&before.1), "c = {c}");
    }
}

#[test]
fn sixteen_bits_stay_sixteen_bits() {
    let (weight, bias) = c_attn(4);
    let half = |x: Tensor| x.to_kind(Kind::BFloat16);
    for (weight, bias) in split_qkv(&half(weight), &half(bias)) {
        assert_eq!((weight.kind(), bias.kind()), (Kind::BFloat16, Kind::BFloat16));
    }
}
// HIDDEN: end
