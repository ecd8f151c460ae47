//! Exercise 2.7 (5 points): what one window teaches.

// ANCHOR: task
/// All the questions that a window of `t` inputs asks, and their answers.
///
/// A model that reads `t` tokens guesses a next token after each of them. So one window
/// asks `t` questions: the first token alone, the first two, and so on. The answer is
/// always the token that comes next, and the last answer is the token after the window.
///
/// With the ids `7 8 9 10` and `t = 3`: `7` asks for 8, `7 8` for 9, `7 8 9` for 10.
/// `start` is the place of the window's first token in `ids`. Where there is no token
/// after the window, there is no window, and the answer is `None`.
pub fn questions(
    ids: &[u32],
    start: usize,
    t: usize,
) -> Option<Vec<(Vec<u32>, u32)>> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let window = ids.get(start..start.checked_add(t)?.checked_add(1)?)?;
    let question = |length: usize| (window[..length].to_vec(), window[length]);
    Some((1..=t).map(question).collect())
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn three_questions_by_hand() {
    let by_hand = vec![(vec![7], 8), (vec![7, 8], 9), (vec![7, 8, 9], 10)];
    assert_eq!(questions(&[7, 8, 9, 10], 0, 3), Some(by_hand));
}

#[test]
fn a_window_without_an_answer_is_none() {
    assert_eq!(questions(&[7, 8, 9], 0, 3), None);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn a_window_may_begin_anywhere() {
    let by_hand = vec![(vec![3], 4), (vec![3, 4], 5)];
    assert_eq!(questions(&[1, 2, 3, 4, 5], 2, 2), Some(by_hand));
    assert_eq!(questions(&[1, 2, 3, 4, 5], 3, 2), None);
}

#[test]
fn a_start_beyond_the_text_is_none_and_no_panic() {
    assert_eq!(questions(&[1, 2], 9, 1), None);
    assert_eq!(questions(&[], 0, 1), None);
    assert_eq!(questions(&[1, 2], usize::MAX, 2), None);
}

#[test]
fn every_answer_is_the_next_questions_last_token() {
    let ids: Vec<u32> = (0..50).map(|i| i * 7 % 50).collect();
    let all = questions(&ids, 4, 20).unwrap();
    assert_eq!(all.len(), 20);
    for two in all.windows(2) {
        assert_eq!(two[1].0.last(), Some(&two[0].1));
    }
}
// HIDDEN: end
