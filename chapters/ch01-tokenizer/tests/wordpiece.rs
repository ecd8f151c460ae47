//! The promises of chapter 1: WordPiece.

use ch01::{Case, WordPiece};
use proptest::prelude::*;
use serde_json::Value;

const STORY: &str = include_str!("../../../datasets/builtin/lighthouse.txt");

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/wordpiece.json"))
        .expect("the golden file")
}

fn learned_tokens() -> Vec<String> {
    serde_json::from_value(golden()["tokens"].clone()).expect("the golden file")
}

#[test]
fn the_best_score_is_joined_first() {
    // b 1, h 3, p 3, ##u 7, ##g 4, ##n 3, ##s 1. Scores: h+##u, p+##u, ##u+##g, ##u+##n all have
    // 1/7, and ##u+##g is the most frequent. Then ##u 3, ##ug 4: ##u+##n has 3/(3·3), more than
    // h+##ug with 3/(3·4). Then h+##ug 3/12 comes before p+##un 2/9.
    let text = "hug hug hugs pug pun pun bun";
    let wordpiece = WordPiece::train([text], 11, Case::Kept);
    let joined = &wordpiece.tokens()[8..];
    assert_eq!(joined, ["##ug", "##un", "hug"]);
}

#[test]
fn training_gives_what_a_slow_trainer_in_python_gives() {
    let wordpiece = WordPiece::train(STORY.lines(), 300, Case::Ignored);
    assert_eq!(wordpiece.tokens(), learned_tokens());
}

#[test]
fn the_order_of_the_texts_changes_nothing() {
    let forward = WordPiece::train(STORY.lines(), 300, Case::Kept);
    let backward = WordPiece::train(STORY.lines().rev(), 300, Case::Kept);
    assert_eq!(forward.tokens(), backward.tokens());
}

#[test]
fn ids_equal_those_of_hugging_faces_library() {
    let golden = golden();
    for (case, name) in [(Case::Ignored, "ignored"), (Case::Kept, "kept")] {
        let wordpiece =
            WordPiece::new(learned_tokens(), case).expect("the golden file");
        let texts = golden["texts"].as_array().expect("the golden file");
        for (text, ids) in texts
            .iter()
            .zip(golden["ids"][name].as_array().expect("the golden file"))
        {
            let ids: Vec<u32> =
                serde_json::from_value(ids.clone()).expect("the golden file");
            let text = text.as_str().expect("the golden file");
            assert_eq!(wordpiece.encode(text), ids, "{text:?}, case {name}");
        }
    }
}

#[test]
fn the_longest_beginning_is_taken_even_where_it_leads_nowhere() {
    let tokens = ["[UNK]", "ab", "abc", "##cd", "##d", "##e"].map(String::from);
    let wordpiece =
        WordPiece::new(tokens.into(), Case::Kept).expect("the golden file");
    assert_eq!(wordpiece.encode("abcd"), [2, 4]);
    assert_eq!(wordpiece.encode("abcde"), [2, 4, 5]);
    assert_eq!(wordpiece.encode("abccd abx x"), [2, 3, 0, 0]);
    assert_eq!(
        wordpiece.decode(&[2, 4, 0, 1]).expect("the golden file"),
        "abcd [UNK] ab"
    );
    assert!(wordpiece.decode(&[6]).is_err());
}

#[test]
fn a_vocabulary_is_read_from_lines() {
    let error =
        |lines| WordPiece::from_lines(lines, Case::Kept).unwrap_err().to_string();
    assert_eq!(error("a\n##b\n"), "the vocabulary lacks [UNK]");
    assert_eq!(error("[UNK]\na\n##a\na"), "token \"a\" is there twice");
    let wordpiece = WordPiece::from_lines("[UNK]\na\n##b\n", Case::Ignored)
        .expect("the golden file");
    assert_eq!(wordpiece.encode("AB ab Á"), [1, 2, 1, 2, 1]);
}

proptest! {
    #[test]
    fn known_letters_are_never_unknown(text in "[a-e]{1,9}( [a-e]{1,9}){0,5}") {
        let wordpiece = WordPiece::train([text.as_str()], 40, Case::Kept);
        let ids = wordpiece.encode(&text);
        prop_assert!(!ids.contains(&0));
        prop_assert_eq!(wordpiece.decode(&ids).unwrap(), text);
    }
}
