//! The promises of chapter 1: what its pages say of small examples.

use ch01::{Tokenizer, Vocabulary, pieces, train};

/// The learned tokens.
fn learned(vocabulary: &Vocabulary) -> Vec<String> {
    let tokens = vocabulary.tokens().skip(256);
    tokens.map(|token| String::from_utf8_lossy(token).into_owned()).collect()
}

/// A tokenizer that has learned these tokens, in this order.
fn with_tokens(learned: &[&str]) -> Tokenizer {
    let bytes = (0..=u8::MAX).map(|byte| vec![byte]);
    let learned = learned.iter().map(|token| token.as_bytes().to_vec());
    Tokenizer::new(Vocabulary::new(bytes.chain(learned).collect()), &[])
}

/// The tokens of a text.
fn tokens(tokenizer: &Tokenizer, text: &str) -> Vec<String> {
    let ids = tokenizer.encode(text);
    ids.iter().map(|&id| tokenizer.decode(&[id]).expect("a known id")).collect()
}

// ANCHOR: two_at_once
#[test]
fn two_pairs_joined_at_once_are_not_what_one_after_the_other_learns() {
    let text = "abc\n".repeat(5) + &"de\n".repeat(4);
    // ab and bc occur 5 times each, de 4 times. Once bc is joined, no ab is left, and there
    // is a new pair: a and bc, 5 times.
    let one_by_one = learned(&train([&text[..]], 256 + 3));
    assert_eq!(one_by_one, ["bc", "abc", "de"]);

    // Both frequent pairs at once, before anybody counts again: "ab" is learned for nothing.
    let at_once = with_tokens(&["bc", "ab"]);
    assert_eq!(tokens(&at_once, "abc"), ["a", "bc"]);
    let one_by_one = with_tokens(&["bc", "abc"]);
    assert_eq!(tokens(&one_by_one, "abc"), ["abc"]);
}
// ANCHOR_END: two_at_once

#[test]
fn without_pieces_a_token_would_be_learned_for_each_mark_behind_a_word() {
    let cut: Vec<_> = pieces("Hello, world! Don't stop.").collect();
    assert_eq!(cut, ["Hello", ",", " world", "!", " Don", "'t", " stop", "."]);
}

#[test]
fn the_pieces_on_the_first_page() {
    let cut = |text| pieces(text).collect::<Vec<_>>();
    assert_eq!(cut("we'll"), ["we", "'ll"]);
    assert_eq!(cut("WE'LL"), ["WE", "'", "LL"]);
    assert_eq!(cut(" tea"), [" tea"]);
    assert_eq!(cut(" 42"), [" 42"]);
    assert_eq!(cut(" (?!)"), [" (?!)"]);
    assert_eq!(cut("a   b"), ["a", "  ", " b"]);
    assert_eq!(cut("a   "), ["a", "   "]);
}

#[test]
fn the_bytes_of_a_few_characters() {
    for (text, bytes) in [("A", 1), ("é", 2), ("☕", 3), ("🤗", 4), ("👩‍🚀", 11)]
    {
        assert_eq!(text.len(), bytes, "{text}");
    }
    assert_eq!("👩‍🚀".chars().count(), 3);
    assert_eq!("e\u{301}".chars().count(), 2);
    assert_eq!(ch01::code_points("☕"), [9749]);
    assert_eq!("☕".as_bytes(), [226, 152, 149]);
}

#[test]
fn a_word_has_other_ids_with_a_space_or_a_capital() {
    let gpt2 = Tokenizer::gpt2();
    let ids =
        ["tea", " tea", "Tea", " Tea", "TEA", " TEA"].map(|it| gpt2.encode(it));
    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 6);
}

#[test]
fn gpt4_pays_less_for_indentation() {
    let text = "    rest()";
    assert_eq!(Tokenizer::gpt2().encode(text).len(), 5);
    let gpt4 = tiktoken_rs::cl100k_base().unwrap();
    assert_eq!(gpt4.encode_ordinary(text).len(), 3);
}
