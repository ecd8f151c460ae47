//! Exercise 3.1 (10 points): split channels into heads, and merge them back.
//!
//! Dimension key: `b` batch, `t` tokens, `c` channels, `h` heads, `d = c / h`.

use tch::{Device, Kind, Tensor};

// ANCHOR: task
/// Hands each head its own channels of every token.
///
/// Head `j` gets the channels from `j * d` up to, and without, `(j + 1) * d`:
///
/// `heads[b, j, t, i] = x[b, t, j * d + i]`
///
/// # Shapes
/// - `x`: `(b, t, c)`, where `n_head` divides `c`
/// - returns `(b, h, t, d)` with `h = n_head` and `d = c / h`
pub fn split_heads(x: &Tensor, n_head: i64) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let (b, t, c) = x.size3().expect("x must be (b, t, c)");
    let heads = x.reshape([b, t, n_head, c / n_head]); // (b, t, h, d)
    heads.transpose(1, 2) // (b, h, t, d)
    // SOLUTION: end
}

// ANCHOR: task_merge
/// Lays the heads of every token side by side again: undoes [`split_heads`].
///
/// `x[b, t, j * d + i] = heads[b, j, t, i]`
///
/// # Shapes
/// - `heads`: `(b, h, t, d)`
/// - returns `(b, t, c)` with `c = h * d`
pub fn merge_heads(heads: &Tensor) -> Tensor {
    // ANCHOR_END: task_merge
    // SOLUTION: begin
    heads.transpose(1, 2).flatten(2, 3) // (b, t, h, d) -> (b, t, c)
    // SOLUTION: end
}

/// A `(b, t, c)` tensor that says where each entry stands: `100 * b + 10 * t + c`.
fn labelled(b: i64, t: i64, c: i64) -> Tensor {
    let count = |n| Tensor::arange(n, (Kind::Int64, Device::Cpu));
    let sequence = count(b).reshape([b, 1, 1]) * 100; // (b, 1, 1)
    let token = count(t).reshape([1, t, 1]) * 10; // (1, t, 1)
    sequence + token + count(c) // (b, t, c)
}

/// The entries of a tensor of any shape, in order.
fn entries(x: &Tensor) -> Vec<i64> {
    Vec::try_from(x.flatten(0, -1)).expect("the entries must be whole numbers")
}

// ANCHOR: tests
#[test]
fn two_heads_of_three_tokens_by_hand() {
    let x = labelled(1, 3, 4); // token 2 reads 20 21 22 23
    let heads = split_heads(&x, 2);
    assert_eq!(heads.size(), [1, 2, 3, 2], "the shape must be (b, h, t, d)");
    let first = [0, 1, 10, 11, 20, 21]; // channels 0 and 1 of each token
    let second = [2, 3, 12, 13, 22, 23]; // channels 2 and 3 of each token
    assert_eq!(entries(&heads.select(1, 0)), first, "head 0");
    assert_eq!(entries(&heads.select(1, 1)), second, "head 1");
}

#[test]
fn merging_two_heads_by_hand() {
    let heads = Tensor::from_slice(&[0, 1, 10, 11, 2, 3, 12, 13]).reshape([1, 2, 2, 2]);
    let x = merge_heads(&heads); // (b, t, c)
    assert_eq!(x.size(), [1, 2, 4], "the shape must be (b, t, c)");
    assert_eq!(entries(&x.to_kind(Kind::Int64)), [0, 1, 2, 3, 10, 11, 12, 13]);
}

#[test]
fn merging_undoes_splitting() {
    for (b, t, c, n_head) in [(1, 1, 1, 1), (2, 5, 12, 3), (3, 4, 8, 8), (2, 3, 6, 1)] {
        let x = labelled(b, t, c);
        let back = merge_heads(&split_heads(&x, n_head));
        assert_eq!(back.size(), x.size(), "{n_head} heads");
        assert_eq!(entries(&back), entries(&x), "{n_head} heads");
    }
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn head_j_holds_channels_from_j_times_d_to_the_next_head() {
    let (n_head, d) = (4, 3);
    let x = labelled(2, 5, n_head * d);
    let heads = split_heads(&x, n_head);
    for j in 0..n_head {
        let wanted = x.narrow(-1, j * d, d);
        let got = heads.select(1, j);
        assert_eq!(got.size(), wanted.size(), "head {j}");
        assert_eq!(entries(&got), entries(&wanted), "head {j}");
    }
}

#[test]
fn a_tensor_that_does_not_lie_in_order_in_memory_works_too() {
    let x = labelled(2, 6, 4).transpose(1, 2); // (2, 4, 6), strides out of order
    assert!(!x.is_contiguous());
    let heads = split_heads(&x, 3);
    assert_eq!(entries(&heads.select(1, 2)), entries(&x.narrow(-1, 4, 2)));
    assert_eq!(entries(&merge_heads(&heads)), entries(&x));
}

#[test]
fn heads_of_a_batch_stay_with_their_own_sequence() {
    let heads = labelled(2, 6, 4).reshape([2, 3, 2, 4]); // (b, h, t, d)
    let x = merge_heads(&heads);
    assert_eq!(x.size(), [2, 2, 12]);
    for j in 0..3 {
        let got = x.narrow(-1, j * 4, 4);
        assert_eq!(entries(&got), entries(&heads.select(1, j)), "head {j}");
    }
}

#[test]
fn gradients_flow_back_to_the_channels_they_came_from() {
    let x = Tensor::zeros([1, 2, 4], (Kind::Float, Device::Cpu)).set_requires_grad(true);
    let heads = split_heads(&x, 2);
    let (first, second) = (heads.select(1, 0), heads.select(1, 1));
    (first.sum(Kind::Float) + merge_heads(&heads).sum(Kind::Float)).backward();
    assert_eq!(entries(&x.grad().to_kind(Kind::Int64)), [2, 2, 1, 1, 2, 2, 1, 1]);
    assert_eq!(second.size(), [1, 2, 2]);
}
// HIDDEN: end
