//! Exercise 5.12 (10 points): attention in blocks of queries, and what it saves.

use ch03::causal_weights;
use tch::{Kind, Tensor};

// ANCHOR: task
/// How many weights one head makes for `t` tokens when `block` queries are looked at together,
/// each block with the keys up to its own end. The last block may be smaller.
pub fn weights_made(t: usize, block: usize) -> usize {
    // ANCHOR_END: task
    // SOLUTION: begin
    let rows = |start: usize| start..t.min(start + block);
    (0..t).step_by(block).map(|start| rows(start).len() * rows(start).end).sum()
    // SOLUTION: end
}

// ANCHOR: task_contexts
/// The contexts of `t` tokens, made in such blocks: what `causal_weights(q, k).matmul(v)` is.
///
/// `causal_weights` also takes the last queries alone, `(…, n, d)` beside keys of `(…, t, d)`.
/// No call may make more weights than its block needs.
///
/// # Shapes
/// - `q`, `k`, `v` and what is returned: `(…, t, d)`
pub fn contexts(q: &Tensor, k: &Tensor, v: &Tensor, block: i64) -> Tensor {
    // ANCHOR_END: task_contexts
    // SOLUTION: begin
    let t = q.size()[q.dim() - 2];
    let starts = (0..t).step_by(block as usize);
    let parts = starts.map(|start| {
        let end = t.min(start + block);
        let [keys, values] = [k, v].map(|x| x.narrow(-2, 0, end));
        causal_weights(&q.narrow(-2, start, end - start), &keys).matmul(&values)
    });
    Tensor::cat(&parts.collect::<Vec<_>>(), -2)
    // SOLUTION: end
}

/// Numbers with no pattern in them.
fn numbers(shape: &[i64], seed: f64) -> Tensor {
    let places = Tensor::arange(
        shape.iter().product::<i64>(),
        (Kind::Double, tch::Device::Cpu),
    );
    ((places * 12.9898 + seed).sin() * 43.758).frac().view(shape)
}

/// Demands that two tensors agree.
fn assert_near(ours: &Tensor, wanted: &Tensor, what: &str) {
    assert_eq!(ours.size(), wanted.size(), "the shape with {what}");
    let apart = (ours - wanted).abs().max().double_value(&[]);
    assert!(apart < 1e-9, "with {what} the contexts are off by {apart}");
}

// ANCHOR: tests
#[test]
fn four_tokens_in_two_blocks_make_twelve_weights() {
    // Two queries look at two keys each, and two at four.
    assert_eq!(weights_made(4, 2), 12);
    assert_eq!(weights_made(4, 4), 16, "one block makes them all");
    assert_eq!(weights_made(5, 2), 17, "the last block has one query");
}

#[test]
fn blocks_give_the_same_contexts() {
    let [q, k, v] = [0.1, 0.2, 0.3].map(|seed| numbers(&[3, 6, 4], seed));
    let wanted = causal_weights(&q, &k).matmul(&v);
    for block in [2, 3, 6] {
        assert_near(
            &contexts(&q, &k, &v, block),
            &wanted,
            &format!("blocks of {block}"),
        );
    }
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn gpt2s_window_in_blocks_of_256_makes_five_eighths() {
    assert_eq!(weights_made(1024, 256) * 8, 1024 * 1024 * 5);
    assert_eq!(weights_made(1024, 1), 1024 * 1025 / 2, "nothing of the future");
    assert_eq!(weights_made(3, 100), 9);
    assert_eq!(weights_made(0, 8), 0);
}

#[test]
fn any_size_of_block_will_do_and_so_do_other_axes() {
    for shape in [&[1, 1][..], &[7, 3], &[2, 3, 7, 5]] {
        let [q, k, v] = [0.4, 0.5, 0.6].map(|seed| numbers(shape, seed));
        let wanted = causal_weights(&q, &k).matmul(&v);
        for block in [1, 2, 4, 7, 50] {
            let what = format!("blocks of {block} and shape {shape:?}");
            assert_near(&contexts(&q, &k, &v, block), &wanted, &what);
        }
    }
}

#[test]
fn a_block_does_not_read_keys_beyond_its_end() {
    // Numbers that are none spoil whatever reads them, even with a weight of 0.
    let [q, k, v] = [0.7, 0.8, 0.9].map(|seed| numbers(&[8, 4], seed));
    let wanted = causal_weights(&q, &k).matmul(&v).narrow(0, 0, 4);
    let spoiled = |x: &Tensor| {
        let x = x.copy();
        let _ = x.narrow(0, 4, 4).fill_(f64::NAN);
        x
    };
    let found = contexts(&q, &spoiled(&k), &spoiled(&v), 4);
    assert_near(&found.narrow(0, 0, 4), &wanted, "later keys spoiled");
}

#[test]
fn gradients_find_their_way_through_the_blocks() {
    let gradient = |block| {
        let q = numbers(&[6, 4], 0.1).set_requires_grad(true);
        let (k, v) = (numbers(&[6, 4], 0.2), numbers(&[6, 4], 0.3));
        contexts(&q, &k, &v, block).square().sum(Kind::Double).backward();
        q.grad()
    };
    assert_near(&gradient(4), &gradient(6), "gradients of two blocks");
}
// HIDDEN: end
