//! From a table of pairs to a GPT in eight stages, each with one part more.
//!
//! The stages are those of Karpathy (2023), "Let's build GPT: from scratch, in code, spelled
//! out", with the settings of the repository garg-aayush/building-from-scratch.

use anyhow::Result;
use ch00::{Embedding, Linear, axes};
use ch03::positions::LearnedPositions;
use ch03::{HeadConfig, MultiHeadWrapper};
use ch04::LayerNorm;
use clap::ValueEnum;
use tch::Tensor;
use tch::nn::{Module, ModuleT, Path, VarStore};

use crate::{Characters, Lesson, Outcome, Schedule};

/// How far up the ladder a model stands. Each stage has all that the ones before it have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Stage {
    /// A table: the logits of the next character, given this one
    Bigram,
    /// One head of attention over vectors of characters and places
    Head,
    /// Four heads, each a quarter as wide
    Heads,
    /// A layer that thinks about what was gathered
    FeedForward,
    /// Three blocks that add to what comes in, and wider thoughts
    Residual,
    /// A norm after each addition, as in 2017
    PostNorm,
    /// A norm before each part, as in GPT-2
    PreNorm,
    /// The same in large: six blocks of 384 channels over 256 characters
    Scaled,
}

/// The sizes of a stage's model and of its training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageConfig {
    /// Channels
    pub c: i64,
    /// Heads
    pub h: i64,
    /// Blocks
    pub n: i64,
    /// Characters in a window
    pub t: i64,
    /// Windows in a batch
    pub batch_size: i64,
    /// Share of values set to 0 while training
    pub dropout: f64,
    /// Learning rate
    pub rate: f64,
}

impl Stage {
    /// The name as it is typed.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |it| it.get_name().into())
    }

    /// The settings with which the source measured it.
    pub fn config(self) -> StageConfig {
        let small = StageConfig {
            c: 32,
            h: if self < Self::Heads { 1 } else { 4 },
            n: if self < Self::Residual { 1 } else { 3 },
            t: 8,
            batch_size: 32,
            dropout: 0.0,
            rate: 1e-3,
        };
        match self {
            Self::Bigram => StageConfig { rate: 4e-3, ..small },
            Self::Scaled => StageConfig {
                c: 384,
                h: 6,
                n: 6,
                t: 256,
                batch_size: 64,
                dropout: 0.2,
                rate: 3e-4,
            },
            _ => small,
        }
    }

    /// The validation loss that the source's README reports.
    pub fn reported(self) -> f64 {
        match self {
            Self::Bigram => 2.47,
            Self::Head => 2.45,
            Self::Heads => 2.38,
            Self::FeedForward => 2.27,
            Self::Residual => 2.20,
            Self::PostNorm => 2.06,
            Self::PreNorm => 2.07,
            Self::Scaled => 1.48,
        }
    }
}

/// A model of any stage.
#[derive(Debug)]
pub struct StageModel {
    tokens: Embedding,
    rest: Option<Rest>,
}

/// What all stages but the first have beside the table.
#[derive(Debug)]
struct Rest {
    positions: LearnedPositions,
    blocks: Vec<StageBlock>,
    norm: Option<LayerNorm>,
    head: Linear,
}

/// Attention and, from some stage on, what belongs to it.
#[derive(Debug)]
struct StageBlock {
    stage: Stage,
    dropout: f64,
    heads: MultiHeadWrapper,
    projection: Option<Linear>,
    wide: Option<Linear>,
    narrow: Option<Linear>,
    norms: Option<[LayerNorm; 2]>,
}

impl StageModel {
    /// Registers a model for an alphabet of `v` characters under `path`, with PyTorch's start
    /// values.
    pub fn new(path: &Path, stage: Stage, v: i64) -> Self {
        let StageConfig { c, n, t, .. } = stage.config();
        if stage == Stage::Bigram {
            return Self {
                tokens: Embedding::new(&(path / "tokens"), v, v, 1.0),
                rest: None,
            };
        }
        let block = |i: i64| StageBlock::new(&(path / "blocks" / i), stage);
        let rest = Rest {
            positions: LearnedPositions::new(&(path / "positions"), t, c, 1.0),
            blocks: (0..n).map(block).collect(),
            norm: (stage >= Stage::PreNorm)
                .then(|| LayerNorm::new(&(path / "norm"), c, 1e-5)),
            head: Linear::new(&(path / "head"), c, v, true),
        };
        let tokens = Embedding::new(&(path / "tokens"), v, c, 1.0);
        Self { tokens, rest: Some(rest) }
    }
}

impl ModuleT for StageModel {
    /// # Shapes
    /// - `ids`: `(b, t)`
    /// - returns `(b, t, v)`
    fn forward_t(&self, ids: &Tensor, train: bool) -> Tensor {
        let x = self.tokens.forward(ids); // (b, t, c); (b, t, v) for the bigram
        let Some(Rest { positions, blocks, norm, head }) = &self.rest else {
            return x;
        };
        let [_b, t] = axes(ids, "ids: (b, t)");
        let mut x = x + positions.first(t); // (b, t, c)
        for block in blocks {
            x = block.forward_t(&x, train);
        }
        head.forward(
            &norm.as_ref().map_or_else(|| x.shallow_clone(), |it| it.forward(&x)),
        )
    }
}

impl StageBlock {
    fn new(path: &Path, stage: Stage) -> Self {
        let StageConfig { c, h, dropout, .. } = stage.config();
        let head = HeadConfig { dropout, ..HeadConfig::plain(c, c / h) };
        let wide = if stage < Stage::Residual { c } else { 4 * c };
        let linear = |from: Stage, name: &str, c_in, c_out| {
            (stage >= from).then(|| Linear::new(&(path / name), c_in, c_out, true))
        };
        Self {
            stage,
            dropout,
            heads: MultiHeadWrapper::new(&(path / "heads"), h, head),
            projection: linear(Stage::Residual, "projection", c, c),
            wide: linear(Stage::FeedForward, "wide", c, wide),
            narrow: linear(Stage::Residual, "narrow", wide, c),
            norms: (stage >= Stage::PostNorm).then(|| {
                [0, 1].map(|i| LayerNorm::new(&(path / "norms" / i), c, 1e-5))
            }),
        }
    }

    /// What attention makes of `x`: `(b, t, c)`, as all shapes here.
    fn attend(&self, x: &Tensor, train: bool) -> Tensor {
        let gathered = self.heads.forward_t(x, train);
        match &self.projection {
            Some(projection) => {
                projection.forward(&gathered).dropout(self.dropout, train)
            }
            None => gathered,
        }
    }

    fn think(&self, x: &Tensor, train: bool) -> Tensor {
        let Some(wide) = &self.wide else { return x.shallow_clone() };
        let thoughts = wide.forward(x).relu();
        match &self.narrow {
            Some(narrow) => narrow.forward(&thoughts).dropout(self.dropout, train),
            None => thoughts,
        }
    }
}

// ANCHOR: ladder_block
impl ModuleT for StageBlock {
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        let attend = |x: &Tensor| self.attend(x, train);
        let think = |x: &Tensor| self.think(x, train);
        match &self.norms {
            // One after the other
            None if self.stage < Stage::Residual => think(&attend(x)),
            // Each adds to what comes in
            None => {
                let x = x + attend(x);
                &x + think(&x)
            }
            // The sum is normed: nothing reaches the end unchanged
            Some([first, second]) if self.stage == Stage::PostNorm => {
                let x = first.forward(&(x + attend(x)));
                second.forward(&(&x + think(&x)))
            }
            // Only what a part looks at is normed: the sum runs through
            Some([first, second]) => {
                let x = x + attend(&first.forward(x));
                &x + think(&second.forward(&x))
            }
        }
    }
}
// ANCHOR_END: ladder_block

/// Trains a model of `stage` for `steps` steps with AdamW, and measures it. `watch` is called
/// after each step. The same seed gives the same outcome.
///
/// # Errors
/// When the loss is not a number any more.
pub fn climb(
    stage: Stage,
    text: &Characters,
    steps: usize,
    seed: i64,
    watch: impl Fn(),
) -> Result<Outcome> {
    tch::manual_seed(seed);
    let StageConfig { t, batch_size, rate, .. } = stage.config();
    let mut variables = VarStore::new(text.device());
    let model = StageModel::new(&variables.root(), stage, text.v());
    let schedule = Schedule::constant(rate, i64::try_from(steps)?);
    let lesson = Lesson { t, batch_size, schedule, measured: 200 };
    lesson.teach(&mut variables, &model, text, watch)
}
