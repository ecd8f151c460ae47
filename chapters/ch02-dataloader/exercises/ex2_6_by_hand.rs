//! Exercise 2.6 (20 points): word vectors without autograd.
//!
//! Dimension key: `k` drawn words, `c` channels.

// ANCHOR: task
/// A pair of neighbours, and words drawn by lot that the pair is told from.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The vector of the word, `c` numbers
    pub word: Vec<f64>,
    /// The vector of its neighbour, `c` numbers
    pub neighbour: Vec<f64>,
    /// The vectors of the drawn words, `k` rows of `c` numbers
    pub drawn: Vec<Vec<f64>>,
}

impl Example {
    /// `−ln σ(w · n) − Σ ln σ(−w · d)`, with `σ(x) = 1 / (1 + e⁻ˣ)`.
    ///
    /// Find a form that is also right where a score is −1000: there `σ` is 0, and its logarithm
    /// minus infinity.
    pub fn loss(&self) -> f64 {
        // ANCHOR_END: task
        // SOLUTION: begin
        // ln(1 + e^x), which is -ln sigma(-x)
        let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        let drawn = self.drawn.iter().map(|drawn| softplus(dot(&self.word, drawn)));
        softplus(-dot(&self.word, &self.neighbour)) + drawn.sum::<f64>()
        // SOLUTION: end
    }
}

// ANCHOR: task_step
impl Example {
    /// Moves all its vectors one step of plain gradient descent: each becomes itself minus `lr`
    /// times the gradient of the loss. All gradients are taken before anything moves.
    pub fn step(&mut self, lr: f64) {
        // ANCHOR_END: task_step
        // SOLUTION: begin
        let word = self.word.clone();
        let mut word_gradient = vec![0.0; word.len()];
        let others = std::iter::once((&mut self.neighbour, 1.0))
            .chain(self.drawn.iter_mut().map(|drawn| (drawn, 0.0)));
        for (other, wanted) in others {
            let surprise = sigmoid(dot(&word, other)) - wanted;
            for (channel, value) in other.iter_mut().enumerate() {
                word_gradient[channel] += surprise * *value;
                *value -= lr * surprise * word[channel];
            }
        }
        for (value, gradient) in self.word.iter_mut().zip(word_gradient) {
            *value -= lr * gradient;
        }
        // SOLUTION: end
    }
}

/// The dot product.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `1 / (1 + e⁻ˣ)`
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

// ANCHOR: tests
#[test]
fn who_knows_nothing_loses_ln_2_for_every_word() {
    let example = Example {
        word: vec![0.0, 0.0],
        neighbour: vec![1.0, 2.0],
        drawn: vec![vec![3.0, 4.0]; 5],
    };
    assert!((example.loss() - 6.0 * 2f64.ln()).abs() < 1e-12);
}

#[test]
fn a_step_by_hand() {
    let mut example = Example {
        word: vec![0.0, 0.0],
        neighbour: vec![1.0, 0.0],
        drawn: vec![vec![0.0, 1.0]],
    };
    example.step(0.1);
    // Every score is 0, so the chances are 1/2 where 1 and 0 would be right.
    assert_eq!(example.word, [0.05, -0.05]);
    assert_eq!(example.neighbour, [1.0, 0.0]); // the word was 0 when the gradients were taken
    assert_eq!(example.drawn, [[0.0, 1.0]]);
}
// ANCHOR_END: tests

// HIDDEN: begin
/// Numbers that look random.
fn numbers(seed: u32, count: usize) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 24) * 2.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn example(seed: u32, k: usize, c: usize) -> Example {
    let drawn = (0..k).map(|i| numbers(seed + 10 + i as u32, c)).collect();
    Example { word: numbers(seed, c), neighbour: numbers(seed + 1, c), drawn }
}

#[test]
fn the_loss_is_that_of_the_chapter() {
    use tch::Tensor;
    let row = |x: &[f64]| Tensor::from_slice(x);
    for seed in 1..5 {
        let example = example(seed, 3, 4);
        let word = row(&example.word);
        let found = word.dot(&row(&example.neighbour)).view([1, 1]);
        let drawn = example.drawn.iter().map(|drawn| word.dot(&row(drawn)));
        let drawn = Tensor::stack(&drawn.collect::<Vec<_>>(), 0).view([1, 3]);
        let wanted = ch02::word_vectors::negative_sampling_loss(&found, &drawn);
        assert!((example.loss() - wanted.double_value(&[])).abs() < 1e-5);
    }
}

#[test]
fn large_scores_break_nothing() {
    let far = |neighbour: f64, drawn: f64| Example {
        word: vec![1.0],
        neighbour: vec![neighbour],
        drawn: vec![vec![drawn]],
    };
    assert!((far(-1000.0, -1000.0).loss() - 1000.0).abs() < 1e-9);
    assert!((far(1000.0, 1000.0).loss() - 1000.0).abs() < 1e-9);
    assert_eq!(far(1000.0, -1000.0).loss(), 0.0);
    let mut worst = far(-1000.0, 1000.0);
    worst.step(0.5);
    assert!(worst.word[0].is_finite());
    assert_eq!((worst.neighbour[0], worst.drawn[0][0]), (-999.5, 999.5));
}

#[test]
fn every_vector_moves_against_its_gradient() {
    // The gradient by differences: move one number a little, and see what the loss does.
    let (before, little, lr) = (example(7, 4, 3), 1e-6, 0.01);
    let mut after = before.clone();
    after.step(lr);
    let check = |name: &str, part: &dyn Fn(&mut Example) -> &mut f64| {
        let moved = |by: f64| {
            let mut other = before.clone();
            *part(&mut other) += by;
            other.loss()
        };
        let gradient = (moved(little) - moved(-little)) / (2.0 * little);
        let step = *part(&mut after.clone()) - *part(&mut before.clone());
        assert!(
            (step + lr * gradient).abs() < 1e-8,
            "{name}: {step} for {gradient}"
        );
    };
    for channel in 0..3 {
        check("word", &|it| &mut it.word[channel]);
        check("neighbour", &|it| &mut it.neighbour[channel]);
        for row in 0..4 {
            check("drawn", &|it| &mut it.drawn[row][channel]);
        }
    }
}

#[test]
fn steps_lower_the_loss_to_nearly_nothing() {
    let mut example = example(3, 5, 8);
    let mut last = example.loss();
    for _ in 0..500 {
        example.step(0.1);
        let loss = example.loss();
        assert!(loss < last);
        last = loss;
    }
    assert!(last < 0.1, "{last}");
}

#[test]
fn nothing_needs_to_be_drawn() {
    let mut example = example(5, 0, 2);
    let before = example.loss();
    example.step(0.1);
    assert!(example.loss() < before);
}
// HIDDEN: end
