//! Writing on.

use ch00::axes;
use tch::Tensor;

use crate::Gpt2;

// ANCHOR: generate
/// Appends `count` tokens to `ids`, each the likeliest one given what stands before it. Calls
/// `each` after every token.
///
/// The model sees the last `n_positions` tokens; what is older slides out of view.
///
/// # Shapes
/// - `ids`: `(b, t)`, `Int64`, `t` at least 1
/// - returns `(b, t + count)`
///
/// # Panics
/// When there is no token to begin with.
pub fn generate_greedy(
    model: &Gpt2,
    ids: &Tensor,
    count: i64,
    mut each: impl FnMut(),
) -> Tensor {
    let _no_grad = tch::no_grad_guard();
    let mut ids = ids.shallow_clone();
    for _ in 0..count {
        let [_b, t] = axes(&ids, "ids: (b, t)");
        assert!(t > 0, "there must be a token to begin with");
        let seen = t.min(model.config().n_positions);
        let logits = model.next_logits(&ids.narrow(1, t - seen, seen)); // (b, v)
        let next = logits.argmax(-1, true); // (b, 1)
        ids = Tensor::cat(&[ids, next], 1); // (b, t + 1)
        each();
    }
    ids
}
// ANCHOR_END: generate
