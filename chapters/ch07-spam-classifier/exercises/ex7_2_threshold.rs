//! Exercise 7.2 (10 points): a filter that seldom cries wolf.

// ANCHOR: task
/// The threshold that finds the most spam while at least `precision` of what is called spam
/// is spam.
///
/// A message is called spam when its chance of being spam is the threshold or more. Only
/// chances that occur among the messages are thresholds. Of two thresholds that find
/// equally much spam the higher one wins, for it calls less ham spam. Messages with the
/// same chance are called spam together or not at all.
///
/// `chances` and `is_spam` belong together, one pair for each message, in any order.
/// Returns `None` when no threshold is precise enough, or there is no spam at all.
pub fn threshold_for_precision(
    chances: &[f64],
    is_spam: &[bool],
    precision: f64,
) -> Option<f64> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mut messages: Vec<(f64, bool)> =
        chances.iter().copied().zip(is_spam.iter().copied()).collect();
    messages.sort_by(|a, b| b.0.total_cmp(&a.0)); // the likeliest spam first
    let (mut called, mut found) = (0, 0);
    let (mut most, mut threshold) = (0, None);
    for alike in messages.chunk_by(|a, b| a.0 == b.0) {
        called += alike.len();
        found += alike.iter().filter(|message| message.1).count();
        if found > most && found as f64 >= precision * called as f64 {
            (most, threshold) = (found, Some(alike[0].0));
        }
    }
    threshold
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn six_messages_by_hand() {
    let chances = [0.9, 0.8, 0.7, 0.6, 0.5, 0.1];
    let is_spam = [true, true, false, true, false, false];
    let threshold =
        |precision| threshold_for_precision(&chances, &is_spam, precision);
    assert_eq!(threshold(1.0), Some(0.8), "two of two are spam");
    assert_eq!(threshold(0.75), Some(0.6), "three of four are spam");
    assert_eq!(threshold(0.1), Some(0.6), "lower finds no more spam");
}

#[test]
fn sometimes_there_is_none() {
    let chances = [0.9, 0.8];
    assert_eq!(threshold_for_precision(&chances, &[false, true], 0.9), None);
    assert_eq!(threshold_for_precision(&chances, &[false, false], 0.0), None);
    assert_eq!(threshold_for_precision(&[], &[], 0.5), None);
}
// ANCHOR_END: tests

// HIDDEN: begin
/// What the task says, tried one threshold after the other.
fn by_trying(chances: &[f64], is_spam: &[bool], precision: f64) -> Option<f64> {
    let mut best: Option<(usize, f64)> = None;
    for &threshold in chances {
        let called = chances.iter().zip(is_spam).filter(|(c, _)| **c >= threshold);
        let (mut all, mut found) = (0, 0);
        called.for_each(|(_, &spam)| {
            all += 1;
            found += usize::from(spam);
        });
        let precise = found > 0 && found as f64 >= precision * all as f64;
        let better = best.is_none_or(|best| (found, threshold) > best);
        if precise && better {
            best = Some((found, threshold));
        }
    }
    best.map(|(_, threshold)| threshold)
}

#[test]
fn a_bad_start_may_still_lead_to_a_good_threshold() {
    let chances = [0.99, 0.8, 0.7, 0.6, 0.5];
    let is_spam = [false, true, true, true, true];
    assert_eq!(threshold_for_precision(&chances, &is_spam, 0.8), Some(0.5));
    assert_eq!(threshold_for_precision(&chances, &is_spam, 0.75), Some(0.5));
    assert_eq!(threshold_for_precision(&chances, &is_spam, 0.9), None);
}

#[test]
fn equals_are_called_together() {
    let chances = [0.9, 0.5, 0.5];
    assert_eq!(
        threshold_for_precision(&chances, &[true, true, false], 1.0),
        Some(0.9),
        "0.5 would call the ham too"
    );
    assert_eq!(
        threshold_for_precision(&chances, &[true, false, true], 0.6),
        Some(0.5)
    );
    assert_eq!(
        threshold_for_precision(&[0.5; 4], &[true, false, true, true], 0.8),
        None
    );
}

#[test]
fn the_order_of_the_messages_does_not_matter() {
    let chances = [0.1, 0.6, 0.9, 0.5, 0.8, 0.7];
    let is_spam = [false, true, true, false, true, false];
    assert_eq!(threshold_for_precision(&chances, &is_spam, 1.0), Some(0.8));
    assert_eq!(threshold_for_precision(&chances, &is_spam, 0.75), Some(0.6));
}

#[test]
fn certain_chances_are_thresholds_too() {
    assert_eq!(threshold_for_precision(&[1.0, 0.0], &[true, true], 1.0), Some(0.0));
    assert_eq!(
        threshold_for_precision(&[1.0, 0.0], &[true, false], 1.0),
        Some(1.0)
    );
}

#[test]
fn many_messages_agree_with_trying_all_thresholds() {
    let mut state = 7u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as u32
    };
    for round in 0..200 {
        let n = 1 + random() as usize % 30;
        let chances: Vec<f64> =
            (0..n).map(|_| f64::from(random() % 12) / 11.0).collect();
        let is_spam: Vec<bool> = chances
            .iter()
            .map(|chance| f64::from(random() % 100) / 100.0 < *chance)
            .collect();
        for precision in [0.0, 0.5, 0.75, 0.9, 1.0] {
            let ours = threshold_for_precision(&chances, &is_spam, precision);
            let wanted = by_trying(&chances, &is_spam, precision);
            assert_eq!(
                ours, wanted,
                "round {round}: {chances:?} {is_spam:?} {precision}"
            );
        }
    }
}
// HIDDEN: end
