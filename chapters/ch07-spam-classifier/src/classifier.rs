//! GPT-2 with another head.

use ch00::axes;
use ch04::{Gpt2, Gpt2Config};
use tch::nn::{Init, Path};
use tch::{Kind, Reduction, Tensor};

use crate::Batch;

/// The target that stands for padding: there is nothing to guess.
const IGNORE: i64 = -100;

/// Ham is 0, spam is 1.
pub const CLASSES: [&str; 2] = ["ham", "spam"];

// ANCHOR: classifier
/// GPT-2 whose output layer is a table of two rows, ham and spam, instead of one for each token.
///
/// Parameters are named as in Hugging Face's `GPT2ForSequenceClassification`: the model under
/// `transformer`, the head `score.weight` without a bias.
#[derive(Debug)]
pub struct Classifier {
    transformer: Gpt2,
    score: Tensor, // (2, c)
}
// ANCHOR_END: classifier

impl Classifier {
    /// Registers a classifier with random weights under `path`.
    ///
    /// # Panics
    /// When `config` is not [valid](Gpt2Config::validate).
    pub fn new(path: &Path, config: &Gpt2Config) -> Self {
        let init = Init::Randn { mean: 0.0, stdev: config.initializer_range };
        let shape = [CLASSES.len() as i64, config.n_embd];
        Self {
            transformer: Gpt2::new(&(path / "transformer"), config),
            score: (path / "score").var("weight", &shape, init),
        }
    }

    /// The sizes and switches of the model inside.
    pub fn config(&self) -> &Gpt2Config {
        self.transformer.config()
    }

    // ANCHOR: logits
    /// Scores both classes for each text.
    ///
    /// # Shapes
    /// - `ids`: `(b, t)`, `Int64`, padding behind the real tokens
    /// - `lengths`: `(b)`, `Int64`, the real tokens of each text, from 1 to `t`
    /// - returns `(b, 2)`, f32
    pub fn logits(&self, ids: &Tensor, lengths: &Tensor, train: bool) -> Tensor {
        self.score(&self.transformer.hidden(ids, train), lengths)
    }

    /// As [`logits`](Self::logits), from what the last block hands on.
    fn score(&self, hidden: &Tensor, lengths: &Tensor) -> Tensor {
        let last = last_real(hidden, lengths).to_kind(Kind::Float); // (b, c)
        last.linear(&self.score.to_kind(Kind::Float), None::<&Tensor>) // (b, 2)
    }
    // ANCHOR_END: logits

    // ANCHOR: losses
    /// Two losses from one pass while training: how wrong the class is, and how surprising each
    /// real token was after those before it.
    ///
    /// Source: Radford et al. (2018), "Improving Language Understanding by Generative
    /// Pre-Training", section 3.2.
    pub fn losses(&self, batch: &Batch) -> Losses {
        let hidden = self.transformer.hidden(&batch.ids, true); // (b, t, c)
        let logits = self.score(&hidden, &batch.lengths); // (b, 2)
        let class = logits.cross_entropy_for_logits(&batch.classes);

        let [b, t, c] = axes(&hidden, "hidden: (b, t, c)");
        let before = hidden.narrow(1, 0, t - 1).reshape([b * (t - 1), c]); // all but the last place
        let scores = self.transformer.head(&before).to_kind(Kind::Float); // (b (t - 1), v)
        let next = Tensor::arange_start(1, t, (Kind::Int64, hidden.device())); // (t - 1)
        let padding = next.greater_equal_tensor(&batch.lengths.unsqueeze(-1)); // (b, t - 1)
        let targets = batch.ids.narrow(1, 1, t - 1).masked_fill(&padding, IGNORE); // (b, t - 1)
        let sum = scores.cross_entropy_loss::<Tensor>(
            &targets.flatten(0, 1),
            None,
            Reduction::Sum,
            IGNORE,
            0.0,
        );
        let count = (&batch.lengths - 1).sum(Kind::Int64).clamp_min(1); // texts of one token: 0 / 1
        Losses { logits, class, language: sum / count }
    }
    // ANCHOR_END: losses
}

/// What [`Classifier::losses`] finds in a batch.
#[derive(Debug)]
pub struct Losses {
    /// `(b, 2)`: the scores of both classes
    pub logits: Tensor,
    /// `()`: mean cross-entropy of the classes
    pub class: Tensor,
    /// `()`: mean cross-entropy of the next tokens, padding left out
    pub language: Tensor,
}

// ANCHOR: last_real
/// The vectors at the last real token of each text.
///
/// # Shapes
/// - `hidden`: `(b, t, c)`
/// - `lengths`: `(b)`, `Int64`, from 1 to `t`
/// - returns `(b, c)`
pub fn last_real(hidden: &Tensor, lengths: &Tensor) -> Tensor {
    let [b, _t, c] = axes(hidden, "hidden: (b, t, c)");
    let last = (lengths - 1).view([b, 1, 1]).expand([b, 1, c], false); // (b, 1, c)
    hidden.gather(1, &last, false).squeeze_dim(1) // (b, c)
}
// ANCHOR_END: last_real
