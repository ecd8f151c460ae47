//! GPT-2 without autograd: forward, and the way back by hand.
//!
//! Autograd keeps what an operation may need for its gradient, and every operation for itself.
//! Who knows the whole model can keep less. That is worth it for a large model.

mod block;
mod layers;

use std::collections::HashMap;

use ch00::axes;
use ch02::Batch;
use ch03::Kernel;
use ch04::{FeedForwardKind, Gelu, Gpt2Config, NormKind, PositionKind};
use tch::Tensor;
use tch::nn::VarStore;

use crate::head_loss::HeadLoss;

use block::{Block, Kept};
pub use layers::Gradients;
use layers::{Linear, Norm};

/// A GPT-2 that finds its own way back.
///
/// Source: Karpathy (2024), "llm.c", is such a model in C.
pub struct ByHand {
    wte: Tensor, // (v, c), and the head's
    wpe: Tensor, // (p, c)
    blocks: Vec<Block>,
    ln_f: Norm,
}

/// A loss, and what [`ByHand::backward`] needs.
pub struct Forward {
    /// The mean loss times its share, `()`
    pub loss: Tensor,
    ids: Tensor, // (b, t)
    kept: Vec<Kept>,
    x: Tensor,    // (b, t, c): what the last block said
    dy: Tensor,   // (n, c): the gradient of what the head saw
    dwte: Tensor, // (v, c): the head's part of the table's
}

impl ByHand {
    /// The model of `config` whose parameters are `variables`. None where it has something that
    /// GPT-2 lacks, or dropout.
    pub fn of(variables: &VarStore, config: &Gpt2Config) -> Option<Self> {
        let dropout = [config.embd_pdrop, config.attn_pdrop, config.resid_pdrop];
        let is_known = config.norm == NormKind::Layer
            && config.feed_forward == FeedForwardKind::Gelu
            && config.positions == PositionKind::Learned
            && config.attention_kernel != Kernel::Explicit
            && config.tie_word_embeddings
            && dropout == [0.0; 3];
        is_known
            .then(|| Parts { config, parameters: variables.variables() }.model())
    }

    /// The mean loss of `batch` times `share`, with the logits of `rows` places at a time.
    ///
    /// # Panics
    /// When a window is longer than the table of positions.
    pub fn forward(&self, batch: &Batch, share: f64, rows: i64) -> Forward {
        let Batch { inputs, targets } = batch;
        let [b, t] = axes(inputs, "ids: (b, t)");
        let n = b * t;
        let tokens = Tensor::embedding(&self.wte, inputs, -1, false, false); // (b, t, c)
        let mut x = tokens + self.wpe.narrow(0, 0, t); // (b, t, c)
        let mut kept = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let (y, keeps) = block.forward(x);
            kept.push(keeps);
            x = y;
        }
        let hidden = self.ln_f.forward(&x).flatten(0, 1); // (n, c)
        let targets = targets.reshape([n, 1]);
        let head =
            HeadLoss::of(&hidden, &self.wte, &targets, rows, n as f64 / share);
        let ids = inputs.shallow_clone();
        Forward { loss: head.loss, ids, kept, x, dy: head.hidden, dwte: head.table }
    }

    // ANCHOR: backward
    /// How fast the loss grows with each parameter.
    pub fn backward(&self, forward: Forward) -> Gradients {
        let Forward { ids, kept, x, dy, dwte, .. } = forward;
        let mut found = Gradients::new();
        let ln_f = self.ln_f.again(&x);
        let mut dx = ln_f.backward(&dy.view_as(&x), &mut found); // (b, t, c)
        for (block, kept) in self.blocks.iter().zip(kept).rev() {
            dx = block.backward(kept, &dx, &mut found); // (b, t, c)
        }
        let [_b, t] = axes(&ids, "ids: (b, t)");
        let dwpe = self.wpe.zeros_like(); // (p, c)
        dwpe.narrow(0, 0, t).copy_(&dx.sum_dim_intlist(0, false, dx.kind()));
        found.insert("wpe.weight".into(), dwpe);
        // The table stands at both ends: the head's gradient, and one for each token read.
        let mut dwte = dwte; // (v, c)
        let _ = dwte.index_add_(0, &ids.flatten(0, 1), &dx.flatten(0, 1));
        found.insert("wte.weight".into(), dwte);
        found
    }
    // ANCHOR_END: backward
}

/// The parameters of a model by name, to be put together.
struct Parts<'a> {
    config: &'a Gpt2Config,
    parameters: HashMap<String, Tensor>,
}

impl Parts<'_> {
    fn model(&self) -> ByHand {
        ByHand {
            wte: self.parameter("wte.weight"),
            wpe: self.parameter("wpe.weight"),
            blocks: (0..self.config.n_layer)
                .map(|layer| self.block(layer))
                .collect(),
            ln_f: self.norm("ln_f"),
        }
    }

    fn block(&self, layer: i64) -> Block {
        let name = |part: &str| format!("h.{layer}.{part}");
        Block {
            ln_1: self.norm(&name("ln_1")),
            c_attn: self.linear(&name("attn.c_attn")),
            attn_proj: self.linear(&name("attn.c_proj")),
            ln_2: self.norm(&name("ln_2")),
            c_fc: self.linear(&name("mlp.c_fc")),
            mlp_proj: self.linear(&name("mlp.c_proj")),
            n_head: self.config.n_head,
            gelu: match self.config.activation_function {
                Gelu::Exact => "none",
                Gelu::Tanh => "tanh",
            },
        }
    }

    fn norm(&self, name: &str) -> Norm {
        Norm {
            name: name.into(),
            weight: self.parameter(&format!("{name}.weight")),
            bias: self.parameter(&format!("{name}.bias")),
            epsilon: self.config.layer_norm_epsilon,
        }
    }

    fn linear(&self, name: &str) -> Linear {
        let bias = format!("{name}.bias"); // none where `qkv_bias` is off
        Linear {
            name: name.into(),
            weight: self.parameter(&format!("{name}.weight")),
            bias: self
                .parameters
                .contains_key(&bias)
                .then(|| self.parameter(&bias)),
        }
    }

    /// The numbers of a parameter, which autograd need not follow.
    fn parameter(&self, name: &str) -> Tensor {
        self.parameters[name].detach()
    }
}
