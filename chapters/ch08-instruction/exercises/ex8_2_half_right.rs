//! Exercise 8.2 (10 points): half right.

// ANCHOR: task
/// How far two answers agree, from 0 to 1: the F1 of their words.
///
/// Both texts are cut into words at white space. Capital or small, and marks at both ends
/// of a word, make no difference: `"Cat,"` is `cat`. What has no letter and no digit is no
/// word. Then each word of one text is paired with an equal word of the other, as long as
/// there is one left; with `c` pairs, `a` words in the answer and `e` in the expected one,
///
/// ```text
/// precision = c / a        recall = c / e        F1 = 2 · precision · recall / (precision + recall)
/// ```
///
/// Where both have no words, they agree: 1. Where nothing is paired otherwise: 0.
///
/// Source: Rajpurkar et al. (2016), "SQuAD", section 6.1, arXiv:1606.05250.
pub fn word_f1(answer: &str, expected: &str) -> f64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    let words = |text: &str| -> Vec<String> {
        let words = text.split_whitespace();
        let words =
            words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let (answer, mut left) = (words(answer), words(expected));
    let both = answer.len() + left.len();
    if both == 0 {
        return 1.0;
    }
    let mut pairs = 0;
    for word in &answer {
        if let Some(place) = left.iter().position(|other| other == word) {
            left.swap_remove(place); // a word is paired only once
            pairs += 1;
        }
    }
    2.0 * f64::from(pairs) / both as f64 // the formula above, multiplied out
    // SOLUTION: end
}

/// Demands an F1, to nine digits.
fn assert_f1(answer: &str, expected: &str, by_hand: f64) {
    let ours = word_f1(answer, expected);
    assert!(
        (ours - by_hand).abs() < 1e-9,
        "{answer:?} and {expected:?}: {by_hand}, not {ours}"
    );
}

// ANCHOR: tests
#[test]
fn the_same_words_agree_wholly_and_other_words_not_at_all() {
    assert_f1("a short man", "a short man", 1.0);
    assert_f1("a short man", "two flowers", 0.0);
}

#[test]
fn two_words_of_three() {
    assert_f1("a tall man", "a short man", 2.0 / 3.0);
}

#[test]
fn too_many_words_cost_precision() {
    // precision 1/3, recall 1
    assert_f1("it is red", "red", 0.5);
}

#[test]
fn capitals_and_marks_make_no_difference() {
    assert_f1("Good night, Sam!", "good night sam", 1.0);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn too_few_words_cost_recall() {
    assert_f1("red", "it is red", 0.5);
}

#[test]
fn a_word_is_paired_only_once() {
    // one pair; 4 words and 1 word
    assert_f1("red red red red", "red", 0.4);
    // two pairs; 3 words and 2 words
    assert_f1("no no no", "no no", 0.8);
}

#[test]
fn the_order_of_the_words_makes_no_difference() {
    assert_f1("man short a", "a short man", 1.0);
}

#[test]
fn both_texts_may_change_places() {
    for (a, b) in [("it is red", "red"), ("a b c", "b c d e"), ("", "x")] {
        assert_f1(a, b, word_f1(b, a));
    }
}

#[test]
fn texts_without_words() {
    assert_f1("", "", 1.0);
    assert_f1(" \n", "...", 1.0);
    assert_f1("", "red", 0.0);
    assert_f1("red", " - ", 0.0);
}

#[test]
fn lone_marks_are_no_words() {
    assert_f1("- milk\n- bread", "milk bread", 1.0);
}

#[test]
fn marks_inside_a_word_stay() {
    assert_f1("eight o'clock", "eight oclock", 0.5);
    assert_f1("twenty-one", "twenty one", 0.0);
}

#[test]
fn letters_of_all_alphabets_are_letters() {
    assert_f1("ÜBER", "über", 1.0);
}
// HIDDEN: end
