//! The promises of chapter 1: characters, words, and what becomes of unknown ones.

use std::path::PathBuf;

use ch01::Normalization::{Nfc, Nfkc, None as Unchanged};
use ch01::{
    COMMAS_AND_STOPS, CharacterTokenizer, MARKS, SPACES, WordTokenizer,
    code_points, from_code_points, split_keeping, split_words,
};
use proptest::prelude::*;

const RHYME: &str = "One fish, two fish -- \"red fish\"! Blue fish?";

#[test]
fn code_points_are_unicodes_own_numbers() {
    assert_eq!(
        code_points("Hello, AI!"),
        [72, 101, 108, 108, 111, 44, 32, 65, 73, 33]
    );
    assert_eq!(code_points("é你🤗"), [0xe9, 0x4f60, 0x1f917]);
    let error = from_code_points(&[72, 0xd800]).unwrap_err();
    assert_eq!(error.to_string(), "55296 is no character's number in Unicode");
}

#[test]
fn a_vocabulary_of_characters_is_sorted_and_names_what_it_lacks() {
    let tokenizer = CharacterTokenizer::new("hello");
    assert_eq!(tokenizer.characters(), ['e', 'h', 'l', 'o']);
    assert_eq!(tokenizer.encode("hole").unwrap(), [1, 3, 2, 0]);
    assert_eq!(tokenizer.decode(&[1, 3, 2, 0]).unwrap(), "hole");
    let error = tokenizer.encode("höle").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the vocabulary lacks 'ö', which stands at byte 1"
    );
    assert_eq!(
        tokenizer.decode(&[4]).unwrap_err().to_string(),
        "id 4 is not in the vocabulary: ids go from 0 to 3"
    );
}

#[test]
fn three_patterns_split_further_and_further() {
    let text = "Hello, world. This, is a test.";
    let split = |pattern| split_keeping(text, pattern).unwrap();
    assert_eq!(
        split(SPACES),
        ["Hello,", " ", "world.", " ", "This,", " ", "is", " ", "a", " ", "test."]
    );
    assert_eq!(
        split(COMMAS_AND_STOPS),
        [
            "Hello", ",", " ", "world", ".", " ", "This", ",", " ", "is", " ", "a",
            " ", "test", "."
        ]
    );
    assert_eq!(split(MARKS), split(COMMAS_AND_STOPS));
    let words = split_words("Hello, world. Is this-- a test?");
    assert_eq!(
        words,
        ["Hello", ",", "world", ".", "Is", "this", "--", "a", "test", "?"]
    );
}

#[test]
fn blanks_inside_a_pattern_are_part_of_it() {
    // The bug in many a notebook: the blanks around the bar are to be matched too.
    let text = "Hello, world. This, is a test.";
    assert_eq!(
        split_keeping(text, r"[,.] | \s").unwrap(),
        ["Hello", ", ", "world", ". ", "This", ", ", "is a test."]
    );
    assert!(split_words(text).iter().all(|word| !word.contains(' ')));
}

// ANCHOR: version_one
#[test]
fn version_one_refuses_an_unknown_word_and_names_it() {
    let tokenizer = WordTokenizer::v1(RHYME);
    let words = ["!", "\"", ",", "--", "?", "Blue", "One", "fish", "red", "two"];
    assert_eq!(tokenizer.words(), words);
    assert_eq!(tokenizer.encode("two red fish").unwrap(), [9, 8, 7]);
    let error = tokenizer.encode("two green fish").unwrap_err();
    assert_eq!(error.to_string(), "the vocabulary lacks the word \"green\"");
}
// ANCHOR_END: version_one

// ANCHOR: version_two
#[test]
fn version_two_has_an_id_for_unknown_words_and_one_between_texts() {
    let tokenizer = WordTokenizer::v2(RHYME);
    assert_eq!(tokenizer.words()[10..], ["<|endoftext|>", "<|unk|>"]);
    let ids = tokenizer.encode("green fish? <|endoftext|> two, red").unwrap();
    assert_eq!(ids, [11, 7, 4, 10, 9, 2, 8]);
    let text = tokenizer.decode(&ids).unwrap();
    assert_eq!(text, "<|unk|> fish? <|endoftext|> two, red");
    assert!(tokenizer.decode(&[12]).is_err());
}
// ANCHOR_END: version_two

#[test]
fn words_come_back_with_a_blank_between_but_none_before_a_mark() {
    let tokenizer = WordTokenizer::v1(RHYME);
    let ids = tokenizer.encode(RHYME).unwrap();
    // The blank before -- is right by chance; those around quotes are wrong.
    assert_eq!(
        tokenizer.decode(&ids).unwrap(),
        "One fish, two fish --\" red fish\"! Blue fish?"
    );
}

#[test]
fn normal_forms_join_accents_and_simplify_letters() {
    let text = "cafe\u{301} ﬁne x² ２";
    assert_eq!(Unchanged.apply(text), text);
    assert_eq!(Nfc.apply(text), "café ﬁne x² ２");
    assert_eq!(Nfkc.apply(text), "café fine x2 2");
}

/// The story that the course reads, if the reader has it.
fn the_verdict() -> Option<String> {
    let folder = PathBuf::from(std::env::var_os("LLM_IN_RUST_DATA")?);
    std::fs::read_to_string(folder.join("the-verdict.txt")).ok()
}

#[test]
fn the_verdict_has_the_courses_numbers() {
    let Some(story) = the_verdict() else { return };
    assert_eq!(story.chars().count(), 20_479);
    let words = split_words(&story);
    assert_eq!(words.len(), 4_690);
    assert_eq!(words[..6], ["I", "HAD", "always", "thought", "Jack", "Gisburn"]);

    let v1 = WordTokenizer::v1(&story);
    assert_eq!(v1.vocab_size(), 1_130);
    assert_eq!((v1.words()[0].as_str(), v1.words()[19].as_str()), ("!", "Be"));
    let quotation = "\"It's the last he painted, you know,\" \
                     Mrs. Gisburn said with pardonable pride.";
    let ids = v1.encode(quotation).unwrap();
    assert_eq!(
        ids,
        [
            1, 56, 2, 850, 988, 602, 533, 746, 5, 1126, 596, 5, 1, 67, 7, 38, 851,
            1108, 754, 793, 7
        ]
    );
    assert_eq!(
        v1.decode(&ids).unwrap(),
        "\" It' s the last he painted, you know,\" \
         Mrs. Gisburn said with pardonable pride."
    );
    let error = v1.encode("Hello, do you like tea?").unwrap_err();
    assert_eq!(error.to_string(), "the vocabulary lacks the word \"Hello\"");

    let v2 = WordTokenizer::v2(&story);
    assert_eq!(
        v2.words()[1_127..],
        ["younger", "your", "yourself", "<|endoftext|>", "<|unk|>"]
    );
    let text = "Hello, do you like tea? <|endoftext|> \
                In the sunlit terraces of the palace.";
    let ids = v2.encode(text).unwrap();
    assert_eq!(
        ids,
        [
            1131, 5, 355, 1126, 628, 975, 10, 1130, 55, 988, 956, 984, 722, 988,
            1131, 7
        ]
    );
    assert_eq!(
        v2.decode(&ids).unwrap(),
        "<|unk|>, do you like tea? <|endoftext|> \
         In the sunlit terraces of the <|unk|>."
    );
    assert_eq!(ch01::Tokenizer::gpt2().encode(&story).len(), 5_145);
}

proptest! {
    #[test]
    fn code_points_give_the_text_back(text in "\\PC{0,40}") {
        prop_assert_eq!(from_code_points(&code_points(&text)).unwrap(), text.as_str());
        let tokenizer = CharacterTokenizer::new(&text);
        prop_assert_eq!(tokenizer.decode(&tokenizer.encode(&text).unwrap()).unwrap(), text);
    }

    #[test]
    fn what_was_split_is_the_text_again_when_joined(text in "[a-c ,.\\-\n\"é]{0,40}") {
        for pattern in [SPACES, COMMAS_AND_STOPS, MARKS] {
            let pieces = split_keeping(&text, pattern).unwrap();
            prop_assert!(pieces.iter().all(|piece| !piece.is_empty()));
            prop_assert_eq!(pieces.concat(), text.as_str());
        }
    }
}
