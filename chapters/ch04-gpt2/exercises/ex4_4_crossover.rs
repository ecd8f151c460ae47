//! Exercise 4.4 (15 points): where attention overtakes.

use ch04::Gpt2Config;

// ANCHOR: task
/// The shortest text whose scores and contexts cost strictly more, in one block of `c`
/// channels, than all products of the block that have a weight matrix.
///
/// A product of `(m, k)` and `(k, n)` costs `2 m k n`. A block has weights of `(c, 3c)`,
/// `(c, c)`, `(c, 4c)` and `(4c, c)`. Scores and contexts count in full, without regard
/// to the mask.
pub fn overtakes(c: i64) -> i64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    // 4 t² c > 2 t (3 + 1 + 4 + 4) c², so t > 6 c.
    6 * c + 1
    // SOLUTION: end
}

// ANCHOR: task_writing
/// What it costs to write `count` tokens after a prompt of `prompt` tokens, when every
/// token takes a whole forward pass over all that stands before it.
///
/// The model sees the last `n_positions` tokens at most. Only the last place of each
/// pass needs the scores of the vocabulary: one row, `2 c v`. What [`ch04::Flops`] counts
/// for the blocks is right as it is.
pub fn writing(config: &Gpt2Config, prompt: i64, count: i64) -> i64 {
    // ANCHOR_END: task_writing
    // SOLUTION: begin
    let pass = |t: i64| {
        let flops = ch04::Flops::of(config, 1, t.min(config.n_positions));
        flops.total() - flops.head + 2 * config.n_embd * config.vocab_size
    };
    (0..count).map(|written| pass(prompt + written)).sum()
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn at_the_crossover_attention_costs_more_and_before_it_does_not() {
    let config = Gpt2Config { n_layer: 1, ..Gpt2Config::default() };
    let t = overtakes(768);
    let more = |t| {
        let flops = ch04::Flops::of(&config, 1, t);
        flops.attention > flops.projections + flops.feed_forward
    };
    assert!(more(t) && !more(t - 1), "t = {t}");
}

#[test]
fn one_token_is_one_pass() {
    let config = Gpt2Config::default();
    let flops = ch04::Flops::of(&config, 1, 4);
    let blocks = flops.total() - flops.head;
    assert_eq!(writing(&config, 4, 1), blocks + 2 * 768 * 50_257);
}
// ANCHOR_END: tests

// HIDDEN: begin
/// Small numbers, so that a pass can be counted by hand.
fn tiny() -> Gpt2Config {
    Gpt2Config {
        vocab_size: 11,
        n_positions: 6,
        n_embd: 4,
        n_layer: 3,
        n_head: 2,
        ..Gpt2Config::default()
    }
}

/// A pass over `t` tokens of the tiny model, by hand.
fn pass(t: i64) -> i64 {
    3 * (24 * t * 16 + 4 * t * t * 4) + 2 * 4 * 11
}

#[test]
fn the_crossover_grows_with_the_width() {
    for c in [1, 2, 7, 768, 1_600, 12_288] {
        let weights = |t: i64| 24 * t * c * c;
        let attention = |t: i64| 4 * t * t * c;
        let t = overtakes(c);
        assert!(attention(t) > weights(t), "c = {c}, t = {t}");
        assert!(attention(t - 1) <= weights(t - 1), "c = {c}, t = {t}");
    }
}

#[test]
fn each_pass_is_one_token_longer() {
    assert_eq!(writing(&tiny(), 2, 3), pass(2) + pass(3) + pass(4));
    assert_eq!(writing(&tiny(), 1, 1), pass(1));
}

#[test]
fn no_pass_is_longer_than_the_model_can_see() {
    assert_eq!(writing(&tiny(), 5, 4), pass(5) + 3 * pass(6));
    assert_eq!(writing(&tiny(), 100, 2), 2 * pass(6));
}

#[test]
fn to_write_nothing_costs_nothing() {
    assert_eq!(writing(&tiny(), 3, 0), 0);
}

#[test]
fn writing_in_two_goes_costs_the_same() {
    let config = Gpt2Config::default();
    let whole = writing(&config, 10, 30);
    assert_eq!(whole, writing(&config, 10, 12) + writing(&config, 22, 18));
}
// HIDDEN: end
