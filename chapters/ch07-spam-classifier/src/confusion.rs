//! Counting mistakes.

use serde::Serialize;

/// How often which class was taken for which: `counts[true class][said class]`, 0 for ham and
/// 1 for spam.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// A row for what a message is, a column for what the model says
    pub counts: [[usize; 2]; 2],
}

impl Confusion {
    /// Counts pairs of true class and said class.
    pub fn count(pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut counts = [[0; 2]; 2];
        pairs.into_iter().for_each(|(truth, said)| counts[truth][said] += 1);
        Self { counts }
    }

    /// All messages.
    pub fn total(&self) -> usize {
        self.counts.as_flattened().iter().sum()
    }

    // ANCHOR: measures
    /// How many of all messages are judged right.
    pub fn accuracy(&self) -> f64 {
        let [[ham_as_ham, _], [_, spam_as_spam]] = self.counts;
        share(ham_as_ham + spam_as_spam, self.total())
    }

    /// How many of the messages that are called spam are spam.
    pub fn precision(&self) -> f64 {
        let [[_, ham_as_spam], [_, spam_as_spam]] = self.counts;
        share(spam_as_spam, ham_as_spam + spam_as_spam)
    }

    /// How much of the spam is found.
    pub fn recall(&self) -> f64 {
        let [_, [spam_as_ham, spam_as_spam]] = self.counts;
        share(spam_as_spam, spam_as_ham + spam_as_spam)
    }

    /// The harmonic mean of precision and recall: near the smaller of the two, and 0 for a model
    /// that finds no spam.
    pub fn f1(&self) -> f64 {
        let [[_, ham_as_spam], [spam_as_ham, spam_as_spam]] = self.counts;
        share(2 * spam_as_spam, 2 * spam_as_spam + ham_as_spam + spam_as_ham)
    }
    // ANCHOR_END: measures

    // ANCHOR: base_rate
    /// The precision where another share of all messages is spam: the mistakes among ham and
    /// among spam stay as frequent as they are, but there is more ham to be mistaken in.
    pub fn precision_at(&self, base_rate: f64) -> f64 {
        let [[_, ham_as_spam], _] = self.counts;
        let ham: usize = self.counts[0].iter().sum();
        let found = self.recall() * base_rate;
        let mistaken = share(ham_as_spam, ham) * (1.0 - base_rate);
        if found + mistaken == 0.0 { 0.0 } else { found / (found + mistaken) }
    }
    // ANCHOR_END: base_rate
}

/// `part / whole`, and 0 where there is nothing.
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// What one look at some messages says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Mean cross-entropy; 0.69 for a model that knows nothing of two classes
    pub loss: f64,
    /// The counts
    pub confusion: Confusion,
}
