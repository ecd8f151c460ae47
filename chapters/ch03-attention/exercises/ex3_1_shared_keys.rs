//! Exercise 3.1 (10 points): fewer keys than queries.
//!
//! Dimension key: `b` batch, `t` tokens, `h` heads, `g` groups, `d` channels of a head.

use tch::{Device, IndexOp, Kind, Tensor};

// ANCHOR: task
/// Lends each group's keys (or values) to all the heads of the group.
///
/// Newer models keep fewer keys and values than queries: `g` groups share them among `h`
/// heads. The first `h / g` heads use group 0, the next `h / g` heads use group 1, and so on:
///
/// `shared[b, j, t, i] = x[b, j / (h / g), t, i]`, the division rounding down
///
/// # Shapes
/// - `x`: `(b, g, t, d)`, where `g` divides `n_head`
/// - returns `(b, h, t, d)` with `h = n_head`
pub fn share_heads(x: &Tensor, n_head: i64) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let (b, g, t, d) = x.size4().expect("x must be (b, g, t, d)");
    let copies = x.unsqueeze(2).expand([b, g, n_head / g, t, d], false); // (b, g, h/g, t, d)
    copies.reshape([b, n_head, t, d]) // (b, h, t, d)
    // SOLUTION: end
}

// ANCHOR: task_contexts
/// Causal attention in which groups of heads share keys and values:
/// `softmax(q kᵀ / √d + m) v`, where `m` is minus infinity above the diagonal.
///
/// # Shapes
/// - `q`: `(b, h, t, d)`
/// - `k`, `v`: `(b, g, t, d)`, where `g` divides `h`
/// - returns `(b, h, t, d)`
pub fn grouped_contexts(q: &Tensor, k: &Tensor, v: &Tensor) -> Tensor {
    // ANCHOR_END: task_contexts
    // SOLUTION: begin
    let (_, h, _, _) = q.size4().expect("q must be (b, h, t, d)");
    let weights = ch03::causal_weights(q, &share_heads(k, h)); // (b, h, t, t)
    weights.matmul(&share_heads(v, h)) // (b, h, t, d)
    // SOLUTION: end
}

/// A `(b, g, t, d)` tensor that says where each entry stands: `100 g + 10 t + d`.
fn labelled(b: i64, g: i64, t: i64, d: i64) -> Tensor {
    let count = |n| Tensor::arange(n, (Kind::Int64, Device::Cpu));
    let one = count(g).reshape([g, 1, 1]) * 100
        + count(t).reshape([t, 1]) * 10
        + count(d);
    one.unsqueeze(0).repeat([b, 1, 1, 1])
}

/// The entries of a tensor of any shape, in order.
fn entries(x: &Tensor) -> Vec<i64> {
    Vec::try_from(x.flatten(0, -1)).expect("the entries must be whole numbers")
}

/// Random numbers of a shape.
fn random(shape: [i64; 4]) -> Tensor {
    Tensor::randn(shape, (Kind::Float, Device::Cpu))
}

/// The largest difference between two tensors of one shape.
fn difference(a: &Tensor, b: &Tensor) -> f64 {
    assert_eq!(a.size(), b.size(), "the shapes must agree");
    (a - b).abs().max().double_value(&[])
}

// ANCHOR: tests
#[test]
fn four_heads_share_two_groups_by_hand() {
    let shared = share_heads(&labelled(1, 2, 1, 2), 4);
    assert_eq!(shared.size(), [1, 4, 1, 2], "the shape must be (b, h, t, d)");
    assert_eq!(
        entries(&shared),
        [0, 1, 0, 1, 100, 101, 100, 101],
        "heads 0 and 1 use group 0"
    );
}

#[test]
fn as_many_groups_as_heads_is_plain_attention() {
    let [q, k, v] = [0, 1, 2].map(|_| random([2, 3, 5, 4]));
    let plain = ch03::causal_weights(&q, &k).matmul(&v);
    assert!(difference(&grouped_contexts(&q, &k, &v), &plain) < 1e-6);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn head_j_uses_its_own_group_for_every_token() {
    let x = labelled(2, 3, 4, 5);
    let shared = share_heads(&x, 12);
    assert_eq!(shared.size(), [2, 12, 4, 5]);
    for j in 0..12 {
        assert_eq!(
            entries(&shared.i((.., j))),
            entries(&x.i((.., j / 4))),
            "head {j}"
        );
    }
}

#[test]
fn one_group_serves_all_heads() {
    let x = labelled(2, 1, 3, 2);
    let shared = share_heads(&x, 5);
    for j in 0..5 {
        assert_eq!(entries(&shared.i((.., j))), entries(&x.i((.., 0))), "head {j}");
    }
}

#[test]
fn each_head_attends_as_if_its_group_were_its_own() {
    let (q, k, v) =
        (random([2, 6, 5, 4]), random([2, 2, 5, 4]), random([2, 2, 5, 4]));
    let contexts = grouped_contexts(&q, &k, &v);
    for j in 0..6 {
        let [k, v] = [&k, &v].map(|x| x.narrow(1, j / 3, 1));
        let alone = ch03::causal_weights(&q.narrow(1, j, 1), &k).matmul(&v);
        assert!(difference(&contexts.narrow(1, j, 1), &alone) < 1e-6, "head {j}");
    }
}

#[test]
fn a_later_token_changes_nothing_before_it() {
    let (q, k, v) =
        (random([1, 4, 5, 4]), random([1, 2, 5, 4]), random([1, 2, 5, 4]));
    let before = grouped_contexts(&q, &k, &v);
    let after = grouped_contexts(
        &q,
        &k,
        &Tensor::cat(&[v.narrow(2, 0, 4), random([1, 2, 1, 4])], 2),
    );
    assert!(difference(&before.narrow(2, 0, 4), &after.narrow(2, 0, 4)) < 1e-6);
    assert!(difference(&before.narrow(2, 4, 1), &after.narrow(2, 4, 1)) > 0.0);
}

#[test]
fn the_gradient_of_a_shared_key_comes_from_all_its_heads() {
    let x = Tensor::zeros([1, 2, 1, 1], (Kind::Float, Device::Cpu))
        .set_requires_grad(true);
    let heads =
        Tensor::from_slice(&[1f32, 2., 4., 8., 16., 32.]).reshape([1, 6, 1, 1]);
    (share_heads(&x, 6) * heads).sum(Kind::Float).backward();
    assert_eq!(entries(&x.grad().to_kind(Kind::Int64)), [7, 56]);
}
// HIDDEN: end
