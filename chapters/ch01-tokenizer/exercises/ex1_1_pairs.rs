//! Exercise 1.1 (5 points): count pairs, and join one.

use std::collections::HashMap;

// ANCHOR: task
/// How often each two neighbours stand side by side. A pair may share an id with the
/// next one: `1 1 1` has the pair `(1, 1)` twice.
pub fn count_pairs(ids: &[u32]) -> HashMap<(u32, u32), usize> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mut counts = HashMap::new();
    for pair in ids.windows(2) {
        *counts.entry((pair[0], pair[1])).or_default() += 1;
    }
    counts
    // SOLUTION: end
}

// ANCHOR: task_join
/// The ids with `pair` replaced by `new` everywhere, from left to right. An id that was
/// replaced is gone: `1 1 1` becomes `new 1`.
pub fn join(ids: &[u32], pair: (u32, u32), new: u32) -> Vec<u32> {
    // ANCHOR_END: task_join
    // SOLUTION: begin
    let mut joined = Vec::new();
    let mut rest = ids;
    while let [first, after @ ..] = rest {
        match after {
            [second, behind @ ..] if (*first, *second) == pair => {
                joined.push(new);
                rest = behind;
            }
            _ => {
                joined.push(*first);
                rest = after;
            }
        }
    }
    joined
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn the_pairs_of_hello_hello() {
    let ids: Vec<u32> = "hello hello".bytes().map(u32::from).collect();
    let counts = count_pairs(&ids);
    assert_eq!(counts[&(b'l'.into(), b'l'.into())], 2);
    assert_eq!(counts[&(b'o'.into(), b' '.into())], 1);
    assert_eq!(counts.len(), 6); // he el ll lo "o " " h"
}

#[test]
fn a_pair_is_joined_everywhere() {
    assert_eq!(join(&[1, 2, 3, 1, 2], (1, 2), 9), [9, 3, 9]);
    assert_eq!(join(&[1, 1, 1], (1, 1), 9), [9, 1]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn pairs_that_overlap_are_all_counted() {
    assert_eq!(count_pairs(&[7; 5])[&(7, 7)], 4);
    let counts = count_pairs(&[1, 2, 1, 2, 1]);
    assert_eq!((counts[&(1, 2)], counts[&(2, 1)]), (2, 2));
}

#[test]
fn short_rows_have_no_pairs() {
    assert!(count_pairs(&[]).is_empty());
    assert!(count_pairs(&[5]).is_empty());
    assert_eq!(join(&[], (1, 2), 9), [0; 0]);
    assert_eq!(join(&[1], (1, 1), 9), [1]);
}

#[test]
fn the_order_within_a_pair_counts() {
    assert_eq!(join(&[2, 1, 2, 2], (1, 2), 9), [2, 9, 2]);
    assert_eq!(count_pairs(&[2, 1]).get(&(1, 2)), None);
}

#[test]
fn runs_are_joined_from_the_left() {
    assert_eq!(join(&[1; 4], (1, 1), 9), [9, 9]);
    assert_eq!(join(&[1; 7], (1, 1), 9), [9, 9, 9, 1]);
    assert_eq!(join(&[2, 1, 1, 1, 2], (1, 1), 9), [2, 9, 1, 2]);
}

#[test]
fn what_was_made_is_not_joined_again_in_the_same_pass() {
    assert_eq!(join(&[1, 2, 2], (1, 2), 1), [1, 2]);
}

#[test]
fn the_last_id_is_kept() {
    assert_eq!(join(&[1, 2, 3], (1, 2), 9), [9, 3]);
    assert_eq!(join(&[3, 1, 2], (1, 2), 9), [3, 9]);
    assert_eq!(join(&[3, 2, 1], (1, 2), 9), [3, 2, 1]);
}
// HIDDEN: end
