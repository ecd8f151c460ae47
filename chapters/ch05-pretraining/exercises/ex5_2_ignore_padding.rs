//! Exercise 5.2 (10 points): a loss that looks away from padding.
//!
//! Dimension key: `n` tokens of all texts in a row, `v` vocabulary.

use tch::{Device, IndexOp, Kind, Reduction, Tensor};

// ANCHOR: task
/// The mean surprise at the true next tokens, in nats, over the targets that are not
/// `ignore`.
///
/// Texts of one batch differ in length, so the short ones are filled up. There is nothing
/// to learn from the filling: its targets are `ignore`, which need not be a token (-100 is
/// usual). Such a place counts for nothing: its logits change neither the loss nor the
/// number it is divided by, and their gradient is 0. If every target is to be ignored, the
/// loss is 0 and so is the gradient.
///
/// # Shapes
/// - `logits`: `(n, v)`
/// - `targets`: `(n)`, `Int64`
/// - returns `()`
pub fn masked_cross_entropy(
    logits: &Tensor,
    targets: &Tensor,
    ignore: i64,
) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let places = targets.ne(ignore).nonzero().squeeze_dim(-1); // (m): those that count
    let logits = logits.index_select(0, &places); // (m, v)
    let targets = targets.index_select(0, &places).unsqueeze(-1); // (m, 1)
    let surprises =
        -logits.log_softmax(-1, Kind::Float).gather(-1, &targets, false);
    let count = places.numel().max(1); // 0 / 0 is not a number
    surprises.sum(Kind::Float) / count as f64
    // SOLUTION: end
}

/// The logits of two tokens, or of three.
fn logits(n: i64) -> Tensor {
    let rows = [[-1f32, 1.0], [-0.5, 1.5], [-0.5, 1.5]];
    Tensor::from_slice2(&rows).narrow(0, 0, n)
}

/// The loss for targets as they stand in a list, with -100 as the value to ignore.
fn loss(logits: &Tensor, targets: &[i64]) -> f64 {
    let targets = Tensor::from_slice(targets);
    let loss = masked_cross_entropy(logits, &targets, -100);
    assert!(loss.size().is_empty(), "the loss must be one number, shape ()");
    loss.double_value(&[])
}

/// Demands that a loss is what was computed by hand, to four digits.
fn assert_loss(ours: f64, by_hand: f64) {
    assert!((ours - by_hand).abs() < 1e-4, "{ours}, not {by_hand}");
}

// ANCHOR: tests
#[test]
fn two_tokens_by_hand() {
    // ln(1 + e²) = 2.1269 and ln(1 + e⁻²) = 0.1269
    assert_loss(loss(&logits(2), &[0, 1]), 1.1269);
}

#[test]
fn a_third_token_counts() {
    assert_loss(loss(&logits(3), &[0, 1, 1]), 0.7936);
}

#[test]
fn a_third_token_that_is_ignored_does_not_count() {
    assert_loss(loss(&logits(3), &[0, 1, -100]), 1.1269);
}

#[test]
fn if_everything_is_ignored_the_loss_and_its_gradient_are_zero() {
    let x = logits(3).set_requires_grad(true);
    let targets = Tensor::from_slice(&[-100i64; 3]);
    let loss = masked_cross_entropy(&x, &targets, -100);
    loss.backward();
    assert_eq!(loss.double_value(&[]), 0.0);
    assert!(x.grad().equal(&x.zeros_like()), "the gradient must be all zeros");
}
// ANCHOR_END: tests

// HIDDEN: begin
/// Random logits `(12, 7)`, and targets of which about a third is `ignore`.
fn random(ignore: i64) -> (Tensor, Tensor) {
    let logits = Tensor::randn([12, 7], (Kind::Float, Device::Cpu));
    let targets = Tensor::arange(12, (Kind::Int64, Device::Cpu)).remainder(7);
    let _ = targets.i(1).fill_(ignore);
    let _ = targets.i(5).fill_(ignore);
    let _ = targets.i(8..10).fill_(ignore);
    (logits, targets)
}

/// The loss, and the gradient of the logits.
fn gradient(logits: &Tensor, targets: &Tensor, ignore: i64) -> (f64, Tensor) {
    let logits = logits.copy().set_requires_grad(true);
    let loss = masked_cross_entropy(&logits, targets, ignore);
    loss.backward();
    (loss.double_value(&[]), logits.grad())
}

#[test]
fn loss_and_gradient_equal_libtorchs() {
    for ignore in [-100, -1, 3, 0] {
        let (logits, targets) = random(ignore);
        let (ours, slope) = gradient(&logits, &targets, ignore);
        let x = logits.copy().set_requires_grad(true);
        let theirs = x.cross_entropy_loss::<Tensor>(
            &targets,
            None,
            Reduction::Mean,
            ignore,
            0.0,
        );
        theirs.backward();
        assert!((ours - theirs.double_value(&[])).abs() < 1e-5, "ignore {ignore}");
        assert!(slope.allclose(&x.grad(), 1e-4, 1e-6, false), "ignore {ignore}");
    }
}

#[test]
fn logits_at_ignored_places_change_nothing() {
    let (logits, targets) = random(-100);
    let (before, slope) = gradient(&logits, &targets, -100);
    let changed = logits.copy();
    for place in [1, 5, 8, 9] {
        let _ = changed.i((place, 2)).fill_(1e4);
    }
    let (after, same) = gradient(&changed, &targets, -100);
    assert_eq!(before, after);
    assert!(slope.equal(&same), "nor may the gradient change");
}

#[test]
fn the_gradient_is_exactly_zero_at_ignored_places_and_only_there() {
    let (logits, targets) = random(-100);
    let (_, slope) = gradient(&logits, &targets, -100);
    let rows = Vec::<Vec<f32>>::try_from(slope).unwrap();
    for (place, row) in rows.iter().enumerate() {
        let ignored = [1, 5, 8, 9].contains(&place);
        assert_eq!(row.iter().all(|&it| it == 0.0), ignored, "place {place}");
    }
}

#[test]
fn padding_does_not_change_the_loss_of_a_text() {
    let (logits, _) = random(-100);
    let text = [0i64, 4, 2, 6];
    let alone = loss(&logits.narrow(0, 0, 4), &text);
    for padding in 1..8 {
        let padded = [&text[..], &vec![-100; padding]].concat();
        let n = padded.len() as i64;
        let ours = loss(&logits.narrow(0, 0, n), &padded);
        assert!((ours - alone).abs() < 1e-6, "{padding} more: {ours}, not {alone}");
    }
}

#[test]
fn large_logits_do_no_harm() {
    let x = Tensor::from_slice2(&[[1000f32, 0.0], [0.0, 1000.0]]);
    assert_loss(loss(&x, &[0, 1]), 0.0);
    assert_loss(loss(&x, &[1, -100]), 1000.0);
}
// HIDDEN: end
