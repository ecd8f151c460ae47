//! Exercise 8.1 (10 points): learn the answers only.
//!
//! Dimension key: `b` batch, `t` tokens.

use tch::{Kind, Tensor};

// ANCHOR: task
/// Keeps the targets that belong to an answer, and sets all others to -100.
///
/// `targets` are those of draft 2: the inputs one token further on, each row filled up
/// with `end`. So a row holds the rest of the prompt, the answer, one `end` that says
/// "stop here", and then more `end`s that say nothing. Of a row whose prompt has
/// `prompts` tokens, these stay: the answer's tokens and the first `end`. A row that was
/// cut off has no `end`; then all of its answer stays. No prompt and no answer holds an
/// `end` of its own.
///
/// `targets` itself is left as it was.
///
/// # Shapes
/// - `targets`: `(b, t)`, `Int64`
/// - `prompts`: `(b)`, `Int64`: the tokens of each row's prompt, at least 1
/// - returns `(b, t)`, `Int64`
pub fn answers_only(targets: &Tensor, prompts: &Tensor, end: i64) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let t = targets.size()[1];
    let is_end = targets.eq(end).to_kind(Kind::Int64); // (b, t)
    let ends_before = is_end.cumsum(1, Kind::Int64) - &is_end; // (b, t)
    let places = Tensor::arange(t, (Kind::Int64, targets.device())); // (t)
    // Target i is token i + 1, so the first of an answer stands at prompt - 1.
    let first = (prompts - 1).unsqueeze(1); // (b, 1)
    let stays = ends_before.eq(0).logical_and(&places.ge_tensor(&first)); // (b, t)
    targets.where_scalarother(&stays, -100)
    // SOLUTION: end
}

/// The end of text in these tests.
const P: i64 = 50_256;

/// The result for rows written out by hand.
fn rows<const N: usize>(targets: &[[i64; N]], prompts: &[i64]) -> Vec<Vec<i64>> {
    let targets = Tensor::from_slice2(targets);
    let result = answers_only(&targets, &Tensor::from_slice(prompts), P);
    assert_eq!(result.kind(), Kind::Int64, "targets are whole numbers");
    Vec::try_from(result).expect("the result must have the axes (b, t)")
}

// ANCHOR: tests
#[test]
fn after_the_first_end_nothing_stays() {
    // Prompts of one token: all targets belong to an answer.
    let targets = [[1, 2, 3, 4, P], [6, P, P, P, P], [8, 9, P, P, P]];
    let wanted = [[1, 2, 3, 4, P], [6, P, -100, -100, -100], [8, 9, P, -100, -100]];
    assert_eq!(rows(&targets, &[1, 1, 1]), wanted);
}

#[test]
fn of_the_prompt_nothing_stays() {
    // The texts: 0 1 2 | 3 4 and 5 | 6 and 7 8 | 9, with a bar after the prompt.
    let targets = [[1, 2, 3, 4, P], [6, P, P, P, P], [8, 9, P, P, P]];
    let wanted =
        [[-100, -100, 3, 4, P], [6, P, -100, -100, -100], [-100, 9, P, -100, -100]];
    assert_eq!(rows(&targets, &[3, 1, 2]), wanted);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn a_row_that_was_cut_off_keeps_its_whole_answer() {
    assert_eq!(
        rows(&[[1, 2, 3, 4], [1, 2, 3, P]], &[2, 2]),
        [[-100, 2, 3, 4], [-100, 2, 3, P]]
    );
}

#[test]
fn an_empty_answer_is_one_end() {
    assert_eq!(rows(&[[1, 2, P, P]], &[3]), [[-100, -100, P, -100]]);
}

#[test]
fn a_prompt_that_fills_the_row_leaves_nothing() {
    assert_eq!(rows(&[[1, 2, 3]], &[4]), [[-100; 3]]);
    assert_eq!(rows(&[[1, 2, 3]], &[9]), [[-100; 3]]);
}

#[test]
fn a_batch_of_one_row_and_a_row_of_one_token_are_batches_too() {
    assert_eq!(rows(&[[P]], &[1]), [[P]]);
    assert_eq!(rows(&[[7], [P]], &[1, 2]), [[7], [-100]]);
}

#[test]
fn the_end_may_be_any_id() {
    let targets = Tensor::from_slice2(&[[3i64, 0, 0], [4, 5, 0]]);
    let ours = answers_only(&targets, &Tensor::from_slice(&[1i64, 2]), 0);
    let ours = Vec::<Vec<i64>>::try_from(ours).unwrap();
    assert_eq!(ours, [[3, 0, -100], [-100, 5, 0]]);
}

#[test]
fn the_targets_that_were_given_stay_as_they_were() {
    let targets = Tensor::from_slice2(&[[1i64, 2, P, P]]);
    let before = targets.copy();
    let _ = answers_only(&targets, &Tensor::from_slice(&[2i64]), P);
    assert!(targets.equal(&before), "the function must not change its input");
}
// HIDDEN: end
