//! Attention for some queries at a time, forward and back.

use ch00::axes;
use tch::Tensor;

use crate::causal_weights;

/// Queries that are looked at together. A head's scores of so many, with a thousand keys, still
/// fit into the processor's cache.
pub const BLOCK: i64 = 256;

// ANCHOR: blocks
/// The contexts of all tokens, [`BLOCK`] queries at a time. `attend` makes those of a block, from
/// its queries and from the keys and values up to its end.
///
/// # Shapes
/// - `q`, `k`, `v` and what is returned: `(…, t, d)`
/// - `attend` takes `(…, n, d)` and twice `(…, end, d)`, and returns `(…, n, d)`
pub(crate) fn in_blocks(
    [q, k, v]: [&Tensor; 3],
    mut attend: impl FnMut(&Tensor, &Tensor, &Tensor) -> Tensor,
) -> Tensor {
    let t = q.size()[q.dim() - 2];
    let contexts = blocks(t).map(|block| {
        let [q, k, v] = [block.own(q), block.past(k), block.past(v)];
        attend(&q, &k, &v)
    });
    Tensor::cat(&contexts.collect::<Vec<_>>(), -2)
}
// ANCHOR_END: blocks

/// Some queries in a row.
struct Block {
    start: i64,
    end: i64,
}

/// `t` queries in blocks.
fn blocks(t: i64) -> impl Iterator<Item = Block> {
    let starts = (0..t).step_by(BLOCK as usize);
    starts.map(move |start| Block { start, end: t.min(start + BLOCK) })
}

impl Block {
    /// The block's own rows of `x`: `(…, t, d)` to `(…, n, d)`.
    fn own(&self, x: &Tensor) -> Tensor {
        x.narrow(-2, self.start, self.end - self.start)
    }

    /// The rows that the block may look at: `(…, t, d)` to `(…, end, d)`.
    fn past(&self, x: &Tensor) -> Tensor {
        x.narrow(-2, 0, self.end)
    }
}

/// Attention that finds its own way back: what it keeps for it.
#[derive(Debug)]
pub struct CausalContexts {
    heads: [Tensor; 3], // queries, keys and values, (b * h, t, d) each
    weights: Vec<Tensor>, // (b * h, n, end) for each block
}

impl CausalContexts {
    /// The contexts of all tokens, [`BLOCK`] queries at a time, and what the way back needs.
    ///
    /// # Shapes
    /// - `heads`: `(3, b, h, t, d)`, queries, keys and values
    /// - returns `(b, h, t, d)`
    pub fn forward(heads: &Tensor) -> (Tensor, Self) {
        let [_qkv, b, h, t, d] = axes(heads, "heads: (3, b, h, t, d)");
        let heads = heads.reshape([3, b * h, t, d]);
        let [q, k, v] = [0, 1, 2].map(|part| heads.select(0, part));
        let mut kept = Vec::new();
        let contexts = in_blocks([&q, &k, &v], |q, k, v| {
            let weights = causal_weights(q, k); // (b * h, n, end)
            let contexts = weights.matmul(v); // (b * h, n, d)
            kept.push(weights);
            contexts
        });
        let attention = Self { heads: [q, k, v], weights: kept };
        (contexts.view([b, h, t, d]), attention)
    }

    // ANCHOR: contexts_backward
    /// How fast a loss grows with queries, keys and values, from how fast it grows with the
    /// contexts.
    ///
    /// With `P` the weights, `O = P V` the contexts, and `∘` number by number:
    ///
    /// ```text
    /// ∂V = Pᵀ ∂O      ∂P = ∂O Vᵀ      ∂S = P ∘ (∂P - the sum of each row of P ∘ ∂P)
    /// ∂Q = ∂S K / √d                  ∂K = ∂Sᵀ Q / √d
    /// ```
    ///
    /// Source: Dao et al. (2022), "FlashAttention", arXiv:2205.14135, appendix B.2.
    ///
    /// # Shapes
    /// - `gradient`, that of the contexts: `(b, h, t, d)`
    /// - returns `(3, b, h, t, d)`: the gradients of queries, keys and values
    pub fn backward(self, gradient: &Tensor) -> Tensor {
        let Self { heads: [q, k, v], weights } = self;
        let [b, h, t, d] = axes(gradient, "gradient: (b, h, t, d)");
        let gradient = gradient.reshape([b * h, t, d]);
        let root = (d as f64).sqrt();
        let q = q / root;
        let found = Tensor::zeros([3, b * h, t, d], (q.kind(), q.device()));
        let [dq, dk, dv] = [0, 1, 2].map(|part| found.select(0, part));
        for (block, weights) in blocks(t).zip(weights) {
            let gradient = block.own(&gradient); // (b * h, n, d)
            let _ = block.past(&dv).baddbmm_(&weights.transpose(1, 2), &gradient);
            let slopes = gradient.matmul(&block.past(&v).transpose(1, 2)); // (b * h, n, end)
            let scores = Tensor::internal_softmax_backward_data(
                &slopes,
                &weights,
                -1,
                weights.kind(),
            ); // (b * h, n, end)
            let _ = block.own(&dq).baddbmm_(&scores, &block.past(&k));
            let _ =
                block.past(&dk).baddbmm_(&scores.transpose(1, 2), &block.own(&q));
        }
        let _ = found.select(0, 0).g_div_scalar_(root);
        found.view([3, b, h, t, d])
    }
    // ANCHOR_END: contexts_backward
}
