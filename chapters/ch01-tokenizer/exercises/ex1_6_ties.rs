//! Exercise 1.6 (10 points): a bug hunt. Which of two equals?

use std::collections::HashMap;

/// Two neighbouring tokens.
type Pair = (u32, u32);

/// A published trainer chooses like this. It is wrong: run it twice on the same counts
/// and it may choose two different pairs, since a `HashMap` has no order.
fn choose_wrongly(counts: &HashMap<Pair, u64>) -> Option<Pair> {
    counts.iter().max_by_key(|(_, count)| **count).map(|(pair, _)| *pair)
}

// ANCHOR: task
/// The pair to be joined next: the one that occurs most often, if it occurs twice at
/// least.
///
/// Of several that occur equally often it is the one whose left token comes last in the
/// alphabet; of those with the same left token, the one whose right token does.
/// `tokens[id]` are a token's bytes, and bytes are compared, not ids: ids depend on
/// what was learned before.
pub fn best_pair(counts: &HashMap<Pair, u64>, tokens: &[Vec<u8>]) -> Option<Pair> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let bytes = |id: u32| &tokens[id as usize];
    let frequent = counts.iter().filter(|&(_, &count)| count > 1);
    let best = frequent
        .max_by_key(|&(&(left, right), &count)| (count, bytes(left), bytes(right)));
    best.map(|(&pair, _)| pair)
    // SOLUTION: end
}

/// The 256 bytes, and these tokens.
fn tokens(learned: &[&str]) -> Vec<Vec<u8>> {
    let learned = learned.iter().map(|token| token.as_bytes().to_vec());
    (0..=u8::MAX).map(|byte| vec![byte]).chain(learned).collect()
}

/// The pair of these two bytes.
fn pair(left: u8, right: u8) -> Pair {
    (left.into(), right.into())
}

// ANCHOR: tests
#[test]
fn the_faulty_choice_is_right_where_no_two_are_equal() {
    let counts = HashMap::from([(pair(b'a', b'b'), 3), (pair(b'b', b'c'), 2)]);
    assert_eq!(choose_wrongly(&counts), best_pair(&counts, &tokens(&[])));
}

#[test]
fn of_equals_the_last_in_the_alphabet_is_chosen() {
    for _ in 0..50 {
        // each map has another order
        let equal = [(b'a', b'z'), (b'c', b'a'), (b'c', b'b'), (b'b', b'z')];
        let mut counts: HashMap<_, _> =
            equal.into_iter().map(|(left, right)| (pair(left, right), 4)).collect();
        counts.insert(pair(b'z', b'z'), 3);
        assert_eq!(best_pair(&counts, &tokens(&[])), Some(pair(b'c', b'b')));
    }
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn bytes_decide_and_not_ids() {
    let tokens = tokens(&["ab", "aa"]); // ids 256 and 257
    let counts = HashMap::from([((256, 99), 5), ((257, 99), 5), ((97, 99), 5)]);
    assert_eq!(best_pair(&counts, &tokens), Some((256, 99)));
    let counts = HashMap::from([((256, 99), 5), ((98, 99), 5)]); // "b" is after "ab"
    assert_eq!(best_pair(&counts, &tokens), Some((98, 99)));
}

#[test]
fn the_left_token_is_compared_before_the_right_one() {
    // Written together, "abc" comes after "aba"; yet "ab" comes after "a".
    let tokens = tokens(&["ab", "bc"]);
    let counts = HashMap::from([((97, 257), 5), ((256, 97), 5)]);
    assert_eq!(best_pair(&counts, &tokens), Some((256, 97)));
}

#[test]
fn what_occurs_once_is_not_worth_a_token() {
    let counts = HashMap::from([(pair(b'a', b'b'), 1), (pair(b'b', b'c'), 1)]);
    assert_eq!(best_pair(&counts, &tokens(&[])), None);
    assert_eq!(best_pair(&HashMap::new(), &tokens(&[])), None);
    let counts = HashMap::from([(pair(b'a', b'b'), 2)]);
    assert_eq!(best_pair(&counts, &tokens(&[])), Some(pair(b'a', b'b')));
}

#[test]
fn more_often_goes_before_later_in_the_alphabet() {
    let counts = HashMap::from([(pair(b'a', b'a'), 9), (pair(b'z', b'z'), 8)]);
    assert_eq!(best_pair(&counts, &tokens(&[])), Some(pair(b'a', b'a')));
}

#[test]
fn a_whole_training_goes_as_the_chapters() {
    let story = "low lower lowest, new newer newest; wide wider widest. The keeper of \
        the lighthouse keeps the light alight, and the wider the sea the wilder it is."
        .repeat(3);
    let mut words: Vec<Vec<u32>> = ch01::pieces(&story)
        .map(|word| word.bytes().map(u32::from).collect())
        .collect();
    let mut tokens = tokens(&[]);
    while tokens.len() < 290 {
        let mut counts = HashMap::new();
        for two in words.iter().flat_map(|word| word.windows(2)) {
            *counts.entry((two[0], two[1])).or_default() += 1;
        }
        let (left, right) = best_pair(&counts, &tokens).unwrap();
        let made = tokens.len() as u32;
        tokens.push([&tokens[left as usize][..], &tokens[right as usize]].concat());
        for word in &mut words {
            let mut at = 0;
            while at + 1 < word.len() {
                if (word[at], word[at + 1]) == (left, right) {
                    word[at] = made;
                    word.remove(at + 1);
                }
                at += 1;
            }
        }
    }
    let vocabulary = ch01::train([&story[..]], 290);
    let chapters: Vec<Vec<u8>> = vocabulary.tokens().map(<[u8]>::to_vec).collect();
    assert_eq!(tokens, chapters);
}
// HIDDEN: end
