//! Autograd by hand, on single numbers.
//!
//! A [`Tape`] records every operation as it happens. Each entry knows its value, which earlier
//! entries it was made from, and its *local slope* for each of these: how fast it moves when
//! that one input moves. [`Scalar::backward`] reads the tape from the end to the beginning and
//! multiplies the slopes along the way (the chain rule).
//!
//! libtorch does the same with tensors in place of single numbers. The idea to teach it on
//! single numbers is Andrej Karpathy's (micrograd, 2020); this is another program.

use std::cell::RefCell;
use std::fmt;
use std::ops::{Add, Mul, Neg, Sub};

// ANCHOR: tape
/// A record of all operations, in the order in which they happened.
#[derive(Default)]
pub struct Tape {
    steps: RefCell<Vec<Step>>,
}

/// One operation and its result.
struct Step {
    operation: &'static str,
    value: f64,
    /// The entries that went in, and the local slope of the result for each.
    inputs: Vec<(usize, f64)>,
}

/// A number on a tape. It may be copied freely: it is only a place on the tape.
#[derive(Clone, Copy)]
pub struct Scalar<'t> {
    tape: &'t Tape,
    place: usize,
}
// ANCHOR_END: tape

/// How fast one result moves with each number on the tape.
pub struct Gradients(Vec<f64>);

impl Tape {
    /// An empty tape.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a number on the tape that was made from nothing else.
    pub fn number(&self, value: f64) -> Scalar<'_> {
        self.push("number", value, vec![])
    }

    fn push(
        &self,
        operation: &'static str,
        value: f64,
        inputs: Vec<(usize, f64)>,
    ) -> Scalar<'_> {
        let mut steps = self.steps.borrow_mut();
        steps.push(Step { operation, value, inputs });
        Scalar { tape: self, place: steps.len() - 1 }
    }
}

impl<'t> Scalar<'t> {
    /// The number itself.
    pub fn value(self) -> f64 {
        self.tape.steps.borrow()[self.place].value
    }

    /// Its place on the tape, counted from 0.
    pub fn place(self) -> usize {
        self.place
    }

    /// `eˣ`, which is its own slope.
    pub fn exp(self) -> Self {
        let y = self.value().exp();
        self.tape.push("exp", y, vec![(self.place, y)])
    }

    /// `ln x`, with the slope `1/x`.
    pub fn ln(self) -> Self {
        let x = self.value();
        self.tape.push("ln", x.ln(), vec![(self.place, 1.0 / x)])
    }

    /// `tanh x`, with the slope `1 - tanh² x`.
    pub fn tanh(self) -> Self {
        let y = self.value().tanh();
        self.tape.push("tanh", y, vec![(self.place, 1.0 - y * y)])
    }

    // ANCHOR: backward
    /// Walks the tape backwards from this number, and finds how fast it moves with
    /// each number before it.
    pub fn backward(self) -> Gradients {
        let steps = self.tape.steps.borrow();
        let mut gradients = vec![0.0; steps.len()];
        gradients[self.place] = 1.0; // it moves exactly as fast as itself
        for place in (0..=self.place).rev() {
            for &(input, slope) in &steps[place].inputs {
                // Added, not set: what was used twice has two ways to the end.
                gradients[input] += slope * gradients[place];
            }
        }
        Gradients(gradients)
    }
    // ANCHOR_END: backward
}

impl Gradients {
    /// How fast the result moves with `x`; 0 if `x` had no part in it.
    pub fn of(&self, x: Scalar) -> f64 {
        self.0[x.place]
    }
}

// ANCHOR: operations
impl Add for Scalar<'_> {
    type Output = Self;

    /// `a + b` moves as fast as `a`, and as fast as `b`.
    fn add(self, other: Self) -> Self {
        let inputs = vec![(self.place, 1.0), (other.place, 1.0)];
        self.tape.push("+", self.value() + other.value(), inputs)
    }
}

impl Mul for Scalar<'_> {
    type Output = Self;

    /// `a · b` moves `b` times as fast as `a`, and `a` times as fast as `b`.
    fn mul(self, other: Self) -> Self {
        let (a, b) = (self.value(), other.value());
        self.tape.push("×", a * b, vec![(self.place, b), (other.place, a)])
    }
}
// ANCHOR_END: operations

impl Sub for Scalar<'_> {
    type Output = Self;

    /// `a - b` moves as fast as `a`, and against `b`.
    fn sub(self, other: Self) -> Self {
        let inputs = vec![(self.place, 1.0), (other.place, -1.0)];
        self.tape.push("-", self.value() - other.value(), inputs)
    }
}

impl Neg for Scalar<'_> {
    type Output = Self;

    /// `-a` moves against `a`.
    fn neg(self) -> Self {
        self.tape.push("neg", -self.value(), vec![(self.place, -1.0)])
    }
}

/// The tape as a table: what each entry is, what it was made from, and its local
/// slopes.
impl fmt::Display for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "place  operation  value  made from (local slope)")?;
        for (place, step) in self.steps.borrow().iter().enumerate() {
            let Step { operation, value, inputs } = step;
            let inputs: Vec<_> = inputs
                .iter()
                .map(|(input, slope)| format!("{input} ({slope})"))
                .collect();
            let line = format!(
                "{place:>5}  {operation:<9}  {value:>5}  {}",
                inputs.join("  ")
            );
            write!(f, "\n{}", line.trim_end())?;
        }
        Ok(())
    }
}

// ANCHOR: neuron
/// The squared error of the smallest of all models: `(w x + b - y)²`.
///
/// The error is used twice, once for each side of its square.
pub fn squared_error<'t>([w, x, b, y]: [Scalar<'t>; 4]) -> Scalar<'t> {
    let error = w * x + b - y;
    error * error
}
// ANCHOR_END: neuron

/// How fast the end of a chain moves with its beginning, when every link multiplies
/// by `factor`: `factor` to the power of the number of links.
pub fn slope_of_chain(factor: f64, links: usize) -> f64 {
    let tape = Tape::new();
    let (start, factor) = (tape.number(1.0), tape.number(factor));
    let end = (0..links).fold(start, |x, _| x * factor);
    end.backward().of(start)
}
