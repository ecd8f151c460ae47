//! Exercise 5.8 (15 points): a bug hunt. The loop that watches badly.

use std::cell::{Cell, RefCell};

/// A model that can be trained, measured and heard.
pub trait Student {
    /// Takes one step and returns the loss of its batch
    fn learn(&mut self) -> f64;
    /// The loss on text that it never learns from; with dropout if `train`
    fn measure(&self, train: bool) -> f64;
    /// A few words of its own; with dropout if `train`
    fn write(&self, train: bool) -> String;
}

/// A published notebook watches its training like this. It promises a sample after each
/// epoch and a loss that can be trusted; the text beside it even says so.
fn watch_wrongly(
    student: &mut impl Student,
    steps: usize,
    every: usize,
) -> Vec<Line> {
    let mut report = Vec::new();
    for step in 0..steps {
        let train_loss = student.learn();
        if step % every == 0 {
            let validation_loss = student.measure(true);
            let sample = String::new();
            report.push(Line { step, train_loss, validation_loss, sample });
        }
    }
    if let Some(last) = report.last_mut() {
        last.sample = student.write(true);
    }
    report
}

// ANCHOR: task
/// What one look at the training says.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Steps done so far
    pub step: usize,
    /// Mean loss of the batches since the line before
    pub train_loss: f64,
    /// Loss on text that is kept apart
    pub validation_loss: f64,
    /// What the model writes now
    pub sample: String,
}

/// Lets `student` learn for `steps` steps. Looks at it after every `every` steps, and
/// after the last one, but never twice at the same place.
///
/// Dropout is for learning alone, and so are gradients: whatever is measured or written,
/// libtorch keeps nothing for a `backward` that never comes.
pub fn watch(student: &mut impl Student, steps: usize, every: usize) -> Vec<Line> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let (mut lines, mut losses) = (Vec::new(), Vec::new());
    for done in 1..=steps {
        losses.push(student.learn());
        if done % every == 0 || done == steps {
            let _no_grad = tch::no_grad_guard();
            lines.push(Line {
                step: done,
                train_loss: losses.iter().sum::<f64>() / losses.len() as f64,
                validation_loss: student.measure(false),
                sample: student.write(false),
            });
            losses.clear();
        }
    }
    lines
    // SOLUTION: end
}

/// A student whose numbers tell what was done with it.
#[derive(Default)]
struct Pupil {
    steps: usize,
    learned_without_gradients: usize,
    calls: RefCell<Vec<String>>,
    kept_a_graph: Cell<bool>,
}

/// Whether a product of something that requires a gradient would be kept for `backward`.
fn gradients_are_on() -> bool {
    let x = tch::Tensor::from(1f32).set_requires_grad(true);
    (&x * 2.0).requires_grad()
}

impl Pupil {
    fn called(&self, what: &str, train: bool) {
        let dropout = if train { " with dropout" } else { "" };
        let call = format!("{what} after {}{dropout}", self.steps);
        self.calls.borrow_mut().push(call);
        self.kept_a_graph.set(self.kept_a_graph.get() | gradients_are_on());
    }
}

impl Student for Pupil {
    fn learn(&mut self) -> f64 {
        self.steps += 1;
        self.learned_without_gradients += usize::from(!gradients_are_on());
        100.0 - self.steps as f64
    }

    fn measure(&self, train: bool) -> f64 {
        self.called("measured", train);
        200.0 - self.steps as f64
    }

    fn write(&self, train: bool) -> String {
        self.called("written", train);
        format!("I know {} things", self.steps)
    }
}

// ANCHOR: tests
#[test]
fn the_faulty_loop_hears_its_model_only_once() {
    let (mut pupil, mut other) = (Pupil::default(), Pupil::default());
    let heard = |lines: &[Line]| {
        lines.iter().filter(|line| !line.sample.is_empty()).count()
    };
    assert_eq!(heard(&watch_wrongly(&mut pupil, 6, 2)), 1);
    assert_eq!(heard(&watch(&mut other, 6, 2)), 3);
}

#[test]
fn two_lines_by_hand() {
    let mut pupil = Pupil::default();
    let line = |step, train_loss, validation_loss, sample: &str| Line {
        step,
        train_loss,
        validation_loss,
        sample: sample.into(),
    };
    let by_hand = [
        line(2, 98.5, 198.0, "I know 2 things"), // (99 + 98) / 2
        line(4, 96.5, 196.0, "I know 4 things"), // (97 + 96) / 2
    ];
    assert_eq!(watch(&mut pupil, 4, 2), by_hand);
}

#[test]
fn nothing_is_dropped_while_it_is_measured_or_heard() {
    let mut pupil = Pupil::default();
    watch(&mut pupil, 6, 2);
    let calls = pupil.calls.into_inner();
    assert!(!calls.iter().any(|call| call.contains("dropout")), "{calls:?}");
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn the_last_step_is_looked_at_even_where_the_count_does_not_fit() {
    let mut pupil = Pupil::default();
    let lines = watch(&mut pupil, 7, 3);
    let steps: Vec<usize> = lines.iter().map(|line| line.step).collect();
    assert_eq!(steps, [3, 6, 7]);
    assert_eq!(lines[2].train_loss, 93.0, "one batch since step 6");
    assert_eq!(pupil.steps, 7);
}

#[test]
fn it_looks_once_at_each_place_and_no_more() {
    let mut pupil = Pupil::default();
    watch(&mut pupil, 4, 2);
    let mut calls = pupil.calls.into_inner();
    calls.sort();
    let wanted = [
        "measured after 2",
        "measured after 4",
        "written after 2",
        "written after 4",
    ];
    assert_eq!(calls, wanted);
}

#[test]
fn gradients_are_kept_for_learning_and_for_nothing_else() {
    let mut pupil = Pupil::default();
    watch(&mut pupil, 6, 2);
    assert!(!pupil.kept_a_graph.get(), "a graph was kept that nobody needs");
    assert_eq!(pupil.learned_without_gradients, 0, "it can't learn without");
    assert!(gradients_are_on(), "the caller may need gradients");
}

#[test]
fn looking_at_every_step_and_only_at_the_end() {
    let every_step = watch(&mut Pupil::default(), 3, 1);
    let losses: Vec<f64> = every_step.iter().map(|line| line.train_loss).collect();
    assert_eq!(losses, [99.0, 98.0, 97.0]);
    let at_the_end = watch(&mut Pupil::default(), 3, 100);
    assert_eq!(at_the_end.len(), 1);
    assert_eq!((at_the_end[0].step, at_the_end[0].train_loss), (3, 98.0));
}

#[test]
fn no_steps_have_nothing_to_say() {
    assert!(watch(&mut Pupil::default(), 0, 5).is_empty());
}
// HIDDEN: end
