//! The loss over a large vocabulary, in little memory.

use ch00::axes;
use tch::{Kind, Tensor};

/// So many logits are made in parts: with f32, 64 MB of them.
const MANY_LOGITS: i64 = 1 << 24;
/// Places whose logits are then made together.
pub(crate) const HEAD_ROWS: i64 = 256;

/// Whether the logits of so many places, `vocab_size` at each, are better made in parts.
pub(crate) fn are_many_logits(places: usize, vocab_size: i64) -> bool {
    places as i64 * vocab_size >= MANY_LOGITS
}

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
    let n = (b * t) as f64;
    let parts = tch::no_grad(|| HeadLoss::of(&hidden, table, &targets, rows, n));
    // Autograd gets a sum with the gradients that we have, less its own value, which leaves 0.
    let carrier = carrier(&hidden, &parts.hidden) + carrier(table, &parts.table);
    parts.loss + &carrier - carrier.detach()
}

/// A number whose gradient with respect to `x` is `gradient`.
pub(crate) fn carrier(x: &Tensor, gradient: &Tensor) -> Tensor {
    x.view([-1]).dot(&gradient.view([-1]))
}
// ANCHOR_END: head_loss

/// Rows of the table whose gradient is made together.
const TABLE_ROWS: i64 = 8192;
/// Places whose logits are in f32 at the same time.
pub(crate) const EXACT_ROWS: i64 = 8;

/// The loss and its gradients.
pub(crate) struct HeadLoss {
    pub(crate) loss: Tensor,   // ()
    pub(crate) hidden: Tensor, // (n, c): how fast the loss grows with `hidden`
    pub(crate) table: Tensor,  // (v, c): and with `table`
}

impl HeadLoss {
    /// The sum of the losses of all places divided by `places`, with the logits of `rows` places
    /// at a time.
    ///
    /// # Shapes
    /// - `hidden`: `(n, c)`
    /// - `table`: `(v, c)`
    /// - `targets`: `(n, 1)`, `Int64`
    pub(crate) fn of(
        hidden: &Tensor,
        table: &Tensor,
        targets: &Tensor,
        rows: i64,
        places: f64,
    ) -> Self {
        let table_gradient = table.zeros_like(); // (v, c)
        let (mut loss, mut hidden_gradients) =
            (Tensor::zeros([], (Kind::Float, table.device())), Vec::new());
        let parts = hidden.split(rows, 0).into_iter().zip(targets.split(rows, 0));
        for (hidden, targets) in parts {
            let mut logits = hidden.matmul(&table.tr()); // (r, v)
            loss += loss_to_gradient(&mut logits, &targets, places);
            let gradient = logits; // (r, v)
            hidden_gradients.push(gradient.matmul(table)); // (r, c)
            // One product of 50,257 rows takes longer than seven with round numbers of them.
            let tables = table_gradient.split(TABLE_ROWS, 0).into_iter();
            for (mut part, gradient) in tables.zip(gradient.split(TABLE_ROWS, 1)) {
                let _ = part.addmm_(&gradient.tr(), &hidden); // (8192, c)
            }
        }
        Self {
            loss,
            hidden: Tensor::cat(&hidden_gradients, 0),
            table: table_gradient,
        }
    }
}

// ANCHOR: loss_to_gradient
/// The sum of the losses of some places, divided by `places`. `logits` become its gradient.
///
/// # Shapes
/// - `logits`: `(r, v)`
/// - `targets`: `(r, 1)`, `Int64`
/// - returns `()`
fn loss_to_gradient(logits: &mut Tensor, targets: &Tensor, places: f64) -> Tensor {
    let mut loss = Tensor::zeros([], (Kind::Float, logits.device()));
    let few = |x: &Tensor| x.split(EXACT_ROWS, 0).into_iter();
    for (mut logits, targets) in few(logits).zip(few(targets)) {
        let mut chances = logits.log_softmax(-1, Kind::Float); // logarithms so far
        loss -= chances.gather(-1, &targets, false).sum(Kind::Float);
        let _ = chances.exp_();
        let less = -targets.ones_like().to_kind(Kind::Float);
        let _ = chances.scatter_add_(-1, &targets, &less);
        chances /= places;
        logits.copy_(&chances);
    }
    loss / places
}
// ANCHOR_END: loss_to_gradient
