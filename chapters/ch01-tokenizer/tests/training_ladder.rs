//! The promises of chapter 1: every rung of training learns the same, whatever the text, its
//! order, and the chunks it comes in.

use std::fs;
use std::path::PathBuf;

use ch01::train::{Progress, Rung, TrainOptions, safe_cut, train_files};
use ch01::{END_OF_TEXT, Pattern, Vocabulary, train};
use proptest::prelude::*;
use tempfile::TempDir;

/// The learned tokens.
fn learned(vocabulary: &Vocabulary) -> Vec<String> {
    let tokens = vocabulary.tokens().skip(256);
    tokens.map(|token| String::from_utf8_lossy(token).into_owned()).collect()
}

/// The learned tokens as they are.
fn bytes(vocabulary: &Vocabulary) -> Vec<Vec<u8>> {
    vocabulary.tokens().map(<[u8]>::to_vec).collect()
}

fn options(size: usize, specials: &[&str]) -> TrainOptions {
    let mut options = TrainOptions::new(size);
    options.specials = specials.iter().map(ToString::to_string).collect();
    options
}

/// A folder with one file for each content.
fn files(contents: &[&[u8]]) -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |i: usize| folder.path().join(format!("{i}.txt"));
    let paths: Vec<_> = (0..contents.len()).map(path).collect();
    for (path, content) in paths.iter().zip(contents) {
        fs::write(path, content).expect("a file");
    }
    (folder, paths)
}

#[test]
fn merges_of_aaabdaaabac_by_hand() {
    // "aa" occurs 4 times (twice in each "aaa"). Then "aa"+"a" and "a"+"b" both occur twice, and
    // "aa" comes after "a" in the alphabet. Then "aaa"+"b"; nothing else occurs twice.
    for rung in Rung::ALL {
        let vocabulary = rung.train(["aaabdaaabac"], &options(300, &[]));
        assert_eq!(learned(&vocabulary), ["aa", "aaa", "aaab"], "{}", rung.name());
    }
}

#[test]
fn merges_of_low_lower_newest_and_widest_by_hand() {
    // Sennrich's words with their numbers: 5, 2, 6, 3. The pairs e+s and s+t occur 9 times, and
    // "s" comes after "e". Then e+st 9; then, 7 times each, o+w, l+ow, " "+low in this order;
    // then the parts of " newest", 6 times each.
    let text = " low".repeat(5) + &" lower".repeat(2) + &" newest".repeat(6);
    let text = text + &" widest".repeat(3);
    let expected =
        ["st", "est", "ow", "low", " low", "west", "ne", "newest", " newest"];
    for rung in Rung::ALL {
        let vocabulary = rung.train([&text[..]], &options(256 + 9, &[]));
        assert_eq!(learned(&vocabulary), expected, "{}", rung.name());
    }
}

#[test]
fn overlapping_pairs_are_joined_from_left_to_right() {
    // aaaaa: aa 4 times; then aa aa a.
    for rung in Rung::ALL {
        let vocabulary = rung.train(["aaaaa aaaaa"], &options(300, &[]));
        let expected = ["aa", "aaaa", "aaaaa"];
        assert_eq!(learned(&vocabulary), expected, "{}", rung.name());
    }
}

#[test]
fn a_megabyte_of_one_letter_is_learned_at_once() {
    let text = "a".repeat(1 << 20);
    let expected: Vec<_> = (1..=12).map(|k| "a".repeat(1 << k)).collect();
    for rung in [Rung::Incremental, Rung::Parallel] {
        let vocabulary = rung.train([&text[..]], &options(256 + 12, &[]));
        assert_eq!(learned(&vocabulary), expected, "{}", rung.name());
    }
}

#[test]
fn a_long_text_without_a_border_is_learned_at_once() {
    // Every merge would look at the whole word again, if places were whole words.
    let mut state = 1u32;
    let letters = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        "acgt".as_bytes()[(state >> 30) as usize]
    });
    let text = String::from_utf8(letters.take(300_000).collect()).unwrap();
    let vocabulary = train([&text[..]], 2000);
    assert_eq!(vocabulary.len(), 2000);
    let few = Rung::Counted.train([&text[..]], &options(270, &[]));
    assert_eq!(bytes(&vocabulary)[..270], bytes(&few));
}

#[test]
fn special_tokens_are_not_learned_from() {
    let text = "<|endoftext|>ab<|endoftext|>".repeat(50) + "cdcd";
    for rung in Rung::ALL {
        let vocabulary = rung.train([&text[..]], &options(300, &[END_OF_TEXT]));
        assert_eq!(learned(&vocabulary), ["ab", "cd"], "{}", rung.name());
        let without = rung.train([&text[..]], &options(300, &[]));
        assert!(learned(&without).contains(&"endoftext".to_string()));
    }
}

#[test]
fn of_two_special_tokens_that_start_alike_the_longer_is_left_out() {
    let text = "<a>qqxy <a>xy".repeat(9);
    for rung in Rung::ALL {
        let vocabulary = rung.train([&text[..]], &options(300, &["<a>", "<a>qq"]));
        let tokens = learned(&vocabulary);
        assert_eq!(tokens, ["xy"], "{}", rung.name());
    }
}

#[test]
fn the_least_count_is_the_callers_choice() {
    for rung in Rung::ALL {
        let mut options = options(300, &[]);
        options.min_count = 3;
        let vocabulary = rung.train(["ab ab abc bc"], &options);
        assert_eq!(learned(&vocabulary), ["ab"], "{}", rung.name());
        options.min_count = 1;
        let vocabulary = rung.train(["xy"], &options);
        assert_eq!(learned(&vocabulary), ["xy"], "{}", rung.name());
        options.min_count = 0;
        let vocabulary = rung.train(["xy"], &options);
        assert_eq!(learned(&vocabulary), ["xy"], "{}", rung.name());
    }
}

#[test]
fn no_text_teaches_nothing() {
    for rung in Rung::ALL {
        assert_eq!(rung.train([], &options(300, &[])).len(), 256);
        assert_eq!(rung.train(["", ""], &options(300, &[])).len(), 256);
        assert_eq!(rung.train(["ab ab"], &options(256, &[])).len(), 256);
    }
    let (_folder, paths) = files(&[b""]);
    assert_eq!(train_files(&paths, &options(300, &[]), |_| {}).unwrap().len(), 256);
}

#[test]
fn a_file_longer_than_a_chunk_teaches_what_its_text_teaches() {
    let line = "Ships went by, and in the keeper's log stood 1,024 of them. 灯台は海の光。\n";
    let words =
        (0..40_000).map(|i| format!("{line}number {} ", i * 7919 % 100_003));
    let text: String = words.collect();
    let (_folder, paths) = files(&[text.as_bytes()]);
    let mut options = options(400, &[]);
    assert!(text.len() > 10 * options.chunk);
    let expected = Rung::Incremental.train([&text[..]], &options);
    for threads in [1, 2, 5] {
        options.threads = threads;
        let found = train_files(&paths, &options, |_| {}).unwrap();
        assert_eq!(learned(&found), learned(&expected), "{threads} threads");
        assert_eq!(
            learned(&Rung::Parallel.train([&text[..]], &options)),
            learned(&expected)
        );
    }
}

#[test]
fn where_a_file_is_cut_changes_nothing() {
    let text = "It's  <|endoftext|>don't\n\n stop<|endoftext|> 12,5 und 3.14! 你好 naïve \
                hugs<|endoftext|><|endoftext|>\u{a0}\u{2003} hug\r\n\r\nhug's 👩‍👩‍👧 x²";
    let mut content = text.as_bytes().to_vec();
    content.extend(b"hug hugs\xff hug\xf0\x9f hugs \xe4\xbd x\x80\x80hugs");
    content.extend(text.as_bytes());
    let parts: Vec<&str> = content.utf8_chunks().map(|part| part.valid()).collect();
    for pattern in [Pattern::Gpt2, Pattern::Cl100k] {
        let mut options = options(320, &[END_OF_TEXT]);
        options.pattern = pattern;
        let expected = Rung::Naive.train(parts.iter().copied(), &options);
        let (_folder, paths) = files(&[&content]);
        for chunk in 0..content.len() + 2 {
            options.chunk = chunk;
            let found = train_files(&paths, &options, |_| {}).unwrap();
            assert_eq!(bytes(&found), bytes(&expected), "{pattern:?}, {chunk}");
        }
    }
}

#[test]
fn several_files_are_several_texts() {
    let contents = ["hug pug hu", "g hug bun", "", "bun bun hugs"];
    let (_folder, paths) = files(&contents.map(str::as_bytes));
    let found = train_files(&paths, &options(280, &[]), |_| {}).unwrap();
    let expected = Rung::Naive.train(contents, &options(280, &[]));
    assert_eq!(bytes(&found), bytes(&expected));
}

#[test]
fn progress_reaches_the_end() {
    let (_folder, paths) = files(&[b"hug pug hug pun", b"bun hugs hug pug hugs"]);
    let mut options = options(259, &[]);
    options.chunk = 5;
    let mut seen = Vec::new();
    train_files(&paths, &options, |progress| seen.push(progress)).unwrap();
    assert!(seen.contains(&Progress::Counting { bytes: 36, of: 36 }));
    assert_eq!(seen.last(), Some(&Progress::Joining { tokens: 259, of: 259 }));
}

#[test]
fn a_missing_file_and_a_small_size_are_errors_with_names() {
    let (folder, paths) = files(&[b"hug"]);
    let missing = [paths[0].clone(), folder.path().join("nowhere.txt")];
    let error = train_files(&missing, &options(300, &[]), |_| {}).unwrap_err();
    assert!(error.to_string().contains("nowhere.txt"), "{error}");
    let folder = [folder.path()];
    assert!(train_files(&folder, &options(300, &[]), |_| {}).is_err());
    let error = train_files(&paths, &options(255, &[]), |_| {}).unwrap_err();
    assert!(error.to_string().contains("256"), "{error}");
}

#[test]
fn a_slow_independent_trainer_learns_the_same() {
    // `golden/training.py` wrote it, and compared itself with Hugging Face's trainer.
    let golden = include_str!("golden/training.json");
    let golden: serde_json::Value = serde_json::from_str(golden).unwrap();
    let story = include_str!("../../../datasets/builtin/lighthouse.txt");
    for case in golden.as_array().unwrap() {
        let text = case["text"].as_str().unwrap_or(story);
        let tokens = case["tokens"].as_array().unwrap();
        let expected: Vec<Vec<u8>> = tokens.iter().map(from_hex).collect();
        let size = 256 + case["merges"].as_u64().unwrap() as usize;
        for rung in [Rung::Counted, Rung::Incremental, Rung::Parallel] {
            let found = rung.train([text], &options(size, &[]));
            assert_eq!(bytes(&found)[256..], expected, "{}", rung.name());
        }
    }
}

fn from_hex(token: &serde_json::Value) -> Vec<u8> {
    let digits = token.as_str().expect("digits");
    let places = (0..digits.len()).step_by(2);
    let byte = |place| u8::from_str_radix(&digits[place..place + 2], 16);
    places.map(|place| byte(place).expect("two digits")).collect()
}

/// Texts whose pairs overlap, tie, and meet borders.
fn text() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        4 => "[ab]{1,9}",
        4 => "[a-d ]{1,12}",
        1 => "(ab){1,20}|a{1,30}|(aab){1,9}",
        1 => "[ \t\n\r\u{a0}\u{2003}]{1,3}",
        1 => "['’](s|t|re|ll|S)",
        1 => "[0-9٣½]{1,4}",
        1 => "[.,!?—$<|>]{1,4}",
        1 => "(你好|नमस्ते|👩‍👩‍👧|é|e\u{301}|İ|ſ)",
        1 => "(<s>|<s><s>|s>x|<\\|endoftext\\|>)",
        1 => "\\PC{0,4}",
        1 => "[a-z]{14,18}",
    ];
    prop::collection::vec(parts, 0..24).prop_map(|parts| parts.concat())
}

fn any_options() -> impl Strategy<Value = TrainOptions> {
    let specials = prop::sample::subsequence(
        vec!["<s>", "<s><s>", "s>x", END_OF_TEXT, "a", "ab", ""],
        0..4,
    );
    let pattern = prop::sample::select(vec![Pattern::Gpt2, Pattern::Cl100k]);
    (256usize..340, specials, pattern, 0u64..4, 1usize..4, 0usize..60).prop_map(
        |(size, specials, pattern, min_count, threads, chunk)| TrainOptions {
            pattern,
            min_count,
            threads,
            chunk,
            ..options(size, &specials)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_rung_learns_what_the_naive_one_learns(
        texts in prop::collection::vec(text(), 0..5),
        options in any_options(),
    ) {
        let texts = || texts.iter().map(String::as_str);
        let expected = bytes(&Rung::Naive.train(texts(), &options));
        for rung in [Rung::Counted, Rung::Incremental, Rung::Parallel] {
            let found = bytes(&rung.train(texts(), &options));
            prop_assert_eq!(&found, &expected, "{}", rung.name());
        }
    }

    #[test]
    fn the_order_of_the_texts_changes_no_rung(
        mut texts in prop::collection::vec(text(), 2..6),
        seed in any::<prop::sample::Index>(),
    ) {
        let options = options(300, &[]);
        let learn = |rung: Rung, texts: &[String]| {
            bytes(&rung.train(texts.iter().map(String::as_str), &options))
        };
        let before: Vec<_> = Rung::ALL.into_iter().map(|rung| learn(rung, &texts)).collect();
        let turn = seed.index(texts.len());
        texts.rotate_left(turn);
        texts.reverse();
        let after: Vec<_> = Rung::ALL.into_iter().map(|rung| learn(rung, &texts)).collect();
        prop_assert_eq!(before, after);
    }

    #[test]
    fn no_token_is_learned_twice(text in "[ab]{0,200}|[a-c ]{0,200}") {
        let mut tokens = bytes(&Rung::Naive.train([&text[..]], &options(400, &[])));
        let number = tokens.len();
        tokens.sort();
        tokens.dedup();
        prop_assert_eq!(tokens.len(), number);
    }

    #[test]
    fn no_token_reaches_across_a_piece(text in text()) {
        let pieces: Vec<&str> = ch01::pieces(&text).collect();
        let vocabulary = train([&text[..]], 400);
        for token in vocabulary.tokens().skip(256) {
            let inside = |piece: &&str| {
                piece.as_bytes().windows(token.len()).any(|part| part == token)
            };
            prop_assert!(pieces.iter().any(inside));
        }
    }

    #[test]
    fn a_safe_cut_parts_no_piece(text in text(), end in any::<prop::sample::Index>()) {
        for pattern in [Pattern::Gpt2, Pattern::Cl100k] {
            let known = &text.as_bytes()[..end.index(text.len() + 1)];
            let Some(cut) = safe_cut(known, &[]) else { continue };
            prop_assert!(0 < cut && cut < known.len());
            let (left, right) = text.split_at(cut);
            let parts: Vec<&str> = pattern.pieces(left).chain(pattern.pieces(right)).collect();
            prop_assert_eq!(parts, pattern.pieces(&text).collect::<Vec<_>>());
        }
    }

    #[test]
    fn any_bytes_in_any_chunks_teach_the_same(
        parts in prop::collection::vec(
            prop_oneof![
                3 => text().prop_map(String::into_bytes),
                1 => prop::collection::vec(any::<u8>(), 0..6),
            ],
            0..6,
        ),
        options in any_options(),
    ) {
        let content = parts.concat();
        let texts = content.utf8_chunks().map(|part| part.valid());
        let expected = Rung::Naive.train(texts, &options);
        let (_folder, paths) = files(&[&content]);
        let found = train_files(&paths, &options, |_| {}).unwrap();
        prop_assert_eq!(bytes(&found), bytes(&expected));
    }
}
