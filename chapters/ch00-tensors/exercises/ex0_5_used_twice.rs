//! Exercise 0.5 (15 points): a bug hunt. Used twice, counted once.

use tch::Tensor;

/// One operation of a record, with the places of the operations that it was made
/// from.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// A number that was made from nothing.
    Number(f64),
    /// A sum.
    Add(usize, usize),
    /// A product.
    Multiply(usize, usize),
    /// A power of e.
    Exp(usize),
}

/// The values of a record, one for each step.
fn values(record: &[Step]) -> Vec<f64> {
    let mut values = Vec::new();
    for step in record {
        values.push(match *step {
            Step::Number(x) => x,
            Step::Add(a, b) => values[a] + values[b],
            Step::Multiply(a, b) => values[a] * values[b],
            Step::Exp(a) => f64::exp(values[a]),
        });
    }
    values
}

/// How fast the last value moves with each one. It is wrong for some records.
fn gradients_wrongly(record: &[Step]) -> Vec<f64> {
    let values = values(record);
    let mut gradients = vec![0.0; record.len()];
    gradients[record.len() - 1] = 1.0;
    for (place, step) in record.iter().enumerate().rev() {
        let here = gradients[place];
        match *step {
            Step::Number(_) => {}
            Step::Add(a, b) => (gradients[a], gradients[b]) = (here, here),
            Step::Multiply(a, b) => {
                (gradients[a], gradients[b]) = (here * values[b], here * values[a]);
            }
            Step::Exp(a) => gradients[a] = here * values[place],
        }
    }
    gradients
}

// ANCHOR: task
/// A record in which no step names the same place twice, and for which
/// `gradients_wrongly` still finds a wrong gradient.
pub fn witness() -> Vec<Step> {
    // ANCHOR_END: task
    // SOLUTION: begin
    // x · (x + y): x is used by the sum and by the product.
    let [x, y] = [Step::Number(2.0), Step::Number(3.0)];
    vec![x, y, Step::Add(0, 1), Step::Multiply(0, 2)]
    // SOLUTION: end
}

// ANCHOR: task_gradients
/// How fast the last value moves with each value of the record, the last one
/// included.
///
/// A step may name any earlier places, also the same one twice. A value that the
/// last one does not depend on has the gradient 0.
pub fn gradients(record: &[Step]) -> Vec<f64> {
    // ANCHOR_END: task_gradients
    // SOLUTION: begin
    let y = values(record);
    let mut sums = vec![0.0; record.len()];
    if let Some(last) = sums.last_mut() {
        *last = 1.0;
    }
    for here in (0..record.len()).rev() {
        let sum: f64 = sums[here];
        // Who gets how much; the same place may get twice.
        let shares = match record[here] {
            Step::Number(..) => vec![],
            Step::Add(a, b) => vec![(a, sum), (b, sum)],
            Step::Multiply(a, b) => vec![(a, sum * y[b]), (b, sum * y[a])],
            Step::Exp(a) => vec![(a, sum * y[here])],
        };
        for (input, share) in shares {
            sums[input] += share;
        }
    }
    sums
    // SOLUTION: end
}

/// The gradients by libtorch: every value is a tensor that keeps its gradient.
fn by_libtorch(record: &[Step]) -> Vec<f64> {
    // A zero of its own makes every value a number whose gradient is kept.
    let nudges: Vec<Tensor> =
        record.iter().map(|_| Tensor::from(0.0).set_requires_grad(true)).collect();
    let mut made: Vec<Tensor> = Vec::new();
    for (step, nudge) in record.iter().zip(&nudges) {
        let value = match *step {
            Step::Number(x) => Tensor::from(x),
            Step::Add(a, b) => &made[a] + &made[b],
            Step::Multiply(a, b) => &made[a] * &made[b],
            Step::Exp(a) => made[a].exp(),
        };
        made.push(value + nudge);
    }
    made.last().expect("a record has steps").backward();
    let gradient = |nudge: &Tensor| {
        let gradient = nudge.grad();
        if gradient.defined() { gradient.double_value(&[]) } else { 0.0 }
    };
    nudges.iter().map(gradient).collect()
}

/// Whether two lists of gradients agree, but for rounding.
fn agree(one: &[f64], other: &[f64]) -> bool {
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
    one.len() == other.len() && one.iter().zip(other).all(close)
}

// ANCHOR: tests
#[test]
fn a_square() {
    let record = [Step::Number(3.0), Step::Multiply(0, 0)];
    assert_eq!(gradients(&record), [6.0, 1.0]);
}

#[test]
fn where_nothing_is_used_twice_the_faulty_version_is_right() {
    let [x, y] = [Step::Number(2.0), Step::Number(-1.0)];
    let record = [x, y, Step::Multiply(0, 1), Step::Exp(2)];
    assert!(agree(&gradients_wrongly(&record), &by_libtorch(&record)));
    assert!(agree(&gradients(&record), &by_libtorch(&record)));
}

#[test]
fn the_witness_shows_the_fault() {
    let record = witness();
    assert!(!agree(&gradients_wrongly(&record), &by_libtorch(&record)));
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn no_step_of_the_witness_names_a_place_twice() {
    for step in witness() {
        if let Step::Add(a, b) | Step::Multiply(a, b) = step {
            assert_ne!(a, b, "{step:?}");
        }
    }
}

#[test]
fn long_records_agree_with_libtorch() {
    let mut state = 7u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % n
    };
    for _ in 0..100 {
        let mut record =
            vec![Step::Number(0.5), Step::Number(-1.25), Step::Number(0.75)];
        for _ in 0..6 {
            let [a, b] = [below(record.len()), below(record.len())];
            record.push(match below(5) {
                0 | 1 => Step::Add(a, b),
                2 | 3 => Step::Multiply(a, b),
                _ => Step::Multiply(a, 0),
            });
        }
        record.push(Step::Exp(below(3)));
        record.push(Step::Multiply(record.len() - 1, record.len() - 2));
        let (found, wanted) = (gradients(&record), by_libtorch(&record));
        assert!(agree(&found, &wanted), "{record:?}: {found:?}, not {wanted:?}");
    }
}

#[test]
fn a_value_without_part_in_the_last_one_has_gradient_zero() {
    let [x, y] = [Step::Number(2.0), Step::Number(3.0)];
    assert_eq!(gradients(&[x, y, Step::Add(0, 0)]), [2.0, 0.0, 1.0]);
    assert_eq!(gradients(&[x]), [1.0]);
}

#[test]
fn sums_and_powers_of_e_are_added_up_too() {
    let x = Step::Number(0.5);
    assert_eq!(gradients(&[x, Step::Add(0, 0), Step::Add(1, 0)])[0], 3.0);
    let record = [x, Step::Exp(0), Step::Exp(0), Step::Add(1, 2)];
    assert!((gradients(&record)[0] - 2.0 * f64::exp(0.5)).abs() < 1e-12);
    let record = [x, Step::Exp(0), Step::Add(0, 1)];
    assert!((gradients(&record)[0] - (1.0 + f64::exp(0.5))).abs() < 1e-12);
}
// HIDDEN: end
