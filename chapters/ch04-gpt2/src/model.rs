//! The whole model.

use ch00::{Embedding, axes, dropout};
use ch02::InputEmbedding;
use tch::nn::{Init, Module, ModuleT, Path};
use tch::{Device, Tensor};

use crate::{Block, Gpt2Config, Norm, PositionKind};

/// GPT-2: ids in, a score for every possible next token out.
///
/// Source: Radford et al. (2019), "Language Models are Unsupervised Multitask Learners",
/// section 2.3.
#[derive(Debug)]
pub struct Gpt2 {
    embedding: Entrance,
    blocks: Vec<Block>,
    ln_f: Norm,
    lm_head: Option<Tensor>, // (v, c); none when tied: the token table serves
    config: Gpt2Config,
}

// ANCHOR: entrance
/// How ids become vectors.
#[derive(Debug)]
enum Entrance {
    /// GPT-2's: the vectors of token and position, added
    Learned(InputEmbedding),
    /// The token's vector alone: attention turns by positions, of which there are as many
    Rotary(Embedding, i64),
}
// ANCHOR_END: entrance

impl Entrance {
    fn new(path: &Path, config: &Gpt2Config) -> Self {
        let Gpt2Config { vocab_size, n_positions, n_embd, .. } = *config;
        let std = config.initializer_range;
        match config.positions {
            PositionKind::Learned => Self::Learned(InputEmbedding::new(
                path,
                vocab_size,
                n_positions,
                n_embd,
                std,
            )),
            PositionKind::Rotary => {
                let wte = Embedding::new(&(path / "wte"), vocab_size, n_embd, std);
                Self::Rotary(wte, n_positions)
            }
        }
    }

    /// The token table, `(v, c)`.
    fn token_table(&self) -> &Tensor {
        match self {
            Self::Learned(embedding) => &embedding.wte.weight,
            Self::Rotary(wte, _) => &wte.weight,
        }
    }
}

impl Module for Entrance {
    /// # Shapes
    /// - `ids`: `(b, t)`
    /// - returns `(b, t, c)`
    fn forward(&self, ids: &Tensor) -> Tensor {
        match self {
            Self::Learned(embedding) => embedding.forward(ids),
            Self::Rotary(wte, positions) => {
                let [_b, t] = axes(ids, "ids: (b, t)");
                assert!(
                    t <= *positions,
                    "t = {t} tokens, but the model has {positions} positions"
                );
                wte.forward(ids) // (b, t, c)
            }
        }
    }
}

impl Gpt2 {
    /// Registers a model with random weights under `path`, with OpenAI's parameter names.
    ///
    /// # Panics
    /// When `config` is not [valid](Gpt2Config::validate).
    pub fn new(path: &Path, config: &Gpt2Config) -> Self {
        if let Err(error) = config.validate() {
            panic!("{error}");
        }
        let Gpt2Config { vocab_size, n_embd, initializer_range: std, .. } = *config;
        let layers = path / "h";
        let untied = || {
            let init = Init::Randn { mean: 0.0, stdev: std };
            (path / "lm_head").var("weight", &[vocab_size, n_embd], init)
        };
        Self {
            embedding: Entrance::new(path, config),
            blocks: (0..config.n_layer)
                .map(|i| Block::new(&(&layers / i), config))
                .collect(),
            ln_f: Norm::new(
                &(path / "ln_f"),
                config.norm,
                n_embd,
                config.layer_norm_epsilon,
            ),
            lm_head: (!config.tie_word_embeddings).then(untied),
            config: config.clone(),
        }
    }

    /// The sizes and switches it was built with.
    pub fn config(&self) -> &Gpt2Config {
        &self.config
    }

    /// Where its parameters live.
    pub fn device(&self) -> Device {
        self.embedding.token_table().device()
    }

    // ANCHOR: hidden
    /// What the last block hands to the output layer.
    ///
    /// # Shapes
    /// - `ids`: `(b, t)`, `Int64`, `t` at most `n_positions`
    /// - returns `(b, t, c)`
    pub fn hidden(&self, ids: &Tensor, train: bool) -> Tensor {
        let x =
            dropout(&self.embedding.forward(ids), self.config.embd_pdrop, train); // (b, t, c)
        let x = self.blocks.iter().fold(x, |x, block| block.forward_t(&x, train)); // (b, t, c)
        self.ln_f.forward(&x)
    }

    /// Scores every id: the dot product of a vector with each row of the output table.
    ///
    /// # Shapes
    /// - `hidden`: `(…, c)`
    /// - returns `(…, v)`
    pub fn head(&self, hidden: &Tensor) -> Tensor {
        hidden.linear(self.output_table(), None::<&Tensor>)
    }

    /// The table whose rows the head compares with, `(v, c)`: the token table where it is tied.
    pub fn output_table(&self) -> &Tensor {
        self.lm_head.as_ref().unwrap_or(self.embedding.token_table())
    }
    // ANCHOR_END: hidden

    /// The attention weights of every head of block `layer`, which counts from 0.
    ///
    /// # Shapes
    /// - `ids`: `(b, t)`, `Int64`, `t` at most `n_positions`
    /// - returns `(b, h, t, t)`
    ///
    /// # Panics
    /// When there are not so many blocks.
    pub fn attention_weights(&self, ids: &Tensor, layer: usize) -> Tensor {
        let x = self.embedding.forward(ids); // (b, t, c)
        let below = self.blocks[..layer].iter();
        let x = below.fold(x, |x, block| block.forward_t(&x, false)); // (b, t, c)
        self.blocks[layer].weights(&x)
    }

    /// The scores for the token that follows, without those for all earlier places.
    ///
    /// # Shapes
    /// - `ids`: `(b, t)`, `Int64`, `t` at least 1
    /// - returns `(b, v)`
    pub fn next_logits(&self, ids: &Tensor) -> Tensor {
        let [_b, t] = axes(ids, "ids: (b, t)");
        let last = self.hidden(ids, false).select(1, t - 1); // (b, t, c) -> (b, c)
        self.head(&last) // (b, v)
    }
}

impl ModuleT for Gpt2 {
    /// # Shapes
    /// - `ids`: `(b, t)`, `Int64`, `t` at most `n_positions`
    /// - returns `(b, t, v)`: the logits of the token after each place
    ///
    /// # Panics
    /// When `ids` has other axes or more than `n_positions` tokens.
    fn forward_t(&self, ids: &Tensor, train: bool) -> Tensor {
        self.head(&self.hidden(ids, train))
    }
}
