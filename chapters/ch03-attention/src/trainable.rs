//! Self-attention with trained matrices: a token asks with one vector, offers itself with a
//! second, and hands over a third.
//!
//! Source: Vaswani et al. (2017), "Attention Is All You Need", section 3.2.1, arXiv:1706.03762.

use ch00::Linear;
use tch::nn::{Module, Path};
use tch::{Kind, Tensor};

/// The sizes and switches of an attention layer.
#[derive(Clone, Copy, Debug)]
pub struct HeadConfig {
    /// Channels that come in
    pub c_in: i64,
    /// Channels that go out; with several heads, those of all heads together
    pub c_out: i64,
    /// Share of the attention weights set to 0 while training, 0 to 1
    pub dropout: f64,
    /// Whether queries, keys and values get a bias (GPT-2: yes)
    pub qkv_bias: bool,
}

impl HeadConfig {
    /// A layer without dropout and without biases.
    pub fn plain(c_in: i64, c_out: i64) -> Self {
        Self { c_in, c_out, dropout: 0.0, qkv_bias: false }
    }
}

// ANCHOR: attend
/// Every token attends to every token: `softmax(Q Kᵀ / √d) V`.
///
/// The division keeps the scores' variance near 1 whatever `d` is; without it softmax puts
/// nearly all weight on one token as `d` grows, and its slope there is nearly 0.
///
/// # Shapes
/// - `q`, `k`, `v`: `(…, t, d)`
/// - returns `(…, t, d)`
fn attend(q: &Tensor, k: &Tensor, v: &Tensor) -> Tensor {
    let d = k.size()[k.dim() - 1];
    let scores = q.matmul(&k.transpose(-2, -1)) / (d as f64).sqrt(); // (…, t, t)
    scores.softmax(-1, scores.kind()).matmul(v)
}
// ANCHOR_END: attend

/// Self-attention with three bare matrices, drawn from `U(0, 1)`.
#[derive(Debug)]
pub struct SelfAttentionV1 {
    w_query: Tensor, // (c_in, c_out)
    w_key: Tensor,   // (c_in, c_out)
    w_value: Tensor, // (c_in, c_out)
}

impl SelfAttentionV1 {
    /// Registers the three matrices under `path`.
    pub fn new(path: &Path, c_in: i64, c_out: i64) -> Self {
        let matrix = |name: &str| {
            let values = Tensor::rand([c_in, c_out], (Kind::Float, path.device()));
            path.var_copy(name, &values)
        };
        Self {
            w_query: matrix("w_query"),
            w_key: matrix("w_key"),
            w_value: matrix("w_value"),
        }
    }

    /// The queries, keys and values of `x`, each `(…, t, c_out)`.
    pub fn qkv(&self, x: &Tensor) -> [Tensor; 3] {
        [&self.w_query, &self.w_key, &self.w_value].map(|w| x.matmul(w))
    }
}

impl Module for SelfAttentionV1 {
    /// # Shapes
    /// - `x`: `(…, t, c_in)`
    /// - returns `(…, t, c_out)`
    fn forward(&self, x: &Tensor) -> Tensor {
        let [q, k, v] = self.qkv(x);
        attend(&q, &k, &v)
    }
}

// ANCHOR: v2
/// Self-attention with three [`Linear`] layers: the same idea, better starting values.
#[derive(Debug)]
pub struct SelfAttentionV2 {
    w_query: Linear,
    w_key: Linear,
    w_value: Linear,
}
// ANCHOR_END: v2

impl SelfAttentionV2 {
    /// Registers the three layers under `path`.
    pub fn new(path: &Path, config: HeadConfig) -> Self {
        let HeadConfig { c_in, c_out, qkv_bias, .. } = config;
        let linear =
            |name: &str| Linear::new(&(path / name), c_in, c_out, qkv_bias);
        Self {
            w_query: linear("w_query"),
            w_key: linear("w_key"),
            w_value: linear("w_value"),
        }
    }

    // ANCHOR: qkv
    /// The queries, keys and values of `x`, each `(…, t, c_out)`.
    pub fn qkv(&self, x: &Tensor) -> [Tensor; 3] {
        [&self.w_query, &self.w_key, &self.w_value].map(|w| w.forward(x))
    }
    // ANCHOR_END: qkv
}

impl Module for SelfAttentionV2 {
    /// # Shapes
    /// - `x`: `(…, t, c_in)`
    /// - returns `(…, t, c_out)`
    fn forward(&self, x: &Tensor) -> Tensor {
        let [q, k, v] = self.qkv(x);
        attend(&q, &k, &v)
    }
}
