//! The promises of the ladder: every way to encode gives OpenAI's ids, whatever the text.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ch01::encode::Rung;
use ch01::{Pattern, Tokenizer, Vocabulary, pieces, train};
use proptest::prelude::*;

static GPT2: LazyLock<Tokenizer> = LazyLock::new(Tokenizer::gpt2);

/// The rungs that a long text can be given to.
const QUICK: [Rung; 3] = [Rung::LowestRank, Rung::Cached, Rung::Fast];

#[track_caller]
fn check(text: &str) {
    let expected = tiktoken_rs::r50k_base_singleton().encode_ordinary(text);
    for rung in QUICK {
        let start: String = text.chars().take(200).collect();
        assert!(GPT2.encode_by(rung, text) == expected, "{rung}: {start:?}");
    }
    assert_eq!(GPT2.decode(&expected).expect("known ids"), text);
}

#[test]
fn every_rung_gives_openais_ids() {
    let texts = [
        "",
        "Every effort moves you",
        "Don't we'll they're 'tis I'd",
        "  two  spaces \n\n and lines\r\n\ttab",
        "1234567890 x1y2 ½ Ⅷ",
        "你好，世界！ 日本語のテキスト 한국어",
        "👩‍👩‍👧‍👦🇩🇪🏳️‍🌈 ok",
        "नमस्ते दुनिया مرحبا بالعالم שלום",
        "antidisestablishmentarianism_antidisestablishmentarianism",
        "<|endoftext|> is text",
    ];
    let expected =
        |text: &str| tiktoken_rs::r50k_base_singleton().encode_ordinary(text);
    for rung in Rung::ALL {
        for text in texts {
            assert_eq!(
                GPT2.encode_by(rung, text),
                expected(text),
                "{rung}: {text:?}"
            );
        }
    }
}

#[test]
fn a_rung_is_known_by_its_name() {
    for rung in Rung::ALL {
        assert_eq!(rung.to_string().parse::<Rung>().unwrap(), rung);
    }
    let error = "faster".parse::<Rung>().unwrap_err().to_string();
    assert!(error.contains("lowest-rank"), "{error}");
}

#[test]
fn long_runs_get_openais_ids() {
    for part in [
        "a",
        " ",
        "\n",
        "=",
        "ab",
        "你好",
        "\u{1f917}",
        "é",
        "\t ",
        "0",
        "-_",
        "क्ष",
    ] {
        for count in [1, 2, 3, 14, 15, 16, 17, 63, 64, 65, 100, 1000] {
            check(&part.repeat(count));
            check(&format!("x{}y", part.repeat(count)));
        }
    }
}

#[test]
fn where_windows_meet_nothing_changes() {
    for text in ["a", " ", "ab", "xyzzy", "abracadabra", "lalalaland"] {
        check(&text.repeat(20_000 / text.len()));
    }
    let mut state = 1u64;
    let letters = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (b'a' + (state >> 59) as u8 % 26) as char
    };
    let text: String = std::iter::repeat_with(letters).take(30_000).collect();
    check(&text);
}

#[test]
fn ten_megabytes_of_one_character_take_seconds() {
    for character in ["a", " "] {
        let text = character.repeat(10_000_000);
        let ids = GPT2.encode(&text);
        assert!(GPT2.decode(&ids).unwrap() == text);
    }
}

#[test]
fn many_texts_at_once_get_the_ids_of_each() {
    let texts: Vec<String> =
        (0..300).map(|i| format!("text {i} of many").repeat(i)).collect();
    let ids = GPT2.encode_batch(&texts);
    assert_eq!(ids.len(), texts.len());
    for (text, ids) in texts.iter().zip(ids) {
        assert_eq!(ids, GPT2.encode(text));
    }
    assert!(GPT2.encode_batch::<&str>(&[]).is_empty());
}

#[test]
fn ids_are_appended() {
    let mut ids = vec![1, 2];
    GPT2.encode_into("Hello, I am", &mut ids);
    assert_eq!(ids, [1, 2, 15496, 11, 314, 716]);
}

#[test]
fn invalid_bytes_are_pieces_of_their_own() {
    let ids = GPT2.encode_bytes(b"Hello\xff, I am");
    assert_eq!(
        ids,
        [&GPT2.encode("Hello")[..], &[187], &GPT2.encode(", I am")].concat()
    );
    assert_eq!(GPT2.decode_bytes(&ids).unwrap(), b"Hello\xff, I am");
}

#[test]
fn gpt_4s_pattern_cuts_otherwise() {
    let tokenizer = Tokenizer::gpt2().with_pattern(Pattern::Cl100k);
    assert_eq!(tokenizer.encode("12345").len(), 2); // 123, 45
    for rung in QUICK {
        let text = "I'LL say:\n\n  12345 .hidden";
        assert_eq!(
            tokenizer.encode_by(rung, text),
            tokenizer.encode(text),
            "{rung}"
        );
    }
}

/// The merge loop as it is usually taught, for vocabularies of any kind.
fn naively(vocabulary: &Vocabulary, text: &str) -> Vec<u32> {
    let mut ids = Vec::new();
    for piece in pieces(text) {
        if let Some(id) = vocabulary
            .id(piece.as_bytes())
            .filter(|_| vocabulary.takes_whole_pieces())
        {
            ids.push(id);
            continue;
        }
        let mut parts: Vec<u32> =
            piece.bytes().map(|byte| vocabulary.byte(byte)).collect();
        loop {
            let pairs = parts.windows(2).enumerate();
            let merges = pairs.filter_map(|(i, two)| {
                Some((vocabulary.merge(two[0], two[1])?, i))
            });
            let Some(((_, made), i)) =
                merges.min_by_key(|&((rank, _), i)| (rank, i))
            else {
                break;
            };
            parts[i] = made;
            parts.remove(i + 1);
        }
        ids.extend(parts);
    }
    ids
}

/// Text out of what makes tokenizers stumble.
fn awkward() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        "[ \t\n\r\u{a0}\u{2003}\u{3000}\u{85}\u{1f}]{1,4}",
        "[a-zA-Z']{1,24}",
        "['’](s|t|re|ve|m|ll|d|S|x)",
        "[0-9٣½Ⅷ]{1,4}",
        "[.,!?—…$%&*_<>|-]{1,20}",
        "(你好|नमस्ते|👩‍👩‍👧|🇩🇪|é|e\u{301}|ﬁ|İ|ß|\u{0}|привет|مرحبا|한국어|日本語の)",
        "( {1,70}|a{1,200}|(ab){1,50}|(好){1,40})",
        "\\PC{0,6}",
    ];
    prop::collection::vec(parts, 0..20).prop_map(|parts| parts.concat())
}

/// Different tokens of a small alphabet, in any order: no training gave them.
fn invented() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let token = prop::collection::vec(prop_oneof![b'a'..=b'c', Just(b' ')], 2..20);
    prop::collection::vec(token, 0..60).prop_map(|tokens| {
        let mut seen = BTreeSet::new();
        tokens.into_iter().filter(|token| seen.insert(token.clone())).collect()
    })
}

fn bytes() -> Vec<Vec<u8>> {
    (0..=u8::MAX).map(|byte| vec![byte]).collect()
}

#[track_caller]
fn fast_is_right(vocabulary: Vocabulary, text: &str) {
    let expected = naively(&vocabulary, text);
    let tokenizer = Tokenizer::new(vocabulary, &[]);
    for rung in QUICK {
        assert_eq!(tokenizer.encode_by(rung, text), expected, "{rung}: {text:?}");
        assert_eq!(
            tokenizer.encode_by(rung, text),
            expected,
            "{rung}, again: {text:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn ids_equal_tiktokens(text in awkward()) {
        check(&text);
    }

    #[test]
    fn ids_of_any_characters_equal_tiktokens(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(GPT2.decode_bytes(&GPT2.encode_bytes(&bytes)).unwrap(), bytes);
    }

    #[test]
    fn valid_bytes_get_the_ids_of_the_text(text in awkward()) {
        prop_assert_eq!(GPT2.encode_bytes(text.as_bytes()), GPT2.encode(&text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_learned_vocabulary_is_encoded_fast_and_right(
        texts in prop::collection::vec("[a-d ]{1,60}", 1..6),
        size in 256usize..300,
        text in "[a-d ]{0,200}",
    ) {
        fast_is_right(train(texts.iter().map(String::as_str), size), &text);
    }

    #[test]
    fn replay_agrees_with_what_was_learned(
        texts in prop::collection::vec("[a-d ]{1,60}", 1..6),
        text in "[a-d ]{0,100}",
    ) {
        let tokenizer = Tokenizer::new(train(texts.iter().map(String::as_str), 300), &[]);
        prop_assert_eq!(tokenizer.encode_by(Rung::Replay, &text), tokenizer.encode(&text));
    }

    #[test]
    fn an_invented_vocabulary_is_encoded_fast_and_right(
        tokens in invented(),
        text in "[a-c ]{0,100}|(abc){1,40}|a{1,300}",
    ) {
        fast_is_right(Vocabulary::new([bytes(), tokens].concat()), &text);
    }

    #[test]
    fn ids_need_not_be_ranks(tokens in invented(), text in "[a-c ]{0,100}", gap in 1u32..7) {
        let tokens = [bytes(), tokens].concat();
        let last = tokens.len() as u32 * gap + 5;
        let ids = (0..).map(|place| last - place * gap);
        let vocabulary = Vocabulary::with_ids(tokens.into_iter().zip(ids).collect()).unwrap();
        fast_is_right(vocabulary, &text);
    }

    #[test]
    fn listed_merges_are_the_only_ones(
        tokens in invented(),
        choice in any::<u64>(),
        whole in any::<bool>(),
        text in "[a-c ]{0,100}|a{1,300}",
    ) {
        let tokens: Vec<_> = [bytes(), tokens].concat().into_iter().zip(0..).collect();
        let all = Vocabulary::with_ids(tokens.clone()).unwrap();
        // Some of the pairs that make a token, in another order.
        let mut pairs = Vec::new();
        for (token, id) in &tokens {
            for cut in 1..token.len() {
                if let (Some(l), Some(r)) = (all.id(&token[..cut]), all.id(&token[cut..]))
                    && choice.rotate_left(id % 64) & 3 != 0
                {
                    pairs.push((l, r));
                }
            }
        }
        pairs.sort_by_key(|&(l, r)| (u64::from(l) << 32 | u64::from(r)).wrapping_mul(choice | 1));
        let vocabulary = Vocabulary::with_merges(tokens, &pairs).unwrap();
        let vocabulary = if whole { vocabulary.taking_whole_pieces() } else { vocabulary };
        fast_is_right(vocabulary, &text);
    }
}
