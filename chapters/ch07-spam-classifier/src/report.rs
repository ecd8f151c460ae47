//! What a filter is worth, part by part.

use std::fmt;

use serde_json::{Value, json};

use crate::{Evaluation, Example, SpamFilter, Split};

/// The parts of a [`Split`], encoded for one model.
#[derive(Clone, Debug)]
pub struct Parts {
    /// To learn from
    pub train: Vec<Example>,
    /// To choose with
    pub validation: Vec<Example>,
    /// For the examination
    pub test: Vec<Example>,
    /// What balancing left over
    pub left_out: Vec<Example>,
    /// How many messages were longer than the context and lost their end
    pub truncated: usize,
}

impl Parts {
    /// Encodes a split.
    pub fn new(split: &Split, filter: &SpamFilter) -> Self {
        let parts = [&split.train, &split.validation, &split.test, &split.left_out];
        let [train, validation, test, left_out] =
            parts.map(|messages| filter.encode(messages));
        let truncated = train.1 + validation.1 + test.1 + left_out.1;
        Self {
            train: train.0,
            validation: validation.0,
            test: test.0,
            left_out: left_out.0,
            truncated,
        }
    }
}

/// A filter's loss and mistakes on every part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// On what it learned from
    pub train: Evaluation,
    /// On what the best epoch was chosen with
    pub validation: Evaluation,
    /// On what it never saw: the number that counts
    pub test: Evaluation,
    /// On what balancing left over: never seen either, and of one label
    pub left_out: Evaluation,
}

impl Report {
    /// Judges all parts.
    pub fn new(filter: &SpamFilter, parts: &Parts) -> Self {
        Self {
            train: filter.evaluate(&parts.train),
            validation: filter.evaluate(&parts.validation),
            test: filter.evaluate(&parts.test),
            left_out: filter.evaluate(&parts.left_out),
        }
    }

    fn parts(&self) -> [(&'static str, Evaluation); 3] {
        [
            ("train", self.train),
            ("validation", self.validation),
            ("test", self.test),
        ]
    }

    /// For a program to read.
    pub fn to_json(&self) -> Value {
        let part = |(name, Evaluation { loss, confusion }): (&str, Evaluation)| {
            let value = json!({
                "messages": confusion.total(),
                "loss": loss,
                "accuracy": confusion.accuracy(),
                "precision": confusion.precision(),
                "recall": confusion.recall(),
                "f1": confusion.f1(),
                "confusion": confusion.counts,
            });
            (name.to_string(), value)
        };
        let left_out = ("left_out", self.left_out);
        Value::Object(
            self.parts().into_iter().chain([left_out]).map(part).collect(),
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(
            f,
            "part        messages   loss  accuracy  precision  recall     F1"
        )?;
        for (name, Evaluation { loss, confusion }) in self.parts() {
            let total = confusion.total();
            let [accuracy, precision, recall, f1] = [
                confusion.accuracy(),
                confusion.precision(),
                confusion.recall(),
                confusion.f1(),
            ]
            .map(|share| share * 100.0);
            writeln!(
                f,
                "{name:10}  {total:8}  {loss:5.3}  {accuracy:6.2} %  {precision:7.2} %  \
                 {recall:4.1} %  {f1:4.1} %"
            )?;
        }
        let [ham, spam] = self.test.confusion.counts;
        writeln!(f, "\ntest        called ham  called spam")?;
        writeln!(f, "is ham      {:10}  {:11}", ham[0], ham[1])?;
        writeln!(f, "is spam     {:10}  {:11}", spam[0], spam[1])?;
        let left_out = self.left_out.confusion;
        if left_out.total() > 0 {
            let right = left_out.accuracy() * 100.0;
            let total = left_out.total();
            writeln!(
                f,
                "\nof {total} messages left out, {right:.2} % are judged right"
            )?;
        }
        let precision = self.test.confusion.precision_at(COMMON) * 100.0;
        write!(
            f,
            "\nwhere {:.0} % are spam, the precision is {precision:.1} %",
            COMMON * 100.0
        )
    }
}

/// The share of spam in the SMS Spam Collection: 747 of 5,574.
const COMMON: f64 = 0.134;
