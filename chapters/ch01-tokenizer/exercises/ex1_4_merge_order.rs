//! Exercise 1.4 (15 points): a bug hunt. Merges in the wrong order.

/// The single letters of a word.
fn letters(word: &str) -> Vec<String> {
    word.chars().map(String::from).collect()
}

/// An encoder that joins the leftmost two parts that merge at all. It is wrong: with
/// GPT-2's merges it makes "He" and "llo" of "Hello".
///
/// `rank(left, right)` says when the pair was learned, 0 for the first one; `None` if
/// the two never merge.
fn encode_wrongly(
    word: &str,
    rank: impl Fn(&str, &str) -> Option<usize>,
) -> Vec<String> {
    let mut parts = letters(word);
    let mut at = 0;
    while at + 1 < parts.len() {
        if rank(&parts[at], &parts[at + 1]).is_some() {
            let right = parts.remove(at + 1);
            parts[at] += &right;
            at = 0;
        } else {
            at += 1;
        }
    }
    parts
}

/// Merges in the order they were learned.
const MERGES: [(&str, &str); 6] =
    [("e", "l"), ("l", "o"), ("h", "e"), ("he", "l"), ("hel", "lo"), ("o", "w")];

/// The place of a pair in [`MERGES`].
fn rank(left: &str, right: &str) -> Option<usize> {
    MERGES.iter().position(|&pair| pair == (left, right))
}

// ANCHOR: task
/// A word that `encode_wrongly` gets wrong with [`MERGES`]: applied in the order they
/// were learned, each one everywhere before the next, the merges give other tokens.
pub fn witness() -> &'static str {
    // ANCHOR_END: task
    // SOLUTION: begin
    "hel" // el is older than he
    // SOLUTION: end
}

// ANCHOR: task_encode
/// The tokens of a word, as training would have made them: of all neighbours that
/// merge, those with the lowest rank are joined first; of equals the leftmost. So it
/// goes on until no two neighbours merge.
pub fn encode(
    word: &str,
    rank: impl Fn(&str, &str) -> Option<usize>,
) -> Vec<String> {
    // ANCHOR_END: task_encode
    // SOLUTION: begin
    let mut tokens = letters(word);
    loop {
        let pairs = tokens.windows(2).enumerate();
        let ranked =
            pairs.filter_map(|(i, two)| Some((rank(&two[0], &two[1])?, i)));
        let Some((_, best)) = ranked.min() else { return tokens };
        let tail = tokens.remove(best + 1);
        tokens[best] += &tail;
    }
    // SOLUTION: end
}

/// The rank of two neighbours in GPT-2's vocabulary.
fn gpt2_rank(left: &str, right: &str) -> Option<usize> {
    let tokenizer = ch01::Tokenizer::gpt2();
    let id = |part: &str| tokenizer.vocabulary().id(part.as_bytes());
    let (rank, _) = tokenizer.vocabulary().merge(id(left)?, id(right)?)?;
    Some(rank as usize)
}

// ANCHOR: tests
#[test]
fn hello_is_one_token() {
    assert_eq!(encode_wrongly("Hello", gpt2_rank), ["He", "llo"]);
    assert_eq!(encode("Hello", gpt2_rank), ["Hello"]);
}

#[test]
fn the_witness_is_encoded_in_two_ways() {
    let word = witness();
    assert_ne!(encode_wrongly(word, rank), encode(word, rank), "{word}");
}

#[test]
fn the_older_merge_goes_first() {
    assert_eq!(encode("hello", rank), ["h", "el", "lo"]);
    assert_eq!(encode("low", rank), ["lo", "w"]);
}
// ANCHOR_END: tests

// HIDDEN: begin
/// Every merge everywhere, in the order they were learned.
fn replay(word: &str, merges: &[(&str, &str)]) -> Vec<String> {
    let mut parts = letters(word);
    for &(left, right) in merges {
        let mut at = 0;
        while at + 1 < parts.len() {
            if (&*parts[at], &*parts[at + 1]) == (left, right) {
                parts[at] += right;
                parts.remove(at + 1);
            }
            at += 1;
        }
    }
    parts
}

#[test]
fn the_witness_is_really_encoded_wrongly() {
    let word = witness();
    assert_ne!(encode_wrongly(word, rank), replay(word, &MERGES), "{word}");
}

#[test]
fn every_short_word_is_encoded_as_replaying_the_merges_does() {
    let alphabet = ['h', 'e', 'l', 'o', 'w'];
    for number in 0..5usize.pow(6) {
        let letter = |i| alphabet[number / 5usize.pow(i) % 5];
        let word: String = (0..6).map(letter).collect();
        assert_eq!(encode(&word, rank), replay(&word, &MERGES), "{word}");
    }
}

#[test]
fn of_equal_ranks_the_leftmost_goes_first() {
    let twice =
        |left: &str, right: &str| (left == "a" && right == "a").then_some(0);
    assert_eq!(encode("aaa", twice), ["aa", "a"]);
    assert_eq!(encode("aaaaa", twice), ["aa", "aa", "a"]);
}

#[test]
fn short_words_are_no_problem() {
    assert!(encode("", rank).is_empty());
    assert_eq!(encode("e", rank), ["e"]);
    assert_eq!(encode("éé", rank), ["é", "é"]);
}

#[test]
fn gpt2_gets_its_own_tokens() {
    let tokenizer = ch01::Tokenizer::gpt2();
    let id = |part: &String| tokenizer.vocabulary().id(part.as_bytes()).unwrap();
    for word in ["Hello", ",", " Akwirw", " unbelievable", " lighthouses", "xzqvk"]
    {
        let ids: Vec<_> = encode(word, gpt2_rank).iter().map(id).collect();
        assert_eq!(ids, tokenizer.encode(word), "{word}");
    }
}
// HIDDEN: end
