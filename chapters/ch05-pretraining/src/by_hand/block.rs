//! A block of GPT-2, forward and back.

use ch00::axes;
use ch03::{CausalContexts, merge_heads, split_heads};
use tch::Tensor;

use super::layers::{Gradients, Linear, Norm};

/// A block and the numbers of its parts.
pub(super) struct Block {
    pub(super) ln_1: Norm,
    pub(super) c_attn: Linear,
    pub(super) attn_proj: Linear,
    pub(super) ln_2: Norm,
    pub(super) c_fc: Linear,
    pub(super) mlp_proj: Linear,
    pub(super) n_head: i64,
    pub(super) gelu: &'static str,
}

// ANCHOR: kept
/// What a block keeps for the way back.
pub(super) struct Kept {
    x: Tensor,                 // (b, t, c): what came in
    attention: CausalContexts, // queries, keys, values and weights
    contexts: Tensor,          // (n, c): what the heads said
    middle: Tensor,            // (n, c): between attention and feed-forward layer
    wide: Tensor,              // (n, f): before GELU
    bent: Tensor,              // (n, f): and after it
}
// ANCHOR_END: kept

impl Block {
    /// # Shapes
    /// - `x`, returned: `(b, t, c)`
    pub(super) fn forward(&self, x: Tensor) -> (Tensor, Kept) {
        let shape @ [b, t, c] = axes(&x, "x: (b, t, c)");
        let rows = x.view([b * t, c]); // (n, c)
        let qkv = self.c_attn.forward(&self.ln_1.forward(&rows)); // (n, 3c)
        let heads = qkv
            .view([b, t, 3, self.n_head, c / self.n_head])
            .permute([2, 0, 3, 1, 4]) // (3, b, h, t, d)
            .contiguous();
        let (contexts, attention) = CausalContexts::forward(&heads);
        let contexts = merge_heads(&contexts).view([b * t, c]); // (n, c)
        let mut middle = self.attn_proj.forward(&contexts); // (n, c)
        middle += rows;
        let wide = self.c_fc.forward(&self.ln_2.forward(&middle)); // (n, f)
        let bent = wide.gelu(self.gelu); // (n, f)
        let mut y = self.mlp_proj.forward(&bent); // (n, c)
        y += &middle;
        (y.view(shape), Kept { x, attention, contexts, middle, wide, bent })
    }

    // ANCHOR: block_backward
    /// The gradient of what came in from that of what went out.
    ///
    /// # Shapes
    /// - `dy`, returned: `(b, t, c)`
    pub(super) fn backward(
        &self,
        kept: Kept,
        dy: &Tensor,
        found: &mut Gradients,
    ) -> Tensor {
        let Kept { x, attention, contexts, middle, wide, bent } = kept;
        let shape @ [b, t, c] = axes(&x, "x: (b, t, c)");
        let n = b * t;
        let dy = dy.view([n, c]);

        let ln_2 = self.ln_2.again(&middle);
        let d = self.mlp_proj.backward(&bent, &dy, found); // (n, f)
        let d = wide.gelu_backward(&d, self.gelu); // (n, f)
        let d = self.c_fc.backward(&ln_2.normed(), &d, found); // (n, c)
        let dmiddle = ln_2.backward(&d, found) + dy; // two ways led out, so two gradients meet

        let ln_1 = self.ln_1.again(&x.view([n, c]));
        let d = self.attn_proj.backward(&contexts, &dmiddle, found); // (n, c)
        let d = split_heads(&d.view(shape), self.n_head); // (b, h, t, d)
        let d = attention.backward(&d); // (3, b, h, t, d)
        let d = d.permute([1, 3, 0, 2, 4]).reshape([n, 3 * c]); // (n, 3c)
        let d = self.c_attn.backward(&ln_1.normed(), &d, found); // (n, c)
        (ln_1.backward(&d, found) + dmiddle).view(shape)
    }
    // ANCHOR_END: block_backward
}
