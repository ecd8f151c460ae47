//! Gradients by hand against libtorch's, and against small steps.

use ch00::tape::{Scalar, Tape, slope_of_chain, squared_error};
use ch00::{autograd, kinds, mistakes, recording};
use tch::{Kind, Tensor};

/// A function of two numbers, on a tape and in libtorch.
struct Both {
    hand: for<'t> fn(Scalar<'t>, Scalar<'t>) -> Scalar<'t>,
    libtorch: fn(&Tensor, &Tensor) -> Tensor,
}

const FUNCTIONS: [Both; 9] = [
    Both { hand: |a, b| a + b, libtorch: |a, b| a + b },
    Both { hand: |a, b| a - b, libtorch: |a, b| a - b },
    Both { hand: |a, b| a * b, libtorch: |a, b| a * b },
    Both { hand: |a, b| -a * a * b, libtorch: |a, b| -a * a * b },
    Both { hand: |a, b| (a * b).exp(), libtorch: |a, b| (a * b).exp() },
    Both {
        hand: |a, b| (a * a + b * b).ln(),
        libtorch: |a, b| (a * a + b * b).log(),
    },
    Both { hand: |a, b| (a + b).tanh() * a, libtorch: |a, b| (a + b).tanh() * a },
    // One number on two ways, which meet again.
    Both {
        hand: |a, b| {
            let c = a * b;
            c.tanh() + c.exp() + c
        },
        libtorch: |a, b| {
            let c = a * b;
            c.tanh() + c.exp() + c
        },
    },
    // The error of a guess: softplus.
    Both {
        hand: |a, b| a.exp() - a + (b.exp() + a.exp()).ln(),
        libtorch: |a, b| a.exp() - a + (b.exp() + a.exp()).log(),
    },
];

const POINTS: [[f64; 2]; 4] = [[0.5, 1.5], [-1.0, 0.3], [2.0, -0.7], [0.1, 0.1]];

#[test]
fn a_tape_and_libtorch_find_the_same_values_and_gradients() {
    for (number, Both { hand, libtorch }) in FUNCTIONS.iter().enumerate() {
        for point in POINTS {
            let tape = Tape::new();
            let [a, b] = point.map(|x| tape.number(x));
            let result = hand(a, b);
            let gradients = result.backward();

            let [x, y] = point.map(|x| Tensor::from(x).set_requires_grad(true));
            let expected = libtorch(&x, &y);
            expected.backward();
            let close = |hand: f64, tensor: &Tensor| {
                let expected = tensor.double_value(&[]);
                assert!(
                    (hand - expected).abs() < 1e-12 * expected.abs().max(1.0),
                    "function {number} at {point:?}: {hand} by hand, {expected} by libtorch"
                );
            };
            close(result.value(), &expected);
            close(gradients.of(a), &x.grad());
            close(gradients.of(b), &y.grad());
        }
    }
}

#[test]
fn a_tape_agrees_with_small_steps() {
    let value = |function: &Both, [a, b]: [f64; 2]| {
        let tape = Tape::new();
        (function.hand)(tape.number(a), tape.number(b)).value()
    };
    for function in &FUNCTIONS {
        for [a, b] in POINTS {
            let tape = Tape::new();
            let (x, y) = (tape.number(a), tape.number(b));
            let gradients = (function.hand)(x, y).backward();
            let e = 1e-5;
            let by_step = (value(function, [a + e, b])
                - value(function, [a - e, b]))
                / (2.0 * e);
            assert!((gradients.of(x) - by_step).abs() < 1e-7);
        }
    }
}

// ANCHOR: used_twice
#[test]
fn a_number_that_is_used_twice_gets_both_gradients() {
    let tape = Tape::new();
    let x = tape.number(3.0);
    assert_eq!((x * x).backward().of(x), 6.0); // 3 from each side
    assert_eq!((x + x + x).backward().of(x), 3.0);
}
// ANCHOR_END: used_twice

#[test]
fn a_number_without_part_in_the_result_has_the_gradient_zero() {
    let tape = Tape::new();
    let [x, stranger] = [3.0, 4.0].map(|value| tape.number(value));
    let y = x * x;
    let later = y * stranger;
    let gradients = y.backward();
    assert_eq!(gradients.of(stranger), 0.0);
    assert_eq!(gradients.of(later), 0.0);
    assert_eq!(gradients.of(y), 1.0);
}

#[test]
fn two_walks_on_one_tape_do_not_disturb_each_other() {
    let tape = Tape::new();
    let x = tape.number(3.0);
    let y = x * x;
    assert_eq!([y.backward().of(x), y.backward().of(x)], [6.0, 6.0]);
}

#[test]
fn the_squared_error_by_hand() {
    let tape = Tape::new();
    let inputs = [2.0, 3.0, -1.0, 1.0].map(|value| tape.number(value));
    let loss = squared_error(inputs);
    assert_eq!(loss.value(), 16.0); // (2·3 - 1 - 1)²
    let gradients = loss.backward();
    // 2 · 4 times 3, 2, 1 and -1
    assert_eq!(inputs.map(|x| gradients.of(x)), [24.0, 16.0, 8.0, -8.0]);
}

#[test]
fn a_chain_multiplies_its_slopes() {
    for (factor, links) in [(0.9, 100), (1.1, 30), (-2.0, 3), (5.0, 0)] {
        let power = f64::powi(factor, links);
        let slope = slope_of_chain(factor, links as usize);
        assert!((slope - power).abs() < 1e-12 * power.abs(), "{factor}, {links}");
    }
}

#[test]
fn libtorch_adds_gradients_until_they_are_zeroed() {
    assert_eq!(recording::piled_up(), [6.0, 12.0, 6.0]);
}

#[test]
fn nothing_is_recorded_inside_no_grad_and_after_detach() {
    assert_eq!(recording::recorded(), [true, false, false]);
}

#[test]
fn the_training_loop_takes_the_steps_that_paper_takes() {
    let (xs, ys) = ([0f32, 1., 2., 3.], [1f32, 3., 5., 8.]);
    let [x, y] = [xs, ys].map(|list| Tensor::from_slice(&list));
    let (mut w, mut b) = (0.0, 0.0);
    for steps in 0..20 {
        let (found_w, found_b) = recording::fit_line(&x, &y, 0.1, steps);
        assert!((found_w - w).abs() < 1e-5, "{steps}: {found_w}, not {w}");
        assert!((found_b - b).abs() < 1e-5, "{steps}: {found_b}, not {b}");
        let pairs = xs.iter().zip(&ys).map(|(&x, &y)| (f64::from(x), f64::from(y)));
        let errors: Vec<_> = pairs.map(|(x, y)| (x, w * x + b - y)).collect();
        let n = errors.len() as f64;
        w -= 0.1 * errors.iter().map(|(x, e)| 2.0 * e * x / n).sum::<f64>();
        b -= 0.1 * errors.iter().map(|(_, e)| 2.0 * e / n).sum::<f64>();
    }
}

#[test]
fn a_slope_has_the_error_of_its_step_squared() {
    let cube = |x: &Tensor| x * x * x;
    let error = |e: f64| (autograd::numerical_slope(cube, 1.0, e) - 3.0).abs();
    assert!((error(1e-2) - 1e-4).abs() < 1e-8); // ((1+ε)³ - (1-ε)³) / 2ε = 3 + ε²
    assert!((error(1e-1) - 1e-2).abs() < 1e-8);
}

#[test]
fn kinds_keep_what_their_bits_allow() {
    let kept: Vec<_> = kinds::kinds().iter().map(|k| (k.bytes, k.kept)).collect();
    let third = 1.0 / 3.0;
    assert_eq!(kept[0], (8, [third, 257.0, 70_000.0]));
    assert_eq!(kept[1], (4, [f64::from(third as f32), 257.0, 70_000.0]));
    assert_eq!(kept[2], (2, [1365.0 / 4096.0, 257.0, f64::INFINITY]));
    assert_eq!(kept[3], (2, [171.0 / 512.0, 256.0, 70_144.0]));
    assert_eq!(kept[4], (8, [0.0, 257.0, 70_000.0]));
    assert_eq!(kept[5], (1, [1.0, 1.0, 1.0]));
}

#[test]
fn small_steps_are_lost_in_bfloat16() {
    assert!((kinds::thousand_small_steps(Kind::Float) - 2.0).abs() < 1e-3);
    assert_eq!(kinds::thousand_small_steps(Kind::BFloat16), 1.0);
}

#[test]
fn libtorch_refuses_every_mistake_with_a_sentence() {
    for mistake in mistakes::mistakes() {
        assert_ne!(mistake.complaint, "allowed", "{}", mistake.tried);
        assert!(mistake.complaint.len() > 20, "{mistake:?}");
    }
}
