//! Exercise 0.3 (10 points): a bug hunt. The right shape, the wrong numbers.
//!
//! Dimension key: `b` batch, `t` tokens, `c` channels.

use tch::{Device, Kind, Tensor};

/// Puts the channels before the tokens. It is wrong: `view` cuts the same row of
/// numbers anew, and moves no axis.
fn channels_first_wrongly(x: &Tensor) -> Tensor {
    let (b, t, c) = x.size3().expect("x must be (b, t, c)");
    x.view([b, c, t])
}

// ANCHOR: task
/// A `(b, t, c)` tensor with `t` and `c` both at least 2, and not all entries
/// equal, for which `channels_first_wrongly` happens to be right. No test with such
/// numbers can find the fault.
pub fn lucky() -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    Tensor::from_slice(&[0f32, 1., 1., 0.]).view([1, 2, 2]) // its own transpose
    // SOLUTION: end
}

// ANCHOR: task_channels_first
/// Puts the channels before the tokens: `y[b, c, t] = x[b, t, c]`.
///
/// The result lies in order in memory, so that it may be cut anew with `view`.
///
/// # Shapes
/// - `x`: `(b, t, c)`, which need not lie in order itself
/// - returns `(b, c, t)`
pub fn channels_first(x: &Tensor) -> Tensor {
    // ANCHOR_END: task_channels_first
    // SOLUTION: begin
    x.transpose(1, 2).contiguous()
    // SOLUTION: end
}

/// A `(b, t, c)` tensor whose entries say where they stand: `100 b + 10 t + c`.
fn labelled(b: i64, t: i64, c: i64) -> Tensor {
    let count = |n| Tensor::arange(n, (Kind::Float, Device::Cpu));
    count(b).view([b, 1, 1]) * 100.0 + count(t).view([t, 1]) * 10.0 + count(c)
}

/// The entries, the last axis fastest.
fn entries(x: &Tensor) -> Vec<f32> {
    Vec::try_from(x.reshape([-1])).expect("the entries are f32")
}

// ANCHOR: tests
#[test]
fn two_tokens_with_three_channels() {
    let x = labelled(1, 2, 3); // 0 1 2 / 10 11 12
    let y = channels_first(&x);
    assert_eq!(y.size(), [1, 3, 2]);
    assert_eq!(entries(&y), [0., 10., 1., 11., 2., 12.]);
    assert_ne!(entries(&channels_first_wrongly(&x)), entries(&y));
}

#[test]
fn with_luck_the_fault_is_not_seen() {
    let x = lucky();
    let (_, t, c) = x.size3().expect("lucky() must be (b, t, c)");
    assert!(t >= 2 && c >= 2, "t and c must both be at least 2");
    let right = x.transpose(1, 2);
    assert_eq!(entries(&channels_first_wrongly(&x)), entries(&right));
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn luck_needs_two_different_numbers() {
    let x = entries(&lucky());
    assert!(x.iter().any(|entry| *entry != x[0]), "all entries are equal");
}

#[test]
fn every_entry_is_where_its_label_says() {
    for (b, t, c) in [(2, 3, 4), (3, 1, 5), (1, 6, 1), (2, 2, 2)] {
        let (x, y) = (labelled(b, t, c), channels_first(&labelled(b, t, c)));
        assert_eq!(y.size(), [b, c, t]);
        for i in 0..b {
            for token in 0..t {
                for channel in 0..c {
                    assert_eq!(
                        y.double_value(&[i, channel, token]),
                        x.double_value(&[i, token, channel])
                    );
                }
            }
        }
    }
}

#[test]
fn the_result_may_be_cut_anew() {
    let y = channels_first(&labelled(2, 3, 4));
    assert!(y.is_contiguous());
    assert_eq!(y.view([2, 12]).size(), [2, 12]);
}

#[test]
fn twice_is_the_beginning() {
    let x = labelled(2, 3, 4);
    assert_eq!(channels_first(&channels_first(&x)), x);
}

#[test]
fn a_tensor_that_is_out_of_order_is_read_rightly() {
    let x = labelled(2, 4, 3).transpose(0, 1); // (4, 2, 3), out of order
    assert_eq!(entries(&channels_first(&x)), entries(&x.transpose(1, 2)));
}
// HIDDEN: end
