//! What the built-in preferences promise.

use std::collections::{BTreeMap, HashSet};

use datasets::{Preference, built_in_preferences};

fn built_in() -> Vec<Preference> {
    built_in_preferences().expect("the built-in preferences are sound")
}

#[test]
fn they_are_many_and_no_instruction_comes_twice() {
    let preferences = built_in();
    assert!(preferences.len() >= 320, "{} pairs", preferences.len());
    let mut seen = HashSet::new();
    for pair in &preferences {
        let plain = pair.instruction.to_lowercase();
        assert!(seen.insert(plain), "twice: {}", pair.instruction);
    }
}

#[test]
fn each_has_two_answers_that_no_other_pair_has() {
    let mut seen = HashSet::new();
    for pair in built_in() {
        for answer in [pair.chosen, pair.rejected] {
            assert_eq!(answer.trim_end(), answer, "{}", pair.instruction);
            assert!(!answer.is_empty(), "{}", pair.instruction);
            assert!(seen.insert(answer.clone()), "twice: {answer}");
        }
    }
}

#[test]
fn no_way_of_answering_badly_is_rare() {
    let preferences = built_in();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for pair in &preferences {
        *counts.entry(pair.fault.as_deref().unwrap_or("")).or_default() += 1;
    }
    assert!((10..=14).contains(&counts.len()), "{counts:?}");
    assert!(!counts.contains_key(""), "a pair names no fault");
    let even = preferences.len() / counts.len();
    for (fault, count) in counts {
        assert!(2 * count >= even && count <= 2 * even, "{fault}: {count}");
    }
}

#[test]
fn the_length_does_not_give_the_better_answer_away() {
    let preferences = built_in();
    let longer =
        preferences.iter().filter(|pair| pair.chosen.len() > pair.rejected.len());
    let percent = 100 * longer.count() / preferences.len();
    assert!((40..=60).contains(&percent), "the longer one in {percent} %");
}

#[test]
fn few_answers_of_one_side_begin_alike() {
    let pairs = built_in().into_iter().map(|pair| (pair.chosen, pair.rejected));
    let (chosen, rejected): (Vec<String>, Vec<String>) = pairs.unzip();
    for side in [chosen, rejected] {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for answer in &side {
            let words: Vec<&str> = answer.split_whitespace().take(3).collect();
            if words.len() == 3 {
                *counts.entry(words.join(" ")).or_default() += 1;
            }
        }
        for (words, count) in counts {
            assert!(count <= 3, "{count} answers begin with `{words}`");
        }
    }
}
