//! What a training step keeps in memory.

use ch04::{FeedForwardKind, Gpt2Config, PositionKind};
use tch::nn::VarStore;

use crate::head_loss::{EXACT_ROWS, HEAD_ROWS, are_many_logits};
use crate::{Optimizer, TrainConfig};

/// Bytes, by what they are for.
///
/// What is kept for the backward pass depends on the kernels that libtorch chooses, so it is an
/// estimate: the inputs of every matrix product and norm, and the chances of every token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryReport {
    /// The weights that the model computes with
    pub weights: usize,
    /// Their gradients
    pub gradients: usize,
    /// The optimizer's running means, and the lower halves of weights in bf16
    pub optimizer: usize,
    /// What the blocks keep for the backward pass
    pub activations: usize,
    /// The logits that are there at once, and their logarithmic softmax in f32
    pub logits: usize,
}

impl MemoryReport {
    /// What a run of these sizes keeps.
    pub fn of(
        variables: &VarStore,
        optimizer: &Optimizer,
        model: &Gpt2Config,
        config: &TrainConfig,
    ) -> Self {
        let bytes = |tensor: &tch::Tensor| {
            tensor.numel() * tensor.kind().elt_size_in_bytes()
        };
        let weights = variables.variables().values().map(bytes).sum();
        let bits = config.precision.kind().elt_size_in_bytes();
        let tokens = config.batch_size * model.n_positions as usize;
        let (c, n) = (model.n_embd as usize, model.n_layer as usize);
        // In a block: 2 inputs of norms, 2 outputs, q, k, v, the heads' output, 2 residuals; q
        // and k once more where they turn; and the wide layer before and after GELU, or the gate,
        // the bent gate, what passes it, and their product.
        let turned = match model.positions {
            PositionKind::Learned => 0,
            PositionKind::Rotary => 2,
        };
        let wide = match model.feed_forward {
            FeedForwardKind::Gelu => 2,
            FeedForwardKind::SwiGlu => 4,
        };
        let f = model.feed_forward_width() as usize;
        let activations = tokens * n * ((10 + turned) * c + wide * f) * bits;
        let v = model.vocab_size as usize;
        let logits = match are_many_logits(tokens, model.vocab_size) {
            // those of one part, and of a few places twice in f32
            true => (HEAD_ROWS as usize * bits + EXACT_ROWS as usize * (4 + 4)) * v,
            false => tokens * v * (bits + 4 + 4),
        };
        Self {
            weights,
            gradients: weights,
            optimizer: optimizer.bytes(),
            activations,
            logits,
        }
    }

    /// All of it.
    pub fn total(&self) -> usize {
        self.weights
            + self.gradients
            + self.optimizer
            + self.activations
            + self.logits
    }
}
