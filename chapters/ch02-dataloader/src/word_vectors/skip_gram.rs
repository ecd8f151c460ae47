//! Learning word vectors: skip-gram with negative sampling.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use tch::nn::{Adam, Init, OptimizerConfig, Path, VarStore};
use tch::{Device, Kind, Tensor};

use super::{Corpus, WordVectors};

/// Two tables: a word's vector when it is asked about, and its vector as a neighbour.
#[derive(Debug)]
pub struct SkipGram {
    /// The vectors that are kept, `(v, c)`
    pub words: Tensor,
    /// The vectors of neighbours, `(v, c)`
    pub neighbours: Tensor,
}

impl SkipGram {
    /// Registers both tables under `path`. As in Mikolov's program the words start small and at
    /// random, the neighbours at 0.
    pub fn new(path: &Path, v: i64, c: i64) -> Self {
        let bound = 0.5 / c as f64;
        Self {
            words: path.var(
                "words",
                &[v, c],
                Init::Uniform { lo: -bound, up: bound },
            ),
            neighbours: path.var("neighbours", &[v, c], Init::Const(0.0)),
        }
    }
}

// ANCHOR: scores
impl SkipGram {
    /// How well words and neighbours go together: the dot product of their vectors.
    ///
    /// `index_select` is a lookup, as in an embedding. On a CPU libtorch adds up its gradient many
    /// times as fast.
    ///
    /// # Shapes
    /// - `words`: `(n)`, `Int64`
    /// - `neighbours`: `(n, k)`, `Int64`
    /// - returns `(n, k)`
    pub fn scores(&self, words: &Tensor, neighbours: &Tensor) -> Tensor {
        let [n, k] = ch00::axes(neighbours, "neighbours: (n, k)");
        let words = self.words.index_select(0, words).unsqueeze(-1); // (n, c, 1)
        let neighbours =
            self.neighbours.index_select(0, &neighbours.flatten(0, -1));
        neighbours.view([n, k, -1]).matmul(&words).squeeze_dim(-1) // (n, k)
    }
}
// ANCHOR_END: scores

// ANCHOR: loss
/// How badly true neighbours are told from drawn ones: `−ln σ(true) − Σ ln σ(−drawn)`, averaged over
/// the pairs. Equation 4 of Mikolov et al. 2013, with the sign turned.
///
/// # Shapes
/// - `neighbours`: `(n, 1)`, the scores of the true ones
/// - `drawn`: `(n, k)`
/// - returns `()`
pub fn negative_sampling_loss(neighbours: &Tensor, drawn: &Tensor) -> Tensor {
    let found = neighbours.log_sigmoid().sum_dim_intlist(-1, false, Kind::Float); // (n)
    let refused = (-drawn).log_sigmoid().sum_dim_intlist(-1, false, Kind::Float); // (n)
    -(found + refused).mean(Kind::Float)
}
// ANCHOR_END: loss

/// How word vectors are learned.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOptions {
    /// Channels of a vector, `c`
    pub channels: i64,
    /// Words drawn by lot for each neighbour, `k`
    pub negatives: i64,
    /// How often the text is gone through
    pub epochs: u64,
    /// Pairs in a batch, `n`
    pub batch_size: usize,
    /// Peak of Adam's learning rate; it falls to 0 in a straight line
    pub lr: f64,
    /// Seed of everything that is random
    pub seed: u64,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            channels: 64,
            negatives: 5,
            epochs: 5,
            batch_size: 4096,
            lr: 0.01,
            seed: 0,
        }
    }
}

// ANCHOR: train
/// Learns the vectors of a corpus on the CPU. `progress` is told the share that is done, from 0 to
/// 1, and the loss of the batch.
///
/// Words to refuse are drawn by how often they occur, to the power of 3/4: rare ones get a little
/// more often their turn than in the text.
pub fn train(
    corpus: &Corpus,
    options: &TrainOptions,
    mut progress: impl FnMut(f64, f64),
) -> WordVectors {
    tch::manual_seed(options.seed as i64);
    let mut random = ChaCha8Rng::seed_from_u64(options.seed);
    let variables = VarStore::new(Device::Cpu);
    let v = corpus.words().len() as i64;
    let model = SkipGram::new(&variables.root(), v, options.channels);
    let mut optimizer = Adam::default()
        .build(&variables, options.lr)
        .expect("f32 tables on the CPU");
    let counts: Vec<f32> = corpus.counts().iter().map(|&n| n as f32).collect();
    let lots = Tensor::from_slice(&counts).pow_tensor_scalar(0.75); // (v)

    for epoch in 0..options.epochs {
        let mut pairs = corpus.pairs(&mut random);
        pairs.shuffle(&mut random);
        for (step, batch) in pairs.chunks(options.batch_size).enumerate() {
            let within =
                step as f64 * options.batch_size as f64 / pairs.len() as f64;
            let done = (epoch as f64 + within) / options.epochs as f64;
            optimizer.set_lr(options.lr * (1.0 - done));
            let loss = batch_loss(&model, batch, &lots, options.negatives);
            optimizer.backward_step(&loss);
            progress(done, loss.double_value(&[]));
        }
    }
    WordVectors::new(corpus.words().to_vec(), model.words.detach().copy())
}
// ANCHOR_END: train

fn batch_loss(
    model: &SkipGram,
    batch: &[(u32, u32)],
    lots: &Tensor,
    k: i64,
) -> Tensor {
    let (words, neighbours): (Vec<i64>, Vec<i64>) = batch
        .iter()
        .map(|&(word, near)| (i64::from(word), i64::from(near)))
        .unzip();
    let n = batch.len() as i64;
    let words = Tensor::from_slice(&words); // (n)
    let neighbours = Tensor::from_slice(&neighbours).unsqueeze(-1); // (n, 1)
    let drawn = lots.multinomial(n * k, true).view([n, k]); // (n, k)
    let scores = model.scores(&words, &Tensor::cat(&[neighbours, drawn], -1)); // (n, 1 + k)
    negative_sampling_loss(&scores.narrow(-1, 0, 1), &scores.narrow(-1, 1, k))
}
