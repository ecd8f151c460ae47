//! SwiGLU: a feed-forward layer whose bend is a gate.
//!
//! Source: Shazeer (2020), "GLU Variants Improve Transformer", arXiv:2002.05202.

use ch00::{Linear, dropout};
use tch::Tensor;
use tch::nn::{Module, ModuleT, Path};

use crate::Gpt2Config;

/// `(SiLU(x W₁) ⊙ x W₂) W₃`, without biases. `SiLU(z) = z · σ(z)` is a curve much like GELU.
#[derive(Debug)]
pub struct SwiGlu {
    gate: Linear, // c -> f
    up: Linear,   // c -> f
    down: Linear, // f -> c
    dropout: f64,
}

impl SwiGlu {
    /// Registers `gate`, `up` and `down` under `path`; `down_std` is what `down` starts with.
    pub fn new(path: &Path, config: &Gpt2Config, down_std: f64) -> Self {
        let (c, f) = (config.n_embd, Self::fair_width(config.n_embd));
        let linear = |name, from, to, std| {
            Linear::gaussian(&(path / name), from, to, false, std)
        };
        Self {
            gate: linear("gate", c, f, config.initializer_range),
            up: linear("up", c, f, config.initializer_range),
            down: linear("down", f, c, down_std),
            dropout: config.resid_pdrop,
        }
    }

    // ANCHOR: fair_width
    /// The width `f` at which three matrices hold as many numbers as GPT-2's two:
    /// `3 c f = 2 c · 4c`, so `f = 8c / 3`, rounded down.
    pub fn fair_width(c: i64) -> i64 {
        8 * c / 3
    }
    // ANCHOR_END: fair_width
}

// ANCHOR: swiglu
impl ModuleT for SwiGlu {
    /// # Shapes
    /// - `x`: `(b, t, c)`
    /// - returns `(b, t, c)`
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        let open = self.gate.forward(x).silu(); // z · σ(z): (b, t, f)
        let gated = open * self.up.forward(x); // (b, t, f)
        dropout(&self.down.forward(&gated), self.dropout, train) // (b, t, c)
    }
}
// ANCHOR_END: swiglu
