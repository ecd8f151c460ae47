//! What the built-in completions promise.

use std::collections::HashSet;

use datasets::{Completion, built_in_completions};

fn built_in() -> Vec<Completion> {
    built_in_completions().expect("the built-in completions are sound")
}

/// How many of a hundred completions `holds` for.
fn percent(holds: impl Fn(&Completion) -> bool) -> usize {
    let completions = built_in();
    100 * completions.iter().filter(|item| holds(item)).count() / completions.len()
}

/// The length of the right ending, and those of the others.
fn lengths(item: &Completion) -> (usize, Vec<usize>) {
    let mut lengths = item.endings.each_ref().map(String::len).to_vec();
    (lengths.swap_remove(item.label), lengths)
}

#[test]
fn they_are_many_and_each_situation_is_its_own() {
    let completions = built_in();
    assert!(completions.len() >= 120, "{} completions", completions.len());
    let mut seen = HashSet::new();
    for item in &completions {
        let words: Vec<&str> = item.ctx.split_whitespace().take(5).collect();
        assert!(seen.insert(words.join(" ")), "two begin with: {words:?}");
    }
}

#[test]
fn each_ending_is_a_sentence_end_that_comes_once() {
    let mut seen = HashSet::new();
    for item in built_in() {
        assert_eq!(item.ctx.trim(), item.ctx);
        for ending in item.endings {
            assert_eq!(ending.trim(), ending);
            assert!(ending.ends_with(['.', '"']), "{ending}");
            assert!(seen.insert(ending.clone()), "twice: {ending}");
        }
    }
}

#[test]
fn each_place_holds_a_quarter_of_the_right_endings() {
    for place in 0..4 {
        let share = percent(|item| item.label == place);
        assert!((22..=28).contains(&share), "place {place}: {share} %");
    }
}

#[test]
fn the_length_does_not_give_the_right_ending_away() {
    let longest = percent(|item| {
        let (right, others) = lengths(item);
        others.iter().all(|&other| right > other)
    });
    let shortest = percent(|item| {
        let (right, others) = lengths(item);
        others.iter().all(|&other| right < other)
    });
    for (name, share) in [("longest", longest), ("shortest", shortest)] {
        assert!((15..=35).contains(&share), "the {name} in {share} %");
    }
}
