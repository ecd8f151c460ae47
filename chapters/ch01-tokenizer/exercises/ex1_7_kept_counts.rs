//! Exercise 1.7 (20 points): counts that are kept.

use std::collections::HashMap;

/// Two neighbouring tokens.
type Pair = (u32, u32);

/// A word as tokens, and how often the text has it.
type Word = (Vec<u32>, u64);

// ANCHOR: task
/// Replaces `pair` by `new` in all words, and keeps the counts of the pairs right.
///
/// Before the call `counts` says how often each pair occurs; a word that the text has
/// seven times counts seven times. After the call it says so again. A pair that occurs
/// no more is not in it.
///
/// Other texts may be counted in the same table. So nothing is counted anew: only what
/// the merge changes is subtracted and added.
pub fn join_and_keep_counts(
    words: &mut [Word],
    pair: Pair,
    new: u32,
    counts: &mut HashMap<Pair, u64>,
) {
    // ANCHOR_END: task
    // SOLUTION: begin
    for (word, times) in words {
        if !word.windows(2).any(|two| (two[0], two[1]) == pair) {
            continue;
        }
        for two in word.windows(2) {
            let old = (two[0], two[1]);
            if let Some(count) = counts.get_mut(&old) {
                *count -= *times;
                if *count == 0 {
                    counts.remove(&old);
                }
            }
        }
        let mut at = 0;
        while at + 1 < word.len() {
            if (word[at], word[at + 1]) == pair {
                word[at] = new;
                word.remove(at + 1);
            }
            at += 1;
        }
        for two in word.windows(2) {
            *counts.entry((two[0], two[1])).or_default() += *times;
        }
    }
    // SOLUTION: end
}

/// The pairs of all words, counted from the beginning.
fn counted(words: &[Word]) -> HashMap<Pair, u64> {
    let mut sums = HashMap::new();
    for (ids, number) in words {
        ids.windows(2)
            .for_each(|two| *sums.entry((two[0], two[1])).or_insert(0) += number);
    }
    sums
}

/// Words made of letters.
fn words(list: &[(&str, u64)]) -> Vec<Word> {
    let ids = |word: &str| word.bytes().map(u32::from).collect();
    list.iter().map(|&(word, times)| (ids(word), times)).collect()
}

/// The pair of these two letters.
fn pair(letters: &str) -> Pair {
    let bytes = letters.as_bytes();
    (bytes[0].into(), bytes[1].into())
}

// ANCHOR: tests
#[test]
fn low_and_lower() {
    let mut words = words(&[("low", 5), ("lower", 2)]);
    let mut counts = counted(&words);
    join_and_keep_counts(&mut words, pair("ow"), 256, &mut counts);
    assert_eq!(words[1].0, [108, 256, 101, 114]); // l ow e r
    assert_eq!(counts[&(108, 256)], 7);
    assert_eq!(counts[&(256, 101)], 2);
    assert_eq!(counts.get(&pair("ow")), None);
    assert_eq!(counts, counted(&words));
}
// ANCHOR_END: tests

// HIDDEN: begin
/// Joins, and holds the kept counts against new ones.
fn checked(list: &[(&str, u64)], letters: &str) -> Vec<Word> {
    let mut words = words(list);
    let mut counts = counted(&words);
    join_and_keep_counts(&mut words, pair(letters), 256, &mut counts);
    assert_eq!(counts, counted(&words), "{letters} in {list:?}");
    words
}

#[test]
fn a_pair_that_follows_itself() {
    let words = checked(&[("abab", 3), ("xababab", 2)], "ab");
    assert_eq!(words[0].0, [256, 256]);
    assert_eq!(words[1].0, [120, 256, 256, 256]);
}

#[test]
fn a_letter_that_follows_itself() {
    for length in 1..12 {
        let word = "a".repeat(length);
        let words = checked(&[(&word, 4), ("baab", 1)], "aa");
        assert_eq!(words[0].0.len(), length.div_ceil(2), "{word}");
    }
}

#[test]
fn a_pair_at_the_edges_and_alone() {
    checked(&[("ab", 7), ("abc", 1), ("cab", 1), ("c", 9), ("", 1)], "ab");
}

#[test]
fn a_pair_that_does_not_occur_changes_nothing() {
    let words = checked(&[("ba", 2), ("acb", 3)], "ab");
    assert_eq!(words[0].0, [98, 97]);
}

#[test]
fn what_another_text_counted_stays() {
    let mut words = words(&[("abc", 2)]);
    let mut counts = counted(&words);
    *counts.entry(pair("bc")).or_default() += 10;
    counts.insert(pair("xy"), 5);
    join_and_keep_counts(&mut words, pair("ab"), 256, &mut counts);
    let wanted = [(pair("bc"), 10), (pair("xy"), 5), ((256, 99), 2)];
    assert_eq!(counts, HashMap::from(wanted));
}

#[test]
fn many_merges_after_each_other() {
    let mut words =
        words(&[("banana", 3), ("bandana", 2), ("nanan", 5), ("aaaaaa", 1)]);
    let mut counts = counted(&words);
    for new in 256..270 {
        let Some(best) = counts.iter().map(|(&pair, &count)| (count, pair)).max()
        else {
            break;
        };
        join_and_keep_counts(&mut words, best.1, new, &mut counts);
        assert_eq!(counts, counted(&words), "after merge {new}");
    }
}
// HIDDEN: end
