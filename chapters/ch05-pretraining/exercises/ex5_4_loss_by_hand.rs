//! Exercise 5.4 (10 points): the loss and its gradient, without a tensor.

// ANCHOR: task
/// The cross-entropy at one place, in nats: minus the logarithm of the chance that the
/// softmax of `logits` gives to the token `target`.
///
/// Logits may be as large as they like: 1,000 overflows no exponential, and a chance that
/// is too small for a number costs what it should, not infinity.
pub fn cross_entropy(logits: &[f64], target: usize) -> f64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|logit| (logit - largest).exp()).sum();
    sum.ln() - (logits[target] - largest)
    // SOLUTION: end
}

// ANCHOR: task_gradient
/// The derivative of that loss by each logit.
///
/// Find it with pencil and paper. The loss is `ln Σ exp(logit) - logits[target]`; what is
/// the derivative of the first part? It is something you know.
pub fn gradient(logits: &[f64], target: usize) -> Vec<f64> {
    // ANCHOR_END: task_gradient
    // SOLUTION: begin
    let chance = |token| (-cross_entropy(logits, token)).exp();
    let is_target = |token| f64::from(u8::from(token == target));
    (0..logits.len()).map(|token| chance(token) - is_target(token)).collect()
    // SOLUTION: end
}

/// Demands that two numbers agree.
fn assert_near(ours: f64, wanted: f64, what: &str) {
    assert!((ours - wanted).abs() < 1e-9, "{what}: {ours}, not {wanted}");
}

// ANCHOR: tests
#[test]
fn one_chance_in_four() {
    // softmax of (0, ln 3) is (1/4, 3/4)
    let logits = [0.0, 3f64.ln()];
    assert_near(cross_entropy(&logits, 0), 4f64.ln(), "target 0");
    assert_near(cross_entropy(&logits, 1), (4.0 / 3.0f64).ln(), "target 1");
}

#[test]
fn the_gradient_of_one_chance_in_four() {
    let slopes = gradient(&[0.0, 3f64.ln()], 0);
    assert_near(slopes[0], -0.75, "the target's logit should rise");
    assert_near(slopes[1], 0.75, "the other one should fall");
}

#[test]
fn large_logits_do_no_harm() {
    assert_near(cross_entropy(&[1000.0, 0.0], 0), 0.0, "certain and right");
    assert_near(cross_entropy(&[1000.0, 0.0], 1), 1000.0, "certain and wrong");
}
// ANCHOR_END: tests

// HIDDEN: begin
/// Logits with no pattern in them.
const LOGITS: [f64; 6] = [0.3, -1.7, 2.2, 0.0, 1.1, -0.4];

#[test]
fn a_model_that_knows_nothing_loses_ln_v() {
    for v in [1usize, 2, 256, 50_257] {
        let loss = cross_entropy(&vec![-3.5; v], v - 1);
        assert_near(loss, (v as f64).ln(), "all alike");
    }
}

#[test]
fn adding_the_same_to_all_logits_changes_nothing() {
    for shift in [-1e4, -700.0, 5.0, 1e4] {
        let shifted = LOGITS.map(|logit| logit + shift);
        for target in 0..6 {
            let ours = cross_entropy(&shifted, target);
            let wanted = cross_entropy(&LOGITS, target);
            assert_near(ours, wanted, &format!("all logits {shift} higher"));
        }
    }
}

#[test]
fn very_small_logits_do_no_harm_either() {
    assert_near(
        cross_entropy(&[-1000.0, -1001.0], 1),
        1.313_261_687_518,
        "both low",
    );
    let masked = [f64::NEG_INFINITY, 0.0];
    assert_near(cross_entropy(&masked, 1), 0.0, "the other one is ruled out");
    assert_eq!(cross_entropy(&masked, 0), f64::INFINITY);
}

#[test]
fn the_gradient_is_the_slope() {
    let width = 1e-5;
    for target in 0..6 {
        let slopes = gradient(&LOGITS, target);
        for (token, slope) in slopes.iter().enumerate() {
            let moved = |by: f64| {
                let mut logits = LOGITS;
                logits[token] += by;
                cross_entropy(&logits, target)
            };
            let measured = (moved(width) - moved(-width)) / (2.0 * width);
            assert!((slope - measured).abs() < 1e-8, "logit {token}: {slope}");
        }
    }
}

#[test]
fn the_gradient_sums_to_zero_and_does_not_overflow() {
    for logits in [LOGITS, LOGITS.map(|logit| logit * 500.0)] {
        let slopes = gradient(&logits, 3);
        assert_near(slopes.iter().sum(), 0.0, "the sum of all slopes");
        assert!(slopes.iter().all(|slope| slope.abs() <= 1.0), "{slopes:?}");
    }
}

#[test]
fn loss_and_gradient_are_libtorchs() {
    let x = tch::Tensor::from_slice(&LOGITS).set_requires_grad(true);
    let loss = -x.log_softmax(0, tch::Kind::Double).get(4);
    loss.backward();
    assert_near(cross_entropy(&LOGITS, 4), loss.double_value(&[]), "the loss");
    for (token, slope) in gradient(&LOGITS, 4).into_iter().enumerate() {
        assert_near(slope, x.grad().double_value(&[token as i64]), "a slope");
    }
}
// HIDDEN: end
