//! Exercise 9.2 (10 points): never the same three words again.
//!
//! Dimension key: `b` rows, `t` tokens, `v` vocabulary.

use tch::{Device, Kind, Tensor};

// ANCHOR: task
/// Forbids every token that would complete a run of `n` tokens which the text has
/// already: it gets the logit `-∞`.
///
/// With `n = 3` a text that ends in `… 5 6` and has `5 6 7` somewhere may not go on
/// with 7. With `n = 1` no token may come twice. A text of fewer than `n` tokens
/// forbids nothing.
///
/// The texts of a batch are filled up on the right: row `i` holds `lengths[i]`
/// tokens, and the rest of the row is padding, which may look like any token. It is
/// no part of the text: it neither counts as a run, nor is it how the text ends.
///
/// # Shapes
/// - `logits`: `(b, v)`
/// - `ids`: `(b, t)`, `Int64`
/// - `lengths`: `b` numbers, each at most `t`
/// - returns `(b, v)`
///
/// # Panics
/// When `n` is 0.
pub fn no_repeat(
    logits: &Tensor,
    ids: &Tensor,
    lengths: &[usize],
    n: usize,
) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    assert!(n > 0, "a run has at least one token");
    let forbidden = logits.copy();
    for (row, &length) in (0..).zip(lengths) {
        let ids = Vec::<i64>::try_from(ids.get(row)).expect("one axis");
        let text = &ids[..length];
        let Some(begun) = text.len().checked_sub(n - 1) else { continue };
        let runs = text.windows(n).filter(|run| run[..n - 1] == text[begun..]);
        for run in runs {
            let _ = forbidden.get(row).get(run[n - 1]).fill_(f64::NEG_INFINITY);
        }
    }
    forbidden
    // SOLUTION: end
}

/// The tokens that are forbidden after each text, of ten.
fn forbidden(ids: &Tensor, lengths: &[usize], n: usize) -> Vec<Vec<usize>> {
    let logits =
        Tensor::arange(10, (Kind::Float, Device::Cpu)).repeat([ids.size()[0], 1]);
    let left = no_repeat(&logits, ids, lengths, n);
    assert_eq!(left.size(), logits.size(), "the shape stays (b, v)");
    let rows = Vec::<Vec<f32>>::try_from(left).expect("two axes");
    let out = |row: &Vec<f32>| {
        let ids = row.iter().enumerate();
        let ids = ids.inspect(|&(id, &x)| {
            assert!(x == f32::NEG_INFINITY || x == id as f32, "logit {id} is {x}");
        });
        ids.filter(|(_, x)| x.is_infinite()).map(|(id, _)| id).collect()
    };
    rows.iter().map(out).collect()
}

/// The same for one text without padding.
fn after(text: &[i64], n: usize) -> Vec<usize> {
    forbidden(&Tensor::from_slice(text).unsqueeze(0), &[text.len()], n).remove(0)
}

// ANCHOR: tests
#[test]
fn a_run_of_three_is_not_completed_again() {
    assert_eq!(after(&[5, 6, 7, 1, 5, 6], 3), [7]);
    assert_eq!(after(&[5, 6, 7, 5, 6, 8, 5, 6], 3), [7, 8]);
    assert_eq!(after(&[5, 6, 7, 1, 6, 5], 3), [] as [usize; 0]);
}

#[test]
fn runs_of_one_are_the_tokens_themselves() {
    assert_eq!(after(&[3, 9, 3], 1), [3, 9]);
}

#[test]
fn padding_is_no_text() {
    let ids =
        Tensor::from_slice2(&[[5i64, 6, 7, 5, 6, 0, 0], [1, 2, 3, 1, 2, 9, 1]]);
    assert_eq!(forbidden(&ids, &[5, 5], 3), [[7], [3]]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn a_short_text_forbids_nothing() {
    let nothing = [] as [usize; 0];
    assert_eq!(after(&[5], 3), nothing);
    assert_eq!(after(&[5, 5], 3), nothing);
    assert_eq!(after(&[5, 6, 7], 5), nothing);
    assert_eq!(after(&[7, 7, 7], 3), [7], "three are enough");
}

#[test]
fn an_empty_text_forbids_nothing() {
    let ids = Tensor::from_slice2(&[[4i64, 4, 4], [4, 4, 4]]);
    for n in [1, 2, 3] {
        let found = forbidden(&ids, &[0, 3], n);
        assert_eq!((found[0].len(), found[1].as_slice()), (0, &[4usize][..]));
    }
}

#[test]
fn whatever_the_padding_is_it_changes_nothing() {
    let text = [1i64, 2, 3, 1, 2];
    for filling in 0..10 {
        let padded = [&text[..], &[filling; 4]].concat();
        let ids = Tensor::from_slice(&padded).unsqueeze(0);
        for n in [1, 2, 3, 4] {
            let wanted = after(&text, n);
            assert_eq!(forbidden(&ids, &[5], n), [wanted], "{filling}, n = {n}");
        }
    }
}

#[test]
fn padding_that_looks_like_a_run_is_none() {
    // The padding goes on as the run did; the text itself has no run of three twice.
    let ids = Tensor::from_slice2(&[[1i64, 2, 4, 1, 2, 3]]);
    assert_eq!(forbidden(&ids, &[2], 3), [[] as [usize; 0]]);
    assert_eq!(forbidden(&ids, &[5], 3), [[4]]);
}

#[test]
fn a_run_may_begin_anywhere() {
    for before in 0..=4 {
        let text = [&[9, 8, 0, 3][..before], &[5, 6, 7, 1, 5, 6]].concat();
        assert_eq!(after(&text, 3), [7], "{before} tokens before it");
    }
}

#[test]
fn runs_may_overlap() {
    assert_eq!(after(&[4, 4, 4], 2), [4]);
    assert_eq!(after(&[1, 2, 1, 2, 1], 4), [2]);
}

#[test]
fn rows_do_not_hear_each_other() {
    let ids = Tensor::from_slice2(&[
        [1i64, 2, 3, 1, 2],
        [1, 2, 4, 1, 2],
        [7, 8, 9, 1, 2],
    ]);
    let nothing: Vec<usize> = Vec::new();
    assert_eq!(forbidden(&ids, &[5, 5, 5], 3), [vec![3], vec![4], nothing]);
}

#[test]
fn the_given_logits_stay_as_they_are() {
    let logits = Tensor::zeros([1, 10], (Kind::Float, Device::Cpu));
    let _ = no_repeat(&logits, &Tensor::from_slice2(&[[5i64, 5]]), &[2], 1);
    assert!(logits.equal(&logits.zeros_like()), "the input was changed");
}
// HIDDEN: end
