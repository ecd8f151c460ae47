//! Exercise 4.6 (15 points): a bug hunt. The other pairs.

use tch::{Device, Kind, Tensor};

/// How a model turns its queries and keys: `(h, t, d)` in, `(h, t, d)` out.
type Turn = fn(&Tensor) -> Tensor;

/// This book's way: channel `i` turns with channel `i + d/2`.
fn turn_halves(x: &Tensor) -> Tensor {
    let half = x.size()[2] / 2;
    let (a, b) = (x.narrow(2, 0, half), x.narrow(2, half, half)); // (h, t, d/2)
    let [a, b] = turn_pairs(&a, &b);
    Tensor::cat(&[a, b], 2)
}

/// The other way: channel `2i` turns with channel `2i + 1`.
fn turn_neighbours(x: &Tensor) -> Tensor {
    let (a, b) = (x.slice(2, 0, None, 2), x.slice(2, 1, None, 2)); // (h, t, d/2)
    let [a, b] = turn_pairs(&a, &b);
    Tensor::stack(&[a, b], 3).flatten(2, 3)
}

/// Pair `i` at place `p` turns by `p · 10000^(-2i/d)`: two of `(h, t, d/2)`.
fn turn_pairs(a: &Tensor, b: &Tensor) -> [Tensor; 2] {
    let (_h, t, half) = a.size3().expect("(h, t, d/2)");
    let options = (Kind::Float, Device::Cpu);
    let exponents = Tensor::arange(half, options) * (-1.0 / half as f64);
    let speeds = (exponents * 10_000f64.ln()).exp(); // (d/2)
    let angles = Tensor::arange(t, options).unsqueeze(1) * speeds; // (t, d/2)
    let (cos, sin) = (angles.cos(), angles.sin());
    [a * &cos - b * &sin, b * &cos + a * &sin]
}

/// Attention, `(t, c)` in and `(h, t, d)` out, with GPT-2's one matrix for queries, keys and
/// values: `c_attn` is `(c, 3c)`, its bias `(3c)`.
fn attention(
    x: &Tensor,
    c_attn: &Tensor,
    bias: &Tensor,
    heads: i64,
    turn: Turn,
) -> Tensor {
    let (t, c) = x.size2().expect("x must be (t, c)");
    let qkv = x.matmul(c_attn) + bias; // (t, 3c)
    let split = |i: i64| {
        let part = qkv.narrow(1, i * c, c); // (t, c)
        part.reshape([t, heads, c / heads]).transpose(0, 1) // (h, t, d)
    };
    let scores = turn(&split(0)).matmul(&turn(&split(1)).transpose(1, 2)); // (h, t, t)
    scores.softmax(-1, Kind::Float).matmul(&split(2)) // (h, t, d)
}

// ANCHOR: task
/// The columns of a matrix that makes queries, or keys, in another order: from a model that
/// turns neighbours, for a model that turns halves. The scores must stay the same, whatever
/// the tokens are.
///
/// Each head has `d = c / heads` columns, which stand together: head 0 the first `d`.
///
/// # Shapes
/// - `columns`: `(…, c)`
/// - returns `(…, c)`
pub fn for_halves(columns: &Tensor, heads: i64) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let shape = columns.size();
    let d = shape[shape.len() - 1] / heads;
    // Column 2p + k of a head goes to k · d/2 + p.
    let pairs = columns.reshape([-1, heads, d / 2, 2]); // (…, h, d/2, 2)
    pairs.transpose(2, 3).reshape(&shape)
    // SOLUTION: end
}

// ANCHOR: task_c_attn
/// The same for GPT-2's `c_attn`, which holds queries, keys and values side by side. What
/// attention returns must stay the same.
///
/// # Shapes
/// - `columns`: `(…, 3c)`: the weight, or the bias
/// - returns `(…, 3c)`
pub fn c_attn_for_halves(columns: &Tensor, heads: i64) -> Tensor {
    // ANCHOR_END: task_c_attn
    // SOLUTION: begin
    let [queries, keys, values] = &columns.chunk(3, -1)[..] else {
        unreachable!("three chunks were asked for")
    };
    let (queries, keys) = (for_halves(queries, heads), for_halves(keys, heads));
    Tensor::cat(&[queries, keys, values.shallow_clone()], -1)
    // SOLUTION: end
}

/// Numbers without a pattern that a mistake could hide behind.
fn numbers(shape: &[i64], speed: f64) -> Tensor {
    let count = shape.iter().product::<i64>();
    let places = Tensor::arange(count, (Kind::Float, Device::Cpu));
    ((places * speed + 0.7).sin() * 3.0).sin().reshape(shape)
}

fn close(a: &Tensor, b: &Tensor) -> bool {
    a.size() == b.size() && a.allclose(b, 1e-4, 1e-4, false)
}

// ANCHOR: tests
#[test]
fn the_columns_of_one_head_by_hand() {
    // Pairs (0 1), (2 3) and (4 5) become (0 3), (1 4) and (2 5).
    let columns = Tensor::from_slice2(&[[0f32, 1., 2., 3., 4., 5.]]);
    let wanted = Tensor::from_slice2(&[[0f32, 2., 4., 1., 3., 5.]]);
    assert!(close(&for_halves(&columns, 1), &wanted));
}

#[test]
fn attention_with_one_head_stays_what_it_was() {
    let (x, weight) = (numbers(&[5, 6], 1.3), numbers(&[6, 18], 2.1));
    let bias = Tensor::zeros([18], (Kind::Float, Device::Cpu));
    let theirs = attention(&x, &weight, &bias, 1, turn_neighbours);
    let loaded_as_it_is = attention(&x, &weight, &bias, 1, turn_halves);
    assert!(
        !close(&loaded_as_it_is, &theirs),
        "every shape is right, and nothing else"
    );
    let weight = c_attn_for_halves(&weight, 1);
    assert!(close(&attention(&x, &weight, &bias, 1, turn_halves), &theirs));
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn attention_with_heads_and_biases_stays_what_it_was() {
    for heads in [2, 3, 6] {
        let x = numbers(&[7, 24], 1.3);
        let (weight, bias) = (numbers(&[24, 72], 2.1), numbers(&[72], 1.7));
        let theirs = attention(&x, &weight, &bias, heads, turn_neighbours);
        let weight = c_attn_for_halves(&weight, heads);
        let bias = c_attn_for_halves(&bias, heads);
        let ours = attention(&x, &weight, &bias, heads, turn_halves);
        assert!(close(&ours, &theirs), "{heads} heads");
    }
}

#[test]
fn columns_stay_in_their_head() {
    let columns = Tensor::arange(8, (Kind::Float, Device::Cpu));
    let wanted = Tensor::from_slice(&[0f32, 2., 1., 3., 4., 6., 5., 7.]);
    assert!(close(&for_halves(&columns, 2), &wanted));
}

#[test]
fn values_stay_where_they_are() {
    let columns = numbers(&[4, 24], 1.3);
    let ours = c_attn_for_halves(&columns, 2);
    assert!(close(&ours.narrow(1, 16, 8), &columns.narrow(1, 16, 8)));
    assert!(!close(&ours.narrow(1, 8, 8), &columns.narrow(1, 8, 8)));
}
// HIDDEN: end
