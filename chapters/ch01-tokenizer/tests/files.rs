//! The promises of chapter 1: tokenizers on disk, in three forms.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ch01::{END_OF_TEXT, Normalization, Pattern, Tokenizer, Vocabulary, train};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const STORY: &str = include_str!("../../../datasets/builtin/lighthouse.txt");
const LIBRARYS: &str = include_str!("golden/tokenizer.json");

fn texts() -> Vec<String> {
    let golden: Value = serde_json::from_str(include_str!("golden/bpe.json"))
        .expect("a small file");
    serde_json::from_value(golden["texts"].clone()).expect("a small file")
}

fn all_ids(tokenizer: &Tokenizer) -> Vec<Vec<u32>> {
    texts().iter().map(|text| tokenizer.encode_with_special(text)).collect()
}

fn learned() -> Tokenizer {
    Tokenizer::new(train([STORY], 400), &[END_OF_TEXT, "<|end|>"])
}

/// Tokens whose ids are not the order of the merges.
fn turned() -> Vocabulary {
    let mut tokens: Vec<(Vec<u8>, u32)> =
        (0..=u8::MAX).map(|byte| (vec![byte], 300 - u32::from(byte))).collect();
    tokens.extend([(b"he".to_vec(), 9), (b"the".to_vec(), 7)]);
    let id = |byte: u8| 300 - u32::from(byte);
    Vocabulary::with_merges(tokens, &[(id(b'h'), id(b'e')), (id(b't'), 9)])
        .expect("a small file")
}

fn error<T>(result: anyhow::Result<T>) -> String {
    format!("{:#}", result.err().expect("this is broken"))
}

#[test]
fn what_hugging_faces_library_learned_gives_its_ids() {
    // Its special tokens come first, so ids are not the order of the merges.
    let tokenizer = Tokenizer::from_json(LIBRARYS).expect("a small file");
    assert_eq!(tokenizer.special_id("<|end|>"), Some(1));
    assert_eq!(tokenizer.normalization(), Normalization::Nfc);
    let golden: Value = serde_json::from_str(include_str!("golden/bpe.json"))
        .expect("a small file");
    for (text, ids) in
        texts().iter().zip(golden["ids"].as_array().expect("a small file"))
    {
        let ids: Vec<u32> =
            serde_json::from_value(ids.clone()).expect("a small file");
        assert_eq!(tokenizer.encode_with_special(text), ids, "{text:?}");
    }
}

#[test]
fn every_form_gives_the_same_tokenizer_back() {
    let folder = tempfile::tempdir().expect("a small file");
    let path = |name| folder.path().join(name);
    let library = Tokenizer::from_json(LIBRARYS).expect("a small file");
    let kept = library.clone().with_normalization(Normalization::None);
    let other = Tokenizer::new(turned(), &[END_OF_TEXT]);
    for tokenizer in [Tokenizer::gpt2(), learned(), kept, other] {
        tokenizer.save(folder.path()).expect("a small file");
        tokenizer.save_json(&path("a.json")).expect("a small file");
        let (two, one) = (
            Tokenizer::load(folder.path()).expect("a small file"),
            Tokenizer::load_json(&path("a.json")).expect("a small file"),
        );
        for again in [two, one] {
            assert_eq!(all_ids(&again), all_ids(&tokenizer));
            assert_eq!(again.vocab_size(), tokenizer.vocab_size());
            assert_eq!(again.special(), tokenizer.special());
        }
    }
    for tokenizer in [Tokenizer::gpt2(), learned(), library] {
        tokenizer.save_ranks(&path("a.tiktoken")).expect("a small file");
        let again =
            Tokenizer::load_ranks(&path("a.tiktoken")).expect("a small file");
        let plain = |it: &Tokenizer| {
            texts()[..3].iter().map(|t| it.encode(t)).collect::<Vec<_>>()
        };
        assert_eq!(plain(&again), plain(&tokenizer));
    }
}

#[test]
fn pattern_and_normal_form_are_kept_in_tokenizer_json_only() {
    let folder = tempfile::tempdir().expect("a small file");
    let path = folder.path().join("tokenizer.json");
    let tokenizer = learned()
        .with_pattern(Pattern::Cl100k)
        .with_normalization(Normalization::Nfkc);
    tokenizer.save_json(&path).expect("a small file");
    let again = Tokenizer::open(folder.path()).expect("a small file");
    assert_eq!(again.pattern(), Pattern::Cl100k);
    assert_eq!(again.normalization(), Normalization::Nfkc);
    assert_eq!(all_ids(&again), all_ids(&tokenizer));
    let message = error(tokenizer.save(folder.path()));
    assert!(message.contains("no place for a pattern"), "{message}");
}

#[test]
fn a_rank_file_is_as_tiktoken_has_it() {
    let folder = tempfile::tempdir().expect("a small file");
    let path = folder.path().join("r50k_base.tiktoken");
    Tokenizer::gpt2().save_ranks(&path).expect("a small file");
    let text = fs::read_to_string(&path).expect("a small file");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 50_256);
    assert_eq!((lines[0], lines[256]), ("IQ== 0", "IHQ= 256")); // "!" and " t"
    assert_eq!(
        Tokenizer::open(&path).expect("a small file").special_id(END_OF_TEXT),
        Some(50_256)
    );

    let message = error(Tokenizer::new(turned(), &[]).save_ranks(&path));
    assert!(message.contains("ids are the order of the merges"), "{message}");
}

#[test]
fn tiktoken_gives_the_same_ids_with_our_rank_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.tiktoken");
    let tokenizer = learned();
    tokenizer.save_ranks(&path).unwrap();
    let lines = fs::read_to_string(&path).unwrap();
    let ranks = lines.lines().map(|line| {
        let (token, rank) = line.split_once(' ').unwrap();
        (STANDARD.decode(token).unwrap(), rank.parse().unwrap())
    });
    let special = tokenizer.special().iter().cloned().collect();
    let pattern =
        r"'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    let tiktoken =
        tiktoken_rs::CoreBPE::new(ranks.collect(), special, pattern).unwrap();
    for text in many_texts() {
        assert_eq!(
            tokenizer.encode(&text),
            tiktoken.encode_ordinary(&text),
            "{text:?}"
        );
    }
}

#[test]
fn a_file_of_this_name_means_gpt4s_tokenizer() {
    let folder = tempfile::tempdir().expect("a small file");
    let path = folder.path().join("cl100k_base.tiktoken");
    learned().save_ranks(&path).expect("a small file");
    let tokenizer = Tokenizer::open(&path).expect("a small file");
    assert_eq!(tokenizer.pattern(), Pattern::Cl100k);
    assert_eq!(tokenizer.special_id("<|endofprompt|>"), Some(100_276));
    assert_eq!(tokenizer.vocab_size(), 100_277);
}

#[test]
fn a_folder_may_hold_any_form() {
    let folder = tempfile::tempdir().expect("a small file");
    let message = error(Tokenizer::open(folder.path()));
    assert!(
        message.ends_with("holds neither tokenizer.json nor vocab.json"),
        "{message}"
    );
    learned().save(folder.path()).expect("a small file");
    Tokenizer::open(folder.path()).expect("a small file");
    for (old, new) in [("vocab.json", "encoder.json"), ("merges.txt", "vocab.bpe")]
    {
        fs::rename(folder.path().join(old), folder.path().join(new))
            .expect("a small file");
    }
    Tokenizer::open(folder.path()).expect("a small file");
    let message = error(Tokenizer::open(&folder.path().join("no.json")));
    assert!(message.contains("no.json"), "{message}");
}

#[test]
fn what_two_files_have_no_place_for_is_said() {
    let folder = tempfile::tempdir().expect("a small file");
    let save = |special: &str| {
        error(Tokenizer::new(train([STORY], 300), &[special]).save(folder.path()))
    };
    assert!(save("stop").contains("no place to say that \"stop\" is special"));
    let json = |special: &str| {
        let tokenizer = Tokenizer::new(train([STORY], 300), &[special]);
        error(tokenizer.save_json(&folder.path().join("tokenizer.json")))
    };
    assert!(json("he").contains("\"he\" would be there twice"), "{}", json("he"));
}

/// The files of a small tokenizer, with one thing changed.
fn two_files(
    vocab: impl Fn(String) -> String,
    merges: impl Fn(String) -> String,
) -> String {
    let folder = tempfile::tempdir().expect("a small file");
    let (a, b) =
        (folder.path().join("vocab.json"), folder.path().join("merges.txt"));
    Tokenizer::new(turned(), &[END_OF_TEXT])
        .save(folder.path())
        .expect("a small file");
    fs::write(&a, vocab(fs::read_to_string(&a).expect("a small file")))
        .expect("a small file");
    fs::write(&b, merges(fs::read_to_string(&b).expect("a small file")))
        .expect("a small file");
    let message = error(Tokenizer::load(folder.path()));
    message
        .replace(&folder.path().display().to_string(), "")
        .replace(['/', '\\'], "")
}

#[test]
fn broken_files_are_named_with_their_line() {
    let same = |text: String| text;
    let vocab =
        |from: &str, to: &str| two_files(|text| text.replacen(from, to, 1), same);
    let merges =
        |from: &str, to: &str| two_files(same, |text| text.replacen(from, to, 1));
    let cases = [
        (
            two_files(|text| text[..text.len() - 1].to_owned(), same),
            "vocab.json: EOF while parsing an object at line 1 column 2",
        ),
        (
            vocab("{", "{\n\"a\": -1,"),
            "vocab.json: invalid value: integer `-1`, expected u32 at line 2",
        ),
        (
            vocab("{", "[1]"),
            "vocab.json: invalid type: sequence, expected a map from tokens to ids at line 1",
        ),
        (vocab(":7,", ":9,"), "vocab.json: id 9 is given twice at line 1"),
        (
            vocab("\"he\"", "\"the\""),
            "vocab.json: token \"the\" is there twice at line 1",
        ),
        (vocab("\"he\"", "\"hé\""), "merges.txt: line 2: \"he\" is no token"),
        (
            vocab("\"!\"", "\"你\""),
            "vocab.json: token \"你\" holds a character that stands for no byte",
        ),
        (vocab("\"!\":267,", ""), "vocab.json: the vocabulary lacks byte 33"),
        (
            vocab("\"!\":267", "\"!\":4294967295"),
            "vocab.json: id 4294967295 is too large",
        ),
        (
            merges("h e\n", ""),
            "merges.txt: line 2: no line before makes token \"he\"",
        ),
        (merges("t he\n", ""), "merges.txt: no merge makes token \"the\""),
        (
            merges("t he", "the"),
            "merges.txt: line 3: \"the\" is not two tokens and a space",
        ),
        (merges("h e", "h z"), "merges.txt: line 2: \"hz\" is no token"),
        (
            merges("t he\n", "t he\nh e\n"),
            "merges.txt: line 4: \"h e\" is there twice",
        ),
    ];
    for (message, expected) in cases {
        assert!(message.starts_with(expected), "{message:?} is not {expected:?}");
    }
}

#[test]
fn a_tokenizer_json_that_we_do_not_know_is_refused() {
    let changed = |place: &str, value: Value| {
        let mut json: Value = serde_json::from_str(LIBRARYS).expect("a small file");
        *json.pointer_mut(place).expect("a small file") = value;
        error(Tokenizer::from_json(&json.to_string()))
    };
    let cases = [
        (changed("/model/type", json!("Unigram")), "the model is Unigram"),
        (changed("/model/dropout", json!(0.1)), "the model uses dropout"),
        (changed("/model/end_of_word_suffix", json!("</w>")), "end_of_word_suffix"),
        (
            changed("/model/merges/1", json!("Ġ")),
            "merge 2: not two tokens and a space",
        ),
        (
            changed("/model/merges/1", json!(["Ġ", "zz"])),
            "merge 2: \"Ġzz\" is no token",
        ),
        (
            changed("/model/merges/1", json!(["h", "e"])),
            "merge 2: \"h e\" is there twice",
        ),
        (
            changed("/model/vocab", json!([1])),
            "expected a map from tokens to ids at line 1",
        ),
        (changed("/pre_tokenizer", json!(null)), "pre_tokenizer null is neither"),
        (
            changed("/pre_tokenizer/add_prefix_space", json!(true)),
            "is neither GPT-2's",
        ),
        (
            changed("/normalizer/type", json!("Lowercase")),
            "the normalizer {\"type\":\"Lowercase\"} is",
        ),
        (changed("/decoder/type", json!("Metaspace")), "the decoder"),
        (
            changed("/post_processor", json!({"type": "TemplateProcessing"})),
            "adds tokens",
        ),
        (changed("/added_tokens/0/lstrip", json!(true)), "what stands around it"),
        (changed("/added_tokens/0/normalized", json!(true)), "in normalised text"),
        (changed("/added_tokens/0/id", json!(7)), "has the ids 0 and 7"),
        (changed("/added_tokens/1/content", json!("")), "special token 1 is empty"),
        (
            changed("/added_tokens/1/content", json!("<x>")),
            "has id 1, as has another token",
        ),
        (error(Tokenizer::from_json("{\n}")), "missing field `model` at line 2"),
    ];
    for (message, expected) in cases {
        assert!(message.contains(expected), "{message:?} is not {expected:?}");
    }
}

#[test]
fn merges_as_lines_and_old_files_are_read_too() {
    let mut json: Value = serde_json::from_str(LIBRARYS).expect("a small file");
    for merge in json["model"]["merges"].as_array_mut().expect("a small file") {
        *merge = format!(
            "{} {}",
            merge[0].as_str().expect("a small file"),
            merge[1].as_str().expect("a small file")
        )
        .into();
    }
    json["pre_tokenizer"]
        .as_object_mut()
        .expect("a small file")
        .remove("use_regex");
    json["model"].as_object_mut().expect("a small file").remove("type");
    let old = Tokenizer::from_json(&json.to_string()).expect("a small file");
    assert_eq!(
        all_ids(&old),
        all_ids(&Tokenizer::from_json(LIBRARYS).expect("a small file"))
    );
}

#[test]
fn a_broken_rank_file_is_named_with_its_line() {
    let error = |text: &str| error(Vocabulary::from_rank_lines(text));
    assert_eq!(error("IQ==\n"), "line 1: not a token, a space and a rank");
    assert!(error("IQ== 0\n!! 1\n").starts_with("line 2: \"!!\" is not base 64"));
    assert!(error("IQ== 0\nIg== x\n").starts_with("line 2: \"x\" is no rank"));
    assert_eq!(error("IQ== 0\n"), "the vocabulary lacks byte 0");
    assert_eq!(error("IQ== 0\nIg== 0\n"), "id 0 is there twice");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// No parser panics, whatever was done to its file.
    #[test]
    fn a_mangled_file_is_an_error_or_a_tokenizer(
        at in 0usize..6_000, length in 0usize..40, put in "[\"{}:, 0-9a-zĠ\n]{0,6}",
    ) {
        let mangle = |text: &str| {
            let border = |at: usize| text.floor_char_boundary(at.min(text.len()));
            format!("{}{put}{}", &text[..border(at)], &text[border(at + length)..])
        };
        let _ = Tokenizer::from_json(&mangle(LIBRARYS));
        let vocab = json!({"he": 256, "the": 257, "<|x|>": 258}).to_string();
        let _ = Tokenizer::from_texts(&mangle(&vocab), "h e\nt he");
        let _ = Tokenizer::from_texts(&vocab, &mangle("h e\nt he"));
        let _ = Vocabulary::from_rank_lines(&mangle("IQ== 0\nIg== 1\n"));
    }
}

/// The golden texts, then many of random characters.
fn many_texts() -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    let pattern =
        "[a-zA-Z' \\PC]{0,30}([ \t\r\n]{1,3}\\PC{0,8}|'(s|LL|ſ)|[0-9]{1,7}){0,3}";
    let draw = || pattern.new_tree(&mut runner).expect("a pattern").current();
    let random: Vec<String> = std::iter::repeat_with(draw).take(400).collect();
    texts().into_iter().chain(random).collect()
}

/// How many of the texts to compare. The library's normal forms are those of an older Unicode,
/// which does not know the newest characters yet.
fn compared(tokenizer: &Tokenizer) -> usize {
    match tokenizer.normalization() {
        Normalization::None => usize::MAX,
        _ => texts().len(),
    }
}

/// Runs `interop.py` with the Python that the variable PYTHON names.
fn python(task: &str, folder: &Path) {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop.py");
    let status = Command::new(python)
        .arg(script)
        .arg(task)
        .arg(folder)
        .status()
        .expect("a small file");
    assert!(status.success());
}

#[test]
#[ignore = "needs Python's tokenizers"]
fn pythons_library_gives_the_same_ids_with_our_files() {
    let folder = tempfile::tempdir().expect("a small file");
    let texts = many_texts();
    fs::write(folder.path().join("texts.json"), json!(texts).to_string())
        .expect("a small file");
    let tokenizers = [
        ("gpt2", Tokenizer::gpt2()),
        ("learned", learned()),
        ("turned", Tokenizer::new(turned(), &[END_OF_TEXT])),
        ("whole", Tokenizer::new(turned().taking_whole_pieces(), &[END_OF_TEXT])),
        ("nfkc", learned().with_normalization(Normalization::Nfkc)),
        ("cl100k", learned().with_pattern(Pattern::Cl100k)),
    ];
    for (name, tokenizer) in &tokenizers {
        let folder = folder.path().join(name);
        fs::create_dir(&folder).expect("a small file");
        tokenizer.save_json(&folder.join("tokenizer.json")).expect("a small file");
        let _ = tokenizer.save(&folder); // where the two files have a place for all
    }
    python("ids", folder.path());
    let mut files = 0;
    for (name, tokenizer) in &tokenizers {
        for form in ["one", "two"] {
            let path = folder.path().join(name).join(format!("{form}.json"));
            let Ok(ids) = fs::read_to_string(path) else { continue };
            files += 1;
            let ids: Vec<Vec<u32>> =
                serde_json::from_str(&ids).expect("a small file");
            for (text, ids) in texts.iter().zip(ids).take(compared(tokenizer)) {
                assert_eq!(
                    tokenizer.encode_with_special(text),
                    ids,
                    "{name} {form}: {text:?}"
                );
            }
        }
    }
    assert_eq!(files, 6 + 4);
}

#[test]
#[ignore = "needs Python's tokenizers"]
fn we_give_the_same_ids_with_pythons_files() {
    let folder = tempfile::tempdir().expect("a small file");
    let texts = many_texts();
    fs::write(folder.path().join("texts.json"), json!(texts).to_string())
        .expect("a small file");
    fs::write(folder.path().join("story.txt"), STORY).expect("a small file");
    python("train", folder.path());
    let mut count = 0;
    for entry in fs::read_dir(folder.path()).expect("a small file") {
        let path = entry.expect("a small file").path();
        if !path.is_dir() {
            continue;
        }
        let tokenizer = Tokenizer::open(&path).expect("a small file");
        let ids = fs::read_to_string(path.join("ids.json")).expect("a small file");
        let ids: Vec<Vec<u32>> = serde_json::from_str(&ids).expect("a small file");
        for (text, ids) in texts.iter().zip(ids).take(compared(&tokenizer)) {
            assert_eq!(
                tokenizer.encode_with_special(text),
                ids,
                "{path:?}: {text:?}"
            );
        }
        count += 1;
    }
    assert_eq!(count, 6);
}
