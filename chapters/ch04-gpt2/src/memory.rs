//! What parameters take in memory, by what is done with them.

use serde::Serialize;

/// A way to use a model, and the bytes it holds for each parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Scenario {
    /// What is done
    pub name: &'static str,
    /// Weights
    pub weights: i64,
    /// Gradients, one for each weight
    pub gradients: i64,
    /// AdamW's two running averages
    pub averages: i64,
}

impl Scenario {
    /// Inference and training in both formats: f32 takes 4 bytes a number, bf16 takes 2.
    ///
    /// Mixed precision keeps the weights in f32 and a copy in bf16 to compute with. All this
    /// grows with the model alone; activations grow with the batch and come on top.
    pub const ALL: [Self; 5] = [
        Self { name: "inference, f32", weights: 4, gradients: 0, averages: 0 },
        Self { name: "inference, bf16", weights: 2, gradients: 0, averages: 0 },
        Self { name: "training, f32", weights: 4, gradients: 4, averages: 8 },
        Self { name: "training, mixed", weights: 4 + 2, gradients: 4, averages: 8 },
        Self { name: "training, bf16", weights: 2, gradients: 2, averages: 4 },
    ];

    /// Bytes for each parameter.
    pub fn bytes_each(&self) -> i64 {
        self.weights + self.gradients + self.averages
    }

    /// Bytes for so many parameters.
    pub fn bytes(&self, parameters: i64) -> i64 {
        parameters * self.bytes_each()
    }
}
