//! The two simplest layers: a matrix with a bias, and a table of rows.

use tch::nn::{Init, Module, Path};
use tch::{Kind, Tensor};

use crate::axes;

/// A linear layer: `y = x W + b`.
///
/// The weight is stored as the formula reads, `(c_in, c_out)`. OpenAI's GPT-2 files
/// store it that way too; PyTorch's own `nn.Linear` keeps the transpose.
#[derive(Debug)]
pub struct Linear {
    /// `(c_in, c_out)`
    pub weight: Tensor,
    /// `(c_out)`
    pub bias: Option<Tensor>,
}

impl Linear {
    /// Registers `weight` and, if `bias`, `bias` under `path`, with PyTorch's
    /// default values.
    ///
    /// Both are drawn from `U(-k, k)` with `k = 1 / sqrt(c_in)`, the weight first
    /// and in PyTorch's order, so that the same seed gives the same layer as
    /// `torch.nn.Linear` on the CPU. (`tch::nn::linear` does not: its bound is 2.45
    /// times larger and it draws the bias first.)
    pub fn new(path: &Path, c_in: i64, c_out: i64, bias: bool) -> Self {
        let bound = 1.0 / (c_in as f64).sqrt();
        let uniform = |shape: &[i64]| {
            Tensor::empty(shape, (Kind::Float, path.device()))
                .uniform_(-bound, bound)
        };
        let weight = path.var_copy("weight", &uniform(&[c_out, c_in]).tr()); // (c_in, c_out)
        let bias = bias.then(|| path.var_copy("bias", &uniform(&[c_out]))); // (c_out)
        Self { weight, bias }
    }

    /// Registers a layer the way GPT-2 starts one: weights from `N(0, std²)`,
    /// biases 0.
    pub fn gaussian(
        path: &Path,
        c_in: i64,
        c_out: i64,
        bias: bool,
        std: f64,
    ) -> Self {
        let weight = path.var(
            "weight",
            &[c_in, c_out],
            Init::Randn { mean: 0.0, stdev: std },
        );
        let bias = bias.then(|| path.var("bias", &[c_out], Init::Const(0.0)));
        Self { weight, bias }
    }
}

// ANCHOR: linear_forward
impl Module for Linear {
    /// # Shapes
    /// - `x`: `(…, c_in)`
    /// - returns `(…, c_out)`
    ///
    /// # Panics
    /// When the last axis of `x` is not `c_in`.
    fn forward(&self, x: &Tensor) -> Tensor {
        let [c_in, _] = axes(&self.weight, "weight: (c_in, c_out)");
        let channels = x.size().last().copied();
        assert_eq!(
            channels,
            Some(c_in),
            "expected x: (…, c_in) with c_in = {c_in}, but its shape is {:?}",
            x.size()
        );
        let product = x.matmul(&self.weight); // (…, c_out)
        match &self.bias {
            Some(bias) => product + bias,
            None => product,
        }
    }
}
// ANCHOR_END: linear_forward

/// A table with one row for each id: `y = W[id]`.
#[derive(Debug)]
pub struct Embedding {
    /// `(v, c)`: row `i` belongs to id `i`
    pub weight: Tensor,
}

impl Embedding {
    /// Registers `weight` under `path`, drawn from `N(0, std²)`. PyTorch's
    /// `nn.Embedding` starts with `std = 1`, GPT-2 with 0.02.
    pub fn new(path: &Path, v: i64, c: i64, std: f64) -> Self {
        Self {
            weight: path.var(
                "weight",
                &[v, c],
                Init::Randn { mean: 0.0, stdev: std },
            ),
        }
    }
}

impl Module for Embedding {
    /// # Shapes
    /// - `ids`: `(…)`, `Int64`, each at least 0 and below `v`
    /// - returns `(…, c)`
    fn forward(&self, ids: &Tensor) -> Tensor {
        Tensor::embedding(&self.weight, ids, -1, false, false)
    }
}

// ANCHOR: one_hot
/// The one-hot form of `ids`: a row of zeros with a 1 in column `id`.
///
/// A lookup is a matrix product in disguise: `W[id] = one_hot(id) W`. The product
/// reads all of `W`; the lookup reads one row.
///
/// # Shapes
/// - `ids`: `(t)`, `Int64`
/// - returns `(t, v)`, f32
pub fn one_hot(ids: &Tensor, v: i64) -> Tensor {
    ids.one_hot(v).to_kind(Kind::Float)
}
// ANCHOR_END: one_hot
