//! Preparing gives the same tokens however it goes, and goes on where it stopped.

mod common;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Result, bail};
use ch01::{END_OF_TEXT, Normalization, Tokenizer, Vocabulary};
use ch02::prepare::{DocumentRule, Manifest, PrepareOptions, prepare};
use ch02::shards::Shards;
use common::{END, ids};
use tempfile::TempDir;

const STORIES: &str =
    include_str!("../../../datasets/builtin/stories/hand-written.txt");

/// Shards of 500 tokens, and chunks so small that words and markers come to lie at their ends.
fn options() -> PrepareOptions {
    PrepareOptions { shard_tokens: 500, chunk: 300, ..PrepareOptions::default() }
}

/// Three files: with markers, without, and empty.
fn files(folder: &Path) -> Vec<PathBuf> {
    let stories: Vec<&str> = STORIES.split(END_OF_TEXT).take(30).collect();
    let rest: String = stories[20..].concat();
    let texts = [
        ("a.txt", stories[..20].join(END_OF_TEXT)),
        ("empty.txt", String::new()),
        ("b.txt", rest + "\nDas Grün, 日本語 und 🤗!"),
    ];
    let write = |(name, text)| {
        let path = folder.join(name);
        fs::write(&path, text).expect("room on the disk");
        path
    };
    texts.into_iter().map(write).collect()
}

fn run(
    files: &[PathBuf],
    out: &Path,
    options: &PrepareOptions,
) -> Result<Manifest> {
    prepare(files, out, &Tokenizer::gpt2(), options, |_| Ok(()))
}

/// All tokens of a folder, and the lengths of its shards.
fn contents(folder: &Path) -> (Vec<i64>, Vec<usize>) {
    let shards = Shards::open(folder).expect("it is there");
    let lengths = shards.iter().map(|shard| shard.tokens()).collect();
    (shards.iter().flat_map(ids).collect(), lengths)
}

/// What the tokenizer gives for whole documents, one after the other.
fn expected(files: &[PathBuf]) -> Vec<i64> {
    let tokenizer = Tokenizer::gpt2();
    let mut all = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).expect("it is there");
        let documents = text.split(END_OF_TEXT).map(|it| it.trim_matches('\n'));
        for document in documents.filter(|it| !it.is_empty()) {
            tokenizer.encode_into(document, &mut all);
            all.push(END);
        }
    }
    all.into_iter().map(i64::from).collect()
}

#[test]
fn the_shards_hold_the_documents_one_after_the_other() {
    let folder = TempDir::new().unwrap();
    let files = files(folder.path());
    let out = folder.path().join("out");
    let manifest = run(&files, &out, &options()).unwrap();
    let (tokens, lengths) = contents(&out);
    assert_eq!(tokens, expected(&files));
    let (last, full) = lengths.split_last().unwrap();
    assert!(full.len() > 3 && full.iter().all(|&length| length == 500));
    assert!((1..=500).contains(last));
    assert_eq!(manifest.documents(), 21);
    assert_eq!(manifest.tokens(), tokens.len() as u64);
    Shards::open(&out).unwrap().iter().for_each(|shard| shard.verify().unwrap());
}

#[test]
fn neither_threads_nor_chunks_change_the_tokens() {
    let folder = TempDir::new().unwrap();
    let files = files(folder.path());
    let mut seen = Vec::new();
    let ways = [(1, 1), (1, 300), (2, 7), (3, 64), (8, 1), (4, 1 << 20)];
    for (threads, chunk) in ways {
        let out = folder.path().join(format!("out-{threads}-{chunk}"));
        run(&files, &out, &PrepareOptions { threads, chunk, ..options() }).unwrap();
        seen.push(contents(&out));
    }
    assert!(seen.iter().all(|contents| *contents == seen[0]));
}

/// When each shard was written.
fn written(folder: &Path) -> HashMap<PathBuf, SystemTime> {
    let files = fs::read_dir(folder)
        .expect("it is there")
        .map(|file| file.expect("it is there").path());
    let shards =
        files.filter(|path| path.extension().expect("it is there") == "tokens");
    shards
        .map(|path| {
            (
                path.clone(),
                path.metadata()
                    .expect("it is there")
                    .modified()
                    .expect("it is there"),
            )
        })
        .collect()
}

#[test]
fn a_stopped_run_goes_on_and_keeps_what_it_finished() {
    let folder = TempDir::new().unwrap();
    let files = files(folder.path());
    let whole = folder.path().join("whole");
    run(&files, &whole, &options()).unwrap();
    let shards = written(&whole).len();
    for stop_after in [0, 1, 2, shards - 1] {
        let out = folder.path().join(format!("stopped-{stop_after}"));
        let gpt2 = Tokenizer::gpt2();
        let error = prepare(&files, &out, &gpt2, &options(), |progress| {
            if progress.shards >= stop_after {
                bail!("a power cut");
            }
            Ok(())
        });
        assert!(error.unwrap_err().to_string().contains("a power cut"));
        let error = Shards::open(&out).unwrap_err().to_string();
        assert!(error.contains("is not finished"), "{error}");

        let before = written(&out);
        assert!(before.len() >= stop_after);
        run(&files, &out, &options()).unwrap();
        assert_eq!(contents(&out), contents(&whole));
        let after = written(&out);
        assert!(before.iter().all(|(path, time)| after[path] == *time));
    }
}

#[test]
fn a_finished_folder_is_left_alone_and_a_damaged_shard_made_again() {
    let folder = TempDir::new().unwrap();
    let files = files(folder.path());
    let out = folder.path().join("out");
    run(&files, &out, &options()).unwrap();
    let (whole, before) = (contents(&out), written(&out));
    let gpt2 = Tokenizer::gpt2();
    prepare(&files, &out, &gpt2, &options(), |_| bail!("no work was expected"))
        .unwrap();
    assert_eq!(written(&out), before);

    let spoilt = out.join("00001.tokens");
    let mut bytes = fs::read(&spoilt).unwrap();
    bytes[100] ^= 1;
    fs::write(&spoilt, bytes).unwrap();
    run(&files, &out, &options()).unwrap();
    assert_eq!(contents(&out), whole);
    let first = out.join("00000.tokens");
    assert_eq!(written(&out)[&first], before[&first]);
}

#[test]
fn a_folder_with_something_else_is_refused() {
    let folder = TempDir::new().unwrap();
    let files = files(folder.path());
    let out = folder.path().join("out");
    run(&files, &out, &options()).unwrap();
    let other = PrepareOptions { shard_tokens: 501, ..options() };
    for result in [run(&files, &out, &other), run(&files[..1], &out, &options())] {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("choose another --out"), "{error}");
    }
    fs::write(out.join("manifest.json"), "[]").unwrap();
    let error = format!("{:#}", run(&files, &out, &options()).unwrap_err());
    assert!(error.contains("manifest.json is no manifest"), "{error}");
}

#[test]
fn a_missing_shard_is_named_when_the_folder_is_opened() {
    let folder = TempDir::new().unwrap();
    let files = files(folder.path());
    let out = folder.path().join("out");
    run(&files, &out, &options()).unwrap();
    fs::remove_file(out.join("00002.tokens")).unwrap();
    let error = format!("{:#}", Shards::open(&out).unwrap_err());
    assert!(error.contains("00002.tokens"), "{error}");
    let error = format!("{:#}", Shards::open(folder.path()).unwrap_err());
    assert!(error.contains("holds no manifest.json"), "{error}");
}

/// The tokens of one text, by a rule.
fn by_rule(rule: DocumentRule, text: &str) -> Result<Vec<i64>> {
    let folder = TempDir::new()?;
    let file = folder.path().join("text");
    fs::write(&file, text)?;
    let out = folder.path().join("out");
    run(&[file], &out, &PrepareOptions { documents: rule, ..options() })?;
    Ok(contents(&out).0)
}

/// These documents' ids.
fn encoded(documents: &[&str]) -> Vec<i64> {
    let gpt2 = Tokenizer::gpt2();
    let ids = documents.iter().flat_map(|document| {
        let end = std::iter::once(END);
        gpt2.encode(document).into_iter().chain(end).map(i64::from)
    });
    ids.collect()
}

#[test]
fn documents_are_told_apart_by_markers_lines_or_json() {
    let marked = "<|endoftext|>One.<|endoftext|>\nTwo.\r\n<|endoftext|>\n";
    assert_eq!(
        by_rule(DocumentRule::Marker, marked).unwrap(),
        encoded(&["One.", "Two."])
    );
    assert_eq!(
        by_rule(DocumentRule::Lines, "One.\r\n\n  \nTwo.").unwrap(),
        encoded(&["One.", "Two."])
    );
    let json = r#"{"id": 1, "text": "One \"two\"\n"}"#.to_owned()
        + "\n{\"text\": \"日\"}\n";
    assert_eq!(
        by_rule(DocumentRule::Jsonl, &json).unwrap(),
        encoded(&["One \"two\"\n", "日"])
    );
}

#[test]
fn long_lines_are_kept_whole() {
    let long = "word ".repeat(2000);
    let text = format!("{long}\nshort\n{long}");
    assert_eq!(
        by_rule(DocumentRule::Lines, &text).unwrap(),
        encoded(&[&long, "short", &long])
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let latin = folder.path().join("latin.txt");
    fs::write(&latin, b"It was a caf\xe9 by the sea").unwrap();
    let error = format!("{:#}", run(&[latin], &out, &options()).unwrap_err());
    assert!(error.contains("latin.txt is not UTF-8 text: see byte 12"), "{error}");

    let error = by_rule(DocumentRule::Jsonl, "{\"text\": \"a\"}\n{\"a\": 1}\n");
    let error = format!("{:#}", error.unwrap_err());
    assert!(error.contains("line 2 from there is no JSON object"), "{error}");
    assert!(error.contains("missing field `text`"), "{error}");

    let missing = folder.path().join("missing.txt");
    let error = format!("{:#}", run(&[missing], &out, &options()).unwrap_err());
    assert!(error.contains("cannot read") && error.contains("missing.txt"));

    let empty = folder.path().join("empty.txt");
    fs::write(&empty, "").unwrap();
    let out = folder.path().join("empty");
    let error = run(&[empty], &out, &options()).unwrap_err().to_string();
    assert!(error.contains("there is no text"), "{error}");
}

#[test]
fn a_tokenizer_that_changes_texts_gets_them_whole() {
    // Composed, e and the accent behind it are one letter, wherever the file was cut.
    let tokenizer = Tokenizer::gpt2().with_normalization(Normalization::Nfc);
    let text = "e\u{301}te\u{301} ".repeat(300);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("text");
    fs::write(&file, &text).unwrap();
    let out = folder.path().join("out");
    prepare(&[file], &out, &tokenizer, &options(), |_| Ok(())).unwrap();
    let mut expected = tokenizer.encode(&text);
    expected.push(END);
    let expected: Vec<i64> = expected.into_iter().map(i64::from).collect();
    assert_eq!(contents(&out).0, expected);
}

#[test]
fn a_vocabulary_without_an_end_of_text_is_refused() {
    let folder = TempDir::new().unwrap();
    let bare = Tokenizer::new(Vocabulary::gpt2(), &["<|end|>"]);
    let result = prepare(&[], folder.path(), &bare, &options(), |_| Ok(()));
    let error = result.unwrap_err().to_string();
    assert!(error.contains("no <|endoftext|>"), "{error}");
}
