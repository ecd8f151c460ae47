//! The promises of chapter 1: learning a vocabulary, and keeping it.

use ch01::{END_OF_TEXT, Tokenizer, Vocabulary, train};

const RHYME: &str = "hug pug hug pun bun hugs hugs hug pug hugs";

fn merges(vocabulary: &Vocabulary) -> Vec<String> {
    vocabulary
        .tokens()
        .skip(256)
        .map(|token| String::from_utf8_lossy(token).into_owned())
        .collect()
}

#[test]
fn merges_of_a_rhyme_by_hand() {
    // Pieces: hug 1, " hug" 2, " hugs" 3, " pug" 2, " pun" 1, " bun" 1. The pair u+g occurs
    // 8 times, more than any other; then h+ug 6 times; then the space before it 5 times.
    assert_eq!(merges(&train([RHYME], 256 + 3)), ["ug", "hug", " hug"]);
}

#[test]
fn of_two_pairs_equally_often_the_later_in_the_alphabet_is_joined_first() {
    assert_eq!(merges(&train(["ab cd ab cd"], 257)), ["cd"]);
    assert_eq!(merges(&train(["cd ab cd ab"], 257)), ["cd"]);
}

#[test]
fn the_order_of_the_texts_changes_nothing() {
    let texts =
        ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog"];
    let mut turned = texts;
    turned.reverse();
    assert_eq!(merges(&train(texts, 300)), merges(&train(turned, 300)));
}

#[test]
fn learning_stops_when_no_pair_occurs_twice() {
    assert_eq!(train(["abcdef"], 1000).len(), 256);
}

#[test]
fn a_learned_vocabulary_encodes_and_decodes_any_text() {
    let tokenizer = Tokenizer::new(train([RHYME], 280), &[END_OF_TEXT]);
    for text in [RHYME, "hugs & 🤗", "", "  \n"] {
        assert_eq!(tokenizer.decode(&tokenizer.encode(text)).unwrap(), text);
    }
    assert!(tokenizer.encode(RHYME).len() < RHYME.len() / 2);
}

#[test]
fn a_saved_tokenizer_comes_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let learned = Tokenizer::new(train([RHYME], 280), &[END_OF_TEXT]);
    learned.save(folder.path()).unwrap();
    let loaded = Tokenizer::load(folder.path()).unwrap();
    assert_eq!(loaded.vocab_size(), learned.vocab_size());
    assert_eq!(loaded.special(), learned.special());
    assert_eq!(loaded.encode(RHYME), learned.encode(RHYME));
}

#[test]
fn gpt2s_own_files_are_written_as_openai_wrote_them() {
    let folder = tempfile::tempdir().unwrap();
    let gpt2 = Tokenizer::gpt2();
    gpt2.save(folder.path()).unwrap();
    let merges = std::fs::read_to_string(folder.path().join("merges.txt")).unwrap();
    let lines: Vec<_> = merges.lines().collect();
    assert_eq!(lines.len(), 50_001);
    assert_eq!(lines[..6], ["#version: 0.2", "Ġ t", "Ġ a", "h e", "i n", "r e"]);

    let vocabulary =
        std::fs::read_to_string(folder.path().join("vocab.json")).unwrap();
    let ids: serde_json::Value = serde_json::from_str(&vocabulary).unwrap();
    assert_eq!(
        (&ids["!"], &ids["Ġthe"], &ids[END_OF_TEXT]),
        (&0.into(), &262.into(), &50256.into())
    );

    let loaded = Tokenizer::load(folder.path()).unwrap();
    let text = "Every effort moves you — 你好!";
    assert_eq!(loaded.encode(text), gpt2.encode(text));
}

#[test]
fn broken_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = || format!("{:#}", Tokenizer::load(folder.path()).unwrap_err());
    assert!(error().contains("vocab.json"), "{}", error());

    Tokenizer::new(train([RHYME], 280), &[END_OF_TEXT])
        .save(folder.path())
        .unwrap();
    let path = folder.path().join("merges.txt");
    let merges = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<_> = merges.lines().collect();
    lines.swap(1, 2);
    std::fs::write(&path, lines.join("\n")).unwrap();
    assert!(error().contains("merges.txt"), "{}", error());
    std::fs::write(&path, lines[..3].join("\n")).unwrap();
    assert!(error().contains("merges.txt"), "{}", error());
    std::fs::write(&path, &merges).unwrap();
    std::fs::write(folder.path().join("vocab.json"), "{\"a\": ").unwrap();
    assert!(error().contains("vocab.json"), "{}", error());
}
