//! Exercise 1.9 (15 points): where greed fails.

use std::collections::HashSet;

/// WordPiece's way: the longest known beginning, then the longest of the rest. `None`
/// when that leads into a dead end. (Without the `##`, which change nothing here.)
fn greedy<'a>(word: &'a str, known: &HashSet<&str>) -> Option<Vec<&'a str>> {
    let mut parts = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let ends = (1..=rest.len()).rev().filter(|&end| rest.is_char_boundary(end));
        let end = ends.into_iter().find(|&end| known.contains(&rest[..end]))?;
        parts.push(&rest[..end]);
        rest = &rest[end..];
    }
    Some(parts)
}

/// The parts that are known.
const KNOWN: [&str; 7] = ["a", "b", "c", "d", "ab", "abc", "cda"];

// ANCHOR: task
/// A word of the letters a to d that [`greedy`] cuts into more parts than it needs,
/// with the parts of [`KNOWN`].
pub fn witness() -> &'static str {
    // ANCHOR_END: task
    // SOLUTION: begin
    "abcda" // ab cda; greed takes abc first, and d and a are left
    // SOLUTION: end
}

// ANCHOR: task_fewest
/// The word in as few known parts as possible; `None` if it can't be put together.
/// Of several such cuts any will do. A word of a thousand letters must not take long.
pub fn fewest<'a>(word: &'a str, known: &HashSet<&str>) -> Option<Vec<&'a str>> {
    // ANCHOR_END: task_fewest
    // SOLUTION: begin
    let longest = known.iter().map(|part| part.len()).max().unwrap_or(0);
    // For each end: in how many parts one gets there, and where the last of them starts.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
    best[0] = Some((0, 0));
    for (end, _) in word.char_indices().skip(1).chain([(word.len(), ' ')]) {
        let starts = (end.saturating_sub(longest)..end)
            .filter(|&start| word.is_char_boundary(start));
        let known = starts.filter(|&start| known.contains(&word[start..end]));
        best[end] = known.filter_map(|at| Some((best[at]?.0 + 1, at))).min();
    }
    let mut cut = Vec::new();
    let mut end = word.len();
    while end > 0 {
        let (_, start) = best[end]?;
        cut.push(&word[start..end]);
        end = start;
    }
    cut.reverse();
    Some(cut)
    // SOLUTION: end
}

/// A set of these parts.
fn set<'a>(parts: &[&'a str]) -> HashSet<&'a str> {
    parts.iter().copied().collect()
}

/// In how many parts a word is cut, after a look whether they are known and make the word.
fn count(word: &str, known: &HashSet<&str>) -> Option<usize> {
    let parts = fewest(word, known)?;
    assert_eq!(parts.concat(), word, "the parts must make the word");
    assert!(
        parts.iter().all(|part| known.contains(part)),
        "{parts:?} must be known"
    );
    Some(parts.len())
}

// ANCHOR: tests
#[test]
fn greed_needs_more_parts_for_the_witness() {
    let known = set(&KNOWN);
    let word = witness();
    let by_greed = greedy(word, &known).expect("letters a to d").len();
    let needed = count(word, &known).expect("letters a to d");
    assert!(needed < by_greed, "{word}: {needed} parts, {by_greed} by greed");
}

#[test]
fn greed_may_lead_into_a_dead_end() {
    let known = set(&["ab", "a", "bc"]);
    assert_eq!(greedy("abc", &known), None);
    assert_eq!(fewest("abc", &known), Some(vec!["a", "bc"]));
}
// ANCHOR_END: tests

// HIDDEN: begin
/// The smallest number of parts, by trying every cut.
fn by_trying(word: &str, known: &HashSet<&str>) -> Option<usize> {
    if word.is_empty() {
        return Some(0);
    }
    let ends = (1..=word.len()).filter(|&end| word.is_char_boundary(end));
    let starts_well = ends.filter(|&end| known.contains(&word[..end]));
    starts_well.filter_map(|end| Some(by_trying(&word[end..], known)? + 1)).min()
}

#[test]
fn the_witness_needs_fewer_by_every_count() {
    let known = set(&KNOWN);
    let word = witness();
    assert!(word.chars().all(|letter| ('a'..='d').contains(&letter)));
    let by_greed = greedy(word, &known).map(|parts| parts.len());
    assert!(by_trying(word, &known) < by_greed);
}

#[test]
fn every_short_word_has_the_fewest_parts() {
    let parts =
        [&KNOWN[..], &["ab", "ba", "abab", "c"], &["aab", "b", "ba"]].map(set);
    for known in &parts {
        for number in 0..4usize.pow(6) {
            let letters =
                (0..6).map(|i| b"abcd"[number / 4usize.pow(i) % 4] as char);
            let word: String = letters.take(1 + number % 6).collect();
            assert_eq!(count(&word, known), by_trying(&word, known), "{word}");
        }
    }
}

#[test]
fn what_cannot_be_put_together_is_none() {
    assert_eq!(fewest("abx", &set(&KNOWN)), None);
    assert_eq!(fewest("a", &set(&[])), None);
    assert_eq!(fewest("", &set(&KNOWN)), Some(vec![]));
}

#[test]
fn letters_of_several_bytes_stay_whole() {
    assert_eq!(
        fewest("naïve", &set(&["na", "ï", "ve", "naïv"])),
        Some(vec!["na", "ï", "ve"])
    );
    assert_eq!(fewest("☕é", &set(&["☕", "é"])), Some(vec!["☕", "é"]));
}

#[test]
fn a_long_word_takes_no_years() {
    let known = set(&["a", "aa", "aaa"]);
    assert_eq!(count(&"a".repeat(1000), &known), Some(334));
    assert_eq!(fewest(&("a".repeat(1000) + "b"), &known), None);
}
// HIDDEN: end
