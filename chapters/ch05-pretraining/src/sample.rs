//! Hearing what the model has learned.

use ch04::Gpt2;
use tch::{Kind, Tensor};

/// Writes on from `ids` until the id `end` or `count` tokens more: draws each token from the
/// `top` likeliest ones, and hands it to `each` at once. Chapter 9 explains this and other ways.
///
/// # Shapes
/// - `ids`: `(1, t)`, `Int64`, `t` at least 1
/// - returns the new ids, without `end`
pub fn sample(
    model: &Gpt2,
    ids: &Tensor,
    count: usize,
    top: i64,
    end: i64,
    mut each: impl FnMut(i64),
) -> Vec<i64> {
    let _no_grad = tch::no_grad_guard();
    let mut ids = ids.shallow_clone();
    let mut written = Vec::new();
    while written.len() < count {
        let t = ids.size()[1];
        let seen = t.min(model.config().n_positions);
        let logits =
            model.next_logits(&ids.narrow(1, t - seen, seen)).to_kind(Kind::Float); // (1, v)
        let (best, places) = logits.topk(top.min(logits.size()[1]), -1, true, true); // (1, top)
        let drawn = best.softmax(-1, Kind::Float).multinomial(1, false); // (1, 1)
        let next = places.gather(-1, &drawn, false); // (1, 1)
        let id = next.int64_value(&[0, 0]);
        if id == end {
            break;
        }
        each(id);
        written.push(id);
        ids = Tensor::cat(&[ids, next], 1);
    }
    written
}
