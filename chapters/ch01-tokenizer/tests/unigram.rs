//! The promises of chapter 1: Unigram.

use ch01::{Unigram, Unknown};
use proptest::prelude::*;
use serde_json::Value;

const STORY: &str = include_str!("../../../datasets/builtin/lighthouse.txt");

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/unigram.json"))
        .expect("the golden file")
}

fn golden_pieces() -> Vec<(String, f64)> {
    serde_json::from_value(golden()["pieces"].clone()).expect("the golden file")
}

fn unigram(pieces: &[(&str, f64)]) -> Unigram {
    let pieces = pieces.iter().map(|&(piece, score)| (piece.to_string(), score));
    Unigram::new(pieces.collect(), Unknown::Token).expect("the golden file")
}

#[test]
fn ids_equal_those_of_hugging_faces_library() {
    let golden = golden();
    for (unknown, name) in [(Unknown::Token, "token"), (Unknown::Bytes, "bytes")] {
        let unigram =
            Unigram::new(golden_pieces(), unknown).expect("the golden file");
        let texts = golden["texts"].as_array().expect("the golden file");
        for (text, ids) in texts
            .iter()
            .zip(golden["ids"][name].as_array().expect("the golden file"))
        {
            let ids: Vec<u32> =
                serde_json::from_value(ids.clone()).expect("the golden file");
            let text = text.as_str().expect("the golden file");
            assert_eq!(unigram.encode(text), ids, "{text:?}, unknown {name}");
        }
    }
}

#[test]
fn the_most_probable_cut_is_not_the_one_of_longest_pieces() {
    // Taking the longest beginning first would give ▁ab, c, d: −1 −5 −5.
    let pieces =
        [("▁a", -2.0), ("▁ab", -1.0), ("bcd", -3.0), ("c", -5.0), ("d", -5.0)];
    assert_eq!(unigram(&pieces).encode("abcd"), [1, 3]);
}

#[test]
fn all_cuts_of_a_word_from_the_best_to_the_worst() {
    let pieces =
        [("▁", -1.0), ("▁a", -2.5), ("a", -2.0), ("b", -3.0), ("ab", -4.0)];
    let cuts = unigram(&pieces).best_cuts("ab", 9);
    let shown: Vec<_> =
        cuts.iter().map(|(cut, score)| (cut.join(" "), *score)).collect();
    assert_eq!(
        shown,
        [("▁ ab".into(), -5.0), ("▁a b".into(), -5.5), ("▁ a b".into(), -6.0)]
    );
    assert_eq!(unigram(&pieces).best_cuts("ab", 2), cuts[..2]);
}

#[test]
fn learned_pieces_are_the_words_parts() {
    let texts = ["low lower lowest new newer newest wide wider widest"; 20];
    let unigram = Unigram::train(texts, 18, Unknown::Token);
    let pieces: Vec<_> =
        unigram.pieces().iter().map(|(piece, _)| piece.as_str()).collect();
    for part in ["▁low", "▁new", "▁wide"] {
        assert!(pieces.contains(&part), "{part} is not in {pieces:?}");
    }
    let total: f64 = unigram.pieces().iter().map(|(_, score)| score.exp()).sum();
    assert!(total < 1.0 + 1e-9, "{total}");
}

#[test]
fn a_learned_vocabulary_has_the_size_that_was_asked_for() {
    for (unknown, size) in [(Unknown::Token, 300), (Unknown::Bytes, 500)] {
        let unigram = Unigram::train(STORY.lines(), size, unknown);
        assert_eq!(unigram.vocab_size(), size);
        for line in STORY.lines() {
            assert_eq!(
                unigram.decode(&unigram.encode(line)).expect("the golden file"),
                line
            );
        }
    }
}

#[test]
fn it_learns_pieces_about_as_good_as_the_librarys() {
    // The library sets other probabilities, and begins with other pieces: so no equality.
    let tokens = |unigram: &Unigram| -> usize {
        STORY.lines().map(|line| unigram.encode(line).len()).sum()
    };
    let theirs =
        Unigram::new(golden_pieces(), Unknown::Token).expect("the golden file");
    let ours = Unigram::train(STORY.lines(), theirs.vocab_size(), Unknown::Token);
    assert_eq!(ours.vocab_size(), theirs.vocab_size());
    let ratio = tokens(&ours) as f64 / tokens(&theirs) as f64;
    assert!(ratio < 1.02, "{ratio}");
}

#[test]
fn broken_pieces_are_named() {
    let error = |pieces: &[(&str, f64)]| {
        let pieces =
            pieces.iter().map(|&(piece, score)| (piece.to_string(), score));
        Unigram::new(pieces.collect(), Unknown::Token).unwrap_err().to_string()
    };
    assert_eq!(error(&[("a", 0.0), ("", 0.0)]), "piece 1 is empty");
    assert_eq!(error(&[("a", 0.0), ("a", -1.0)]), "piece \"a\" is there twice");
    assert_eq!(error(&[("a", f64::NAN)]), "the score of piece \"a\" is NaN");
}

proptest! {
    #[test]
    fn with_bytes_for_unknown_characters_nothing_is_lost(text in "[a-z \\PC\n]{0,30}") {
        prop_assume!(!text.contains('▁'));
        let unigram = Unigram::new(golden_pieces(), Unknown::Bytes).unwrap();
        prop_assert_eq!(unigram.decode(&unigram.encode(&text)).unwrap(), text);
    }

    #[test]
    fn the_best_of_all_cuts_is_the_one_that_is_encoded(word in "[a-ik-pr-wy]{1,12}") {
        let unigram = Unigram::new(golden_pieces(), Unknown::Token).unwrap();
        let (cut, _) = unigram.best_cuts(&word, 1).remove(0);
        let ids = unigram.encode(&word);
        let joined: Vec<_> = ids.iter().map(|&id| unigram.decode(&[id]).unwrap()).collect();
        let cut: Vec<_> = cut.iter().map(|piece| piece.replace('▁', "")).collect();
        prop_assert_eq!(joined, cut);
    }
}
