//! SwiGLU: a feed-forward layer whose bend is a gate.
//!
//! Source: Shazeer (2020), "GLU Variants Improve Transformer", arXiv:2002.05202.

use ch00::Linear;
use tch::Tensor;
use tch::nn::{Module, Path};

/// `(SiLU(x W₁) ⊙ x W₂) W₃`, without biases. `SiLU(z) = z · σ(z)` is a curve much like GELU.
#[derive(Debug)]
pub struct SwiGlu {
    gate: Linear, // c -> f
    up: Linear,   // c -> f
    down: Linear, // f -> c
}

impl SwiGlu {
    /// Registers `gate`, `up` and `down` under `path`; their weights start from `N(0, std²)`.
    pub fn new(path: &Path, c: i64, f: i64, std: f64) -> Self {
        let linear =
            |name, from, to| Linear::gaussian(&(path / name), from, to, false, std);
        Self {
            gate: linear("gate", c, f),
            up: linear("up", c, f),
            down: linear("down", f, c),
        }
    }

    /// The width `f` at which three matrices hold as many numbers as GPT-2's two:
    /// `3 c f = 2 c · 4c`, so `f = 8c / 3`, rounded down.
    pub fn fair_width(c: i64) -> i64 {
        8 * c / 3
    }
}

// ANCHOR: swiglu
impl Module for SwiGlu {
    /// # Shapes
    /// - `x`: `(…, c)`
    /// - returns `(…, c)`
    fn forward(&self, x: &Tensor) -> Tensor {
        let gate = self.gate.forward(x); // (…, f)
        let open = &gate * gate.sigmoid(); // SiLU: (…, f)
        self.down.forward(&(open * self.up.forward(x))) // (…, c)
    }
}
// ANCHOR_END: swiglu
