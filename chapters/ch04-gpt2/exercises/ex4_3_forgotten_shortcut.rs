//! Exercise 4.3 (10 points): a bug hunt. The forgotten shortcut.

use tch::{Device, Kind, Tensor};

/// A layer: `(b, t, c)` in, `(b, t, c)` out.
type Layer<'a> = &'a dyn Fn(&Tensor) -> Tensor;

/// A block: from `x`, its attention and its feed-forward layer to `(b, t, c)`.
type Block<'a> = &'a dyn Fn(&Tensor, Layer, Layer) -> Tensor;

/// The norm in front of each layer, without scale and shift.
fn norm(x: &Tensor) -> Tensor {
    x.layer_norm(&x.size()[2..], None::<&Tensor>, None::<&Tensor>, 1e-5, false)
}

/// A block that trains, and that no test of shapes finds fault with.
fn wrong_block(x: &Tensor, attention: Layer, feed_forward: Layer) -> Tensor {
    let exchanged = x + attention(&norm(x));
    feed_forward(&norm(&exchanged))
}

// ANCHOR: task
/// Whether a block has a straight way from its input to its output: both shortcuts are
/// there, each once, and nothing stands on them.
///
/// All you may do is run the block, with an `x` and two layers of your choice.
pub fn is_straight(block: Block) -> bool {
    // ANCHOR_END: task
    // SOLUTION: begin
    let x = Tensor::arange(24, (Kind::Float, Device::Cpu)).reshape([2, 3, 4]);
    let silent = |x: &Tensor| x.zeros_like();
    block(&x, &silent, &silent).allclose(&x, 0.0, 1e-6, false)
    // SOLUTION: end
}

// ANCHOR: task_block
/// The block put right: `x + attention(norm(x))`, then the same with the feed-forward
/// layer.
pub fn block(x: &Tensor, attention: Layer, feed_forward: Layer) -> Tensor {
    // ANCHOR_END: task_block
    // SOLUTION: begin
    let x = x + attention(&norm(x));
    &x + feed_forward(&norm(&x))
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn the_wrong_block_is_caught_and_yours_is_not() {
    assert!(!is_straight(&wrong_block));
    assert!(is_straight(&block));
}

#[test]
fn both_layers_are_added() {
    let x = Tensor::zeros([1, 2, 3], (Kind::Float, Device::Cpu));
    let y = block(&x, &|x| x + 2.0, &|x| x.zeros_like() + 5.0);
    let numbers = Vec::<f32>::try_from(y.flatten(0, -1)).unwrap();
    assert_eq!(numbers, [7.0; 6]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn each_way_to_bend_the_shortcut_is_caught() {
    let first = |x: &Tensor, a: Layer, f: Layer| {
        let x = a(&norm(x));
        &x + f(&norm(&x))
    };
    let neither = |x: &Tensor, a: Layer, f: Layer| f(&norm(&a(&norm(x))));
    let from_the_norm = |x: &Tensor, a: Layer, f: Layer| {
        let normed = norm(x);
        let x = &normed + a(&normed);
        let normed = norm(&x);
        &normed + f(&normed)
    };
    let from_the_second_norm = |x: &Tensor, a: Layer, f: Layer| {
        let x = x + a(&norm(x));
        let normed = norm(&x);
        &normed + f(&normed)
    };
    let norm_behind = |x: &Tensor, a: Layer, f: Layer| {
        let x = norm(&(x + a(x)));
        norm(&(&x + f(&x)))
    };
    let twice = |x: &Tensor, a: Layer, f: Layer| {
        let y = x + a(&norm(x));
        x + &y + f(&norm(&y))
    };
    let blocks: [(&str, Block); 6] = [
        ("the first is missing", &first),
        ("both are missing", &neither),
        ("it adds to norm(x)", &from_the_norm),
        ("the second adds to norm(x)", &from_the_second_norm),
        ("the norm stands behind", &norm_behind),
        ("x is added twice", &twice),
    ];
    for (name, block) in blocks {
        assert!(!is_straight(block), "{name}");
    }
}

#[test]
fn other_right_blocks_pass() {
    let written_out = |x: &Tensor, a: Layer, f: Layer| {
        let first = a(&norm(x));
        let second = f(&norm(&(x + &first)));
        second + first + x
    };
    assert!(is_straight(&written_out));
    let parallel = |x: &Tensor, a: Layer, f: Layer| {
        let normed = norm(x);
        x + a(&normed) + f(&normed)
    };
    assert!(is_straight(&parallel));
}

#[test]
fn the_feed_forward_layer_reads_what_attention_added() {
    let x = Tensor::randn([2, 3, 4], (Kind::Float, Device::Cpu));
    let attention = |x: &Tensor| x.flip([-1]) * 3.0;
    let y = block(&x, &attention, &|x| x * 10.0);
    let middle = &x + attention(&norm(&x));
    let wanted = &middle + norm(&middle) * 10.0;
    assert!(y.allclose(&wanted, 1e-5, 1e-5, false));
}

#[test]
fn slopes_reach_the_input_even_through_silent_layers() {
    let x = Tensor::randn([1, 2, 4], (Kind::Float, Device::Cpu))
        .set_requires_grad(true);
    let silent = |x: &Tensor| x * 0.0;
    block(&x, &silent, &silent).sum(Kind::Float).backward();
    assert!(x.grad().allclose(&x.ones_like(), 1e-6, 1e-6, false));
}
// HIDDEN: end
