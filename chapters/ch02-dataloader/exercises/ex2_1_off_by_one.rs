//! Exercise 2.1 (10 points): a bug hunt. The off-by-one window.

/// A published loader counts like this. It is wrong.
///
/// A window has `context` inputs, and one more id for the last target. The windows of a
/// shard start `stride` tokens apart.
fn count_wrongly(tokens: usize, context: usize, stride: usize) -> usize {
    tokens.saturating_sub(context + 1) / stride
}

// ANCHOR: task
/// The fewest tokens for which `count_wrongly` is wrong, for windows of 4 tokens that start
/// 4 apart.
pub fn witness() -> usize {
    // ANCHOR_END: task
    // SOLUTION: begin
    5 // four inputs and a last target: one window, and the published loader sees none
    // SOLUTION: end
}

// ANCHOR: task_count
/// How many windows there are in a shard of so many tokens.
pub fn count(tokens: usize, context: usize, stride: usize) -> usize {
    // ANCHOR_END: task_count
    // SOLUTION: begin
    match tokens.checked_sub(context + 1) {
        Some(spare) => spare / stride + 1,
        None => 0,
    }
    // SOLUTION: end
}

// ANCHOR: task_locate
/// Where window `number` is in shards with so many tokens: which shard, and at which of its
/// tokens the window starts. Windows are counted through all shards, and none reaches from
/// one shard into the next. `None` if there are not so many.
pub fn locate(
    shards: &[usize],
    context: usize,
    stride: usize,
    number: usize,
) -> Option<(usize, usize)> {
    // ANCHOR_END: task_locate
    // SOLUTION: begin
    let mut before = 0;
    for (shard, &tokens) in shards.iter().enumerate() {
        let windows = count(tokens, context, stride);
        if number < before + windows {
            return Some((shard, (number - before) * stride));
        }
        before += windows;
    }
    None
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn the_witness_has_a_window_that_was_not_counted() {
    let tokens = witness();
    assert_ne!(count_wrongly(tokens, 4, 4), count(tokens, 4, 4));
}

#[test]
fn nine_tokens_hold_two_windows_of_four() {
    assert_eq!(count(9, 4, 4), 2); // 0 1 2 3 → 4 and 4 5 6 7 → 8
    assert_eq!(count(8, 4, 4), 1);
    assert_eq!(count(9, 4, 1), 5);
}

#[test]
fn windows_are_counted_through_the_shards() {
    let shards = [9, 4, 13];
    assert_eq!(locate(&shards, 4, 4, 1), Some((0, 4)));
    assert_eq!(locate(&shards, 4, 4, 2), Some((2, 0)));
    assert_eq!(locate(&shards, 4, 4, 4), Some((2, 8)));
    assert_eq!(locate(&shards, 4, 4, 5), None);
}
// ANCHOR_END: tests

// HIDDEN: begin
/// Every start that leaves room for a window and its last target.
fn starts(tokens: usize, context: usize, stride: usize) -> Vec<usize> {
    (0..tokens).step_by(stride).filter(|start| start + context < tokens).collect()
}

#[test]
fn fewer_tokens_are_counted_rightly() {
    let wrong = |tokens: &usize| {
        count_wrongly(*tokens, 4, 4) != starts(*tokens, 4, 4).len()
    };
    assert_eq!(Some(witness()), (0..100).find(wrong));
}

#[test]
fn no_window_is_missing_and_none_reaches_beyond_the_end() {
    for tokens in 0..60 {
        for (context, stride) in [(1, 1), (4, 4), (4, 1), (5, 3), (3, 7), (10, 2)] {
            let expected = starts(tokens, context, stride).len();
            let seen = count(tokens, context, stride);
            assert_eq!(seen, expected, "{tokens} tokens, {context}, {stride}");
        }
    }
}

#[test]
fn every_window_is_found_in_order() {
    let shards = [0, 17, 3, 8, 40, 5];
    for (context, stride) in [(4, 4), (4, 1), (5, 3), (3, 7)] {
        let all = shards.iter().enumerate().flat_map(|(shard, &tokens)| {
            starts(tokens, context, stride)
                .into_iter()
                .map(move |start| (shard, start))
        });
        let all: Vec<_> = all.collect();
        for (number, &place) in all.iter().enumerate() {
            assert_eq!(locate(&shards, context, stride, number), Some(place));
        }
        assert_eq!(locate(&shards, context, stride, all.len()), None);
    }
    assert_eq!(locate(&[], 4, 4, 0), None);
}

#[test]
fn the_count_is_the_chapters() {
    for tokens in 0..200 {
        let windows = ch02::Windows::new(vec![0; tokens], 6, 5);
        assert_eq!(count(tokens, 6, 5), windows.len());
    }
}
// HIDDEN: end
