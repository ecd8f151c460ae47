//! From ids to vectors.

use ch00::{Embedding, axes};
use tch::nn::{Module, Path};
use tch::{Kind, Tensor};

/// GPT-2's first layer: the vector of the token plus the vector of its position.
///
/// The tables carry the names they have in OpenAI's checkpoint.
#[derive(Debug)]
pub struct InputEmbedding {
    /// Token table, `(v, c)`
    pub wte: Embedding,
    /// Position table, `(positions, c)`
    pub wpe: Embedding,
}

impl InputEmbedding {
    /// Registers `wte` and `wpe` under `path`, both drawn from `N(0, std²)`; GPT-2 takes 0.02.
    pub fn new(path: &Path, v: i64, positions: i64, c: i64, std: f64) -> Self {
        Self {
            wte: Embedding::new(&(path / "wte"), v, c, std),
            wpe: Embedding::new(&(path / "wpe"), positions, c, std),
        }
    }
}

// ANCHOR: embedding_forward
impl Module for InputEmbedding {
    /// # Shapes
    /// - `ids`: `(b, t)`, `Int64`
    /// - returns `(b, t, c)`
    ///
    /// # Panics
    /// When `t` is more than there are positions.
    fn forward(&self, ids: &Tensor) -> Tensor {
        let [_b, t] = axes(ids, "ids: (b, t)");
        let [positions, _c] = axes(&self.wpe.weight, "wpe: (positions, c)");
        assert!(
            t <= positions,
            "t = {t} tokens, but the model has {positions} positions"
        );
        let places = Tensor::arange(t, (Kind::Int64, ids.device())); // (t)
        self.wte.forward(ids) + self.wpe.forward(&places) // (b, t, c) + (t, c)
    }
}
// ANCHOR_END: embedding_forward
