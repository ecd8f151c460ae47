//! The promises of chapter 1: the program's tasks, and what they show.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ch01::{Analysis, END_OF_TEXT, Style, Tokenizer, show, show_as_page, spell};

const STORY: &str = include_str!("../../../datasets/builtin/lighthouse.txt");

fn ch01(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch01"));
    command.args(args).current_dir(folder).output().expect("the program starts")
}

/// What the program prints when all goes well.
fn prints(folder: &Path, args: &[&str]) -> Vec<u8> {
    let output = ch01(folder, args);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{args:?}: {complaint}");
    output.stdout
}

/// What the program says when it can't go on: one line.
fn complains(folder: &Path, args: &[&str]) -> String {
    let output = ch01(folder, args);
    assert!(!output.status.success(), "{args:?}");
    let complaint = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    complaint
}

#[test]
fn what_was_encoded_is_decoded_to_the_very_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let texts = ["", "no line end", "tail\n\n", &STORY.repeat(800)]; // 2.6 MB: several parts
    for text in texts {
        fs::write(folder.path().join("a.txt"), text).unwrap();
        let json = prints(folder.path(), &["encode", "--json", "a.txt"]);
        let ids: Vec<u32> = serde_json::from_slice(&json).unwrap();
        assert_eq!(ids, Tokenizer::gpt2().encode(text));
        fs::write(folder.path().join("a.json"), json).unwrap();
        let back = prints(folder.path(), &["decode", "--json", "a.json"]);
        assert!(back == text.as_bytes());
    }
}

#[test]
fn a_large_text_in_parts_gives_the_ids_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let part = "Spaces   and\n\n breaks, 日本語 words ☕ and <|endoftext|> don't  matter.\t";
    let text = part.repeat(40_000);
    fs::write(folder.path().join("a.txt"), &text).unwrap();
    let json = prints(folder.path(), &["encode", "--json", "--special", "a.txt"]);
    let ids: Vec<u32> = serde_json::from_slice(&json).unwrap();
    assert!(ids == Tokenizer::gpt2().encode_with_special(&text));
}

#[test]
fn a_forbidden_token_far_behind_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{}{END_OF_TEXT}", STORY.repeat(500));
    fs::write(folder.path().join("a.txt"), &text).unwrap();
    let complaint = complains(
        folder.path(),
        &["encode", "--special=forbid", "--json", "a.txt"],
    );
    let lines = text.lines().count() + usize::from(text.ends_with('\n'));
    let at = text.len() - END_OF_TEXT.len();
    let place = format!("in line {lines}, at byte {at}");
    assert!(complaint.ends_with(&place), "{complaint} is not {place}");
}

#[test]
fn a_learned_tokenizer_is_used_by_name_of_its_folder_or_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("a.txt"), STORY).unwrap();
    let train = ["train", "--vocab-size", "300", "--out", "own", "a.txt"];
    prints(path, &train);
    let complaint = complains(path, &train);
    assert!(complaint.contains("own holds a tokenizer already"), "{complaint}");

    let tokenizer = Tokenizer::open(&path.join("own")).unwrap();
    assert_eq!(tokenizer.vocab_size(), 300);
    assert_eq!(tokenizer.special_id(END_OF_TEXT), Some(299));
    let expected = tokenizer.encode(STORY);
    for vocab in ["own", "own/tokenizer.json"] {
        let json = prints(path, &["encode", "--json", "--vocab", vocab, "a.txt"]);
        assert_eq!(serde_json::from_slice::<Vec<u32>>(&json).unwrap(), expected);
    }
    fs::remove_file(path.join("own/tokenizer.json")).unwrap();
    let json = prints(path, &["encode", "--json", "--vocab", "own", "a.txt"]);
    assert_eq!(serde_json::from_slice::<Vec<u32>>(&json).unwrap(), expected);

    let json = prints(path, &["compare", "--json", "--vocab", "own", "a.txt"]);
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["texts"][0]["tokens"][0], expected.len());
    assert_eq!(
        json["texts"][0]["tokens"][1],
        Tokenizer::gpt2().encode(STORY).len()
    );
}

#[test]
fn training_takes_several_special_tokens_and_gpt4s_pattern() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("a.txt"), format!("{STORY}<|user|>{STORY}")).unwrap();
    let args = [
        "train",
        "--vocab-size",
        "300",
        "--out",
        "own",
        "--pattern",
        "cl100k",
        "--special",
        "<|user|>",
        "--special",
        "<|end|>",
        "a.txt",
    ];
    prints(path, &args);
    assert!(!path.join("own/vocab.json").exists());
    let tokenizer = Tokenizer::open(&path.join("own")).unwrap();
    assert_eq!(tokenizer.pattern(), ch01::Pattern::Cl100k);
    assert_eq!(tokenizer.special_id("<|user|>"), Some(298));
    assert_eq!(tokenizer.special_id("<|end|>"), Some(299));
}

#[test]
fn bad_input_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("bad.txt"), b"ab\xff").unwrap();
    fs::write(path.join("bad.json"), "{}").unwrap();
    fs::create_dir(path.join("empty")).unwrap();
    let cases: [(&[&str], &str); 10] = [
        (&["encode", "bad.txt"], "bad.txt is not UTF-8 text: see byte 2"),
        (&["encode", "none.txt"], "cannot read none.txt"),
        (
            &["encode", "--text", "a", "--vocab", "empty"],
            "empty holds neither tokenizer.json nor",
        ),
        (&["encode", "--text", "a", "--vocab", "none"], "there is no none"),
        (
            &["encode", "--text", "a", "--vocab", "bad.json"],
            "bad.json: not a tokenizer.json",
        ),
        (&["decode", "--json", "bad.json"], "bad.json is no JSON array of ids"),
        (&["decode", "50257"], "id 50257 is not in the vocabulary"),
        (
            &["train", "--vocab-size", "256", "--out", "x", "bad.txt"],
            "at least 257: 256 bytes and 1",
        ),
        (
            &["train", "--vocab-size", "300", "--out", "x", "none.txt"],
            "cannot read none.txt",
        ),
        (
            &[
                "train",
                "--vocab-size",
                "300",
                "--out",
                "x",
                "--special",
                "a",
                "bad.txt",
            ],
            "--special \"a\" is too short",
        ),
    ];
    for (args, expected) in cases {
        let complaint = complains(path, args);
        assert!(complaint.contains(expected), "{args:?}: {complaint}");
    }
}

#[test]
fn the_bench_names_every_rung() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "Don't stop.  Now!").unwrap();
    let json =
        prints(folder.path(), &["bench", "--json", "--passes", "1", "a.txt"]);
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let names: Vec<_> = json["rungs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rung| &rung["rung"])
        .collect();
    assert_eq!(names, ["replay", "lowest-rank", "cached", "fast"]);
}

#[test]
fn a_token_is_spelled_so_that_it_can_be_seen() {
    assert_eq!(spell(b" a\tb\r\n"), "␣a⇥b␍⏎");
    assert_eq!(spell("é\u{1b}[31m".as_bytes()), "é␛[31m"); // no colours from a stranger's text
    assert_eq!(spell(b"a\xe4\xbd"), "a⟨e4 bd⟩");
}

#[test]
fn a_view_ends_its_line_where_the_text_does() {
    let tokenizer = Tokenizer::gpt2();
    let ids = tokenizer.encode("a b\nc");
    assert_eq!(show(&tokenizer, &ids, Style::Plain).unwrap(), "a|␣b|⏎\n|c");
    let coloured = show(&tokenizer, &ids, Style::Coloured).unwrap();
    assert!(coloured.starts_with("\u{1b}[30;48;5;153ma\u{1b}[0m"), "{coloured:?}");
    assert!(show(&tokenizer, &[60_000], Style::Plain).is_err());
}

#[test]
fn a_page_shows_text_as_text() {
    let tokenizer = Tokenizer::gpt2();
    let text = "<script>alert(\"&\")</script>";
    let ids = tokenizer.encode(text);
    let page = show_as_page(&tokenizer, &ids, text).unwrap();
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;</span>"), "{page}");
    assert!(page.contains(&format!(
        "{} tokens for {} bytes",
        ids.len(),
        text.len()
    )));
}

#[test]
fn an_analysis_counts_tokens_by_text_and_by_id() {
    let tokenizer = Tokenizer::gpt2();
    let mut analysis = Analysis::new(&tokenizer);
    analysis.add("one", "the the the cat");
    analysis.add("two", "日本 the");
    let [one, two] = analysis.texts() else { panic!("two texts") };
    assert_eq!((one.bytes, one.characters, one.tokens), (15, 15, 4));
    assert_eq!((two.bytes, two.characters), (10, 6));
    assert!((one.bytes_per_token() - 3.75).abs() < 1e-12);
    let the = tokenizer.encode(" the")[0];
    assert_eq!(analysis.most_used(1), [(the, 3)]);
    assert_eq!(analysis.count(the), 3);
    assert_eq!(analysis.unused().len() + analysis.used(), 50_256);
    assert_eq!(analysis.total().tokens, one.tokens + two.tokens);
}
