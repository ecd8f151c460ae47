//! The loss over a large vocabulary, in little memory.

use ch00::axes;
use tch::{Kind, Tensor};

// ANCHOR: head_loss
/// The [`cross_entropy`](crate::cross_entropy) of `hidden · tableᵀ`, with the logits of `rows`
/// places at a time.
///
/// With 50,257 tokens the logits are by far the largest tensors of a step, and autograd keeps
/// three of their size. But their gradient has a short formula, so each part can be turned into
/// it at once, and forgotten:
///
/// ```text
/// ∂L/∂logits = (softmax(logits) - 1 at the target) / n
/// ∂L/∂hidden = ∂L/∂logits · table          ∂L/∂table = ∂L/∂logitsᵀ · hidden
/// ```
///
/// # Shapes
/// - `hidden`: `(b, t, c)`
/// - `table`: `(v, c)`
/// - `targets`: `(b, t)`, `Int64`
/// - returns `()`
pub fn head_loss(
    hidden: &Tensor,
    table: &Tensor,
    targets: &Tensor,
    rows: i64,
) -> Tensor {
    let [b, t, c] = axes(hidden, "hidden: (b, t, c)");
    let hidden = hidden.reshape([b * t, c]); // (n, c)
    let targets = targets.reshape([b * t, 1]); // (n, 1)
    let parts = tch::no_grad(|| parts(&hidden, table, &targets, rows));
    // A sum whose gradients are the ones that we have, less its own value, which leaves 0.
    let with =
        |x: &Tensor, gradient: &Tensor| x.view([-1]).dot(&gradient.view([-1]));
    let carrier = with(&hidden, &parts.hidden) + with(table, &parts.table);
    parts.loss + &carrier - carrier.detach()
}
// ANCHOR_END: head_loss

/// The loss and its gradients.
struct Parts {
    loss: Tensor,   // ()
    hidden: Tensor, // (n, c)
    table: Tensor,  // (v, c)
}

fn parts(hidden: &Tensor, table: &Tensor, targets: &Tensor, rows: i64) -> Parts {
    let [n, _c] = axes(hidden, "hidden: (n, c)");
    let mut table_gradient = table.zeros_like();
    let (mut losses, mut hidden_gradients) = (Vec::new(), Vec::new());
    for first in (0..n).step_by(rows as usize) {
        let count = rows.min(n - first);
        let hidden = hidden.narrow(0, first, count); // (r, c)
        let targets = targets.narrow(0, first, count); // (r, 1)
        let logits = hidden.matmul(&table.tr()); // (r, v)
        let mut chances = logits.log_softmax(-1, Kind::Float); // (r, v), logarithms so far
        losses.push(-chances.gather(-1, &targets, false).sum(Kind::Float));
        let _ = chances.exp_();
        let _ = chances.scatter_add_(
            -1,
            &targets,
            &-targets.ones_like().to_kind(Kind::Float),
        );
        // ∂L/∂logits but for the n, by which smaller tensors are divided.
        let gradient = chances.to_kind(table.kind()); // (r, v)
        hidden_gradients.push(gradient.matmul(table) / n as f64); // (r, c)
        let _ = table_gradient.addmm_(&gradient.tr(), &(hidden / n as f64));
    }
    Parts {
        loss: Tensor::stack(&losses, 0).sum(Kind::Float) / n as f64,
        hidden: Tensor::cat(&hidden_gradients, 0),
        table: table_gradient,
    }
}
