//! Exercise 7.1 (10 points): the last real token.
//!
//! Dimension key: `b` batch, `t` tokens, `k` classes.

use tch::{Device, Kind, Tensor};

// ANCHOR: task
/// The logits at the last real token of each text.
///
/// Nobody tells how long the texts are. A token is padding when its id is `pad`, and real
/// otherwise; the last real token of a text is the rightmost one. A text may hold `pad` in
/// its midst, and padding may stand in front of a text too. A text that is all padding is
/// read at place 0.
///
/// # Shapes
/// - `logits`: `(b, t, k)`, `t` at least 1
/// - `ids`: `(b, t)`, `Int64`
/// - returns `(b, k)`
pub fn logits_at_last_real_token(
    logits: &Tensor,
    ids: &Tensor,
    pad: i64,
) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let [b, t, k] = logits.size()[..] else { panic!("logits: (b, t, k)") };
    let places = Tensor::arange(t, (Kind::Int64, ids.device())); // (t)
    let real = ids.ne(pad).to_kind(Kind::Int64); // (b, t): 1 where real
    let last = (places * real).amax([1i64].as_slice(), false); // (b)
    let last = last.view([b, 1, 1]).expand([b, 1, k], false); // (b, 1, k)
    logits.gather(1, &last, false).squeeze_dim(1) // (b, k)
    // SOLUTION: end
}

/// Logits of two classes that tell where they stand: `[10 row + place, -place]`.
fn marked(b: i64, t: i64) -> Tensor {
    let int = (Kind::Float, Device::Cpu);
    let row = Tensor::arange(b, int).view([b, 1]) * 10.0;
    let place = Tensor::arange(t, int).view([1, t]);
    let second = -&place + row.zeros_like();
    Tensor::stack(&[row + place, second], -1) // (b, t, 2)
}

/// Demands that row `i` is read at place `places[i]`.
fn assert_read(ids: &[&[i64]], pad: i64, places: &[i64]) {
    let (b, t) = (ids.len() as i64, ids[0].len() as i64);
    let ids = Tensor::from_slice(&ids.concat()).view([b, t]);
    let logits = marked(b, t);
    let ours = logits_at_last_real_token(&logits, &ids, pad);
    assert_eq!(ours.size(), [b, 2], "the shape is (b, k)");
    for (row, &place) in (0..).zip(places) {
        let wanted = logits.get(row).get(place);
        let ours = ours.get(row);
        assert!(
            ours.equal(&wanted),
            "row {row} of {ids} is to be read at place {place}: {wanted}, not {ours}"
        );
    }
}

// ANCHOR: tests
#[test]
fn each_text_is_read_at_its_own_last_token() {
    assert_read(&[&[5, 6, 9, 9], &[7, 8, 5, 6], &[4, 9, 9, 9]], 9, &[1, 3, 0]);
}

#[test]
fn more_padding_changes_nothing() {
    let text = marked(1, 6);
    let ids = Tensor::from_slice2(&[[5i64, 6, 7, 9, 9, 9]]);
    let short =
        logits_at_last_real_token(&text.narrow(1, 0, 4), &ids.narrow(1, 0, 4), 9);
    assert!(short.equal(&logits_at_last_real_token(&text, &ids, 9)));
}

#[test]
fn a_pad_in_the_midst_of_a_text_is_not_its_end() {
    assert_read(&[&[5, 9, 7, 9, 9]], 9, &[2]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn a_text_without_padding_is_read_at_the_last_place() {
    assert_read(&[&[1, 2, 3], &[3, 2, 1]], 0, &[2, 2]);
}

#[test]
fn a_text_that_is_all_padding_is_read_at_place_0() {
    assert_read(&[&[9, 9, 9], &[1, 2, 9]], 9, &[0, 1]);
}

#[test]
fn padding_in_front_is_allowed() {
    assert_read(&[&[9, 9, 5, 6], &[9, 5, 6, 9]], 9, &[3, 2]);
}

#[test]
fn the_padding_id_may_be_zero() {
    assert_read(&[&[5, 0, 0], &[5, 6, 0]], 0, &[0, 1]);
}

#[test]
fn one_token_is_enough() {
    assert_read(&[&[5], &[9]], 9, &[0, 0]);
}

#[test]
fn any_number_of_classes_is_read() {
    for k in [1, 3, 7] {
        let logits = Tensor::randn([2, 4, k], (Kind::Float, Device::Cpu));
        let ids = Tensor::from_slice2(&[[1i64, 2, 9, 9], [1, 2, 3, 9]]);
        let ours = logits_at_last_real_token(&logits, &ids, 9);
        assert_eq!(ours.size(), [2, k]);
        assert!(ours.get(0).equal(&logits.get(0).get(1)));
        assert!(ours.get(1).equal(&logits.get(1).get(2)));
    }
}

#[test]
fn the_gradient_reaches_the_last_real_token_and_no_other_place() {
    let logits = marked(2, 4).set_requires_grad(true);
    let ids = Tensor::from_slice2(&[[5i64, 6, 9, 9], [5, 6, 7, 9]]);
    logits_at_last_real_token(&logits, &ids, 9).sum(Kind::Float).backward();
    let wanted = Tensor::from_slice(&[0f32, 1., 0., 0., 0., 0., 1., 0.]);
    let wanted = wanted.view([2, 4, 1]).expand([2, 4, 2], false);
    assert!(logits.grad().equal(&wanted), "{} is the gradient", logits.grad());
}
// HIDDEN: end
