//! The promises of chapter 1.

use std::sync::LazyLock;

use ch01::{DecodeStream, END_OF_TEXT, Tokenizer, Vocabulary, merge_bytes, pieces};
use proptest::prelude::*;

static GPT2: LazyLock<Tokenizer> = LazyLock::new(Tokenizer::gpt2);
static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::gpt2);

#[test]
fn known_texts_get_openais_ids() {
    let cases: [(&str, &[u32]); 6] = [
        ("", &[]),
        ("Every effort moves you", &[6109, 3626, 6100, 345]),
        ("Hello, I am", &[15496, 11, 314, 716]),
        ("Hello, do you like tea?", &[15496, 11, 466, 345, 588, 8887, 30]),
        ("Do you have time", &[5211, 345, 423, 640]),
        ("Akwirw ier", &[33901, 86, 343, 86, 220, 959]),
    ];
    for (text, ids) in cases {
        assert_eq!(GPT2.encode(text), ids, "{text:?}");
        assert_eq!(GPT2.decode(ids).unwrap(), text);
    }
}

#[test]
fn a_special_token_is_one_id_only_when_allowed() {
    let text = "Hello, do you like tea? <|endoftext|> In the sunlit terraces\
                of someunknownPlace.";
    let allowed = [
        15496, 11, 466, 345, 588, 8887, 30, 220, 50256, 554, 262, 4252, 18250,
        8812, 2114, 1659, 617, 34680, 27271, 13,
    ];
    assert_eq!(GPT2.encode_with_special(text), allowed);
    assert_eq!(GPT2.decode(&allowed).unwrap(), text);

    let ordinary = GPT2.encode(text);
    assert!(!ordinary.contains(&50256));
    assert_eq!(GPT2.decode(&ordinary).unwrap(), text);
}

#[test]
fn of_two_special_tokens_that_start_alike_the_longer_is_meant() {
    let tokenizer = Tokenizer::new(Vocabulary::gpt2(), &["<a>", "<a><b>", "<b>"]);
    assert_eq!(
        tokenizer.encode_with_special("<a><b><b><a>"),
        [50257, 50258, 50256]
    );
}

#[test]
fn the_vocabulary_has_50257_ids_and_end_of_text_is_the_last() {
    assert_eq!(GPT2.vocab_size(), 50257);
    assert_eq!(GPT2.special_id(END_OF_TEXT), Some(50256));
}

#[test]
fn an_unknown_id_is_named() {
    let error = GPT2.decode(&[0, 60000]).unwrap_err().to_string();
    assert_eq!(error, "id 60000 is not in the vocabulary: ids go from 0 to 50256");
}

#[test]
fn half_a_character_decodes_to_a_replacement_mark() {
    let ids = GPT2.encode("🤗");
    assert!(ids.len() > 1);
    assert_eq!(GPT2.decode(&ids).unwrap(), "🤗");
    assert_eq!(GPT2.decode(&ids[..1]).unwrap(), "\u{FFFD}");
}

#[test]
fn spaces_stay_with_the_word_that_follows() {
    let cut = |text| pieces(text).collect::<Vec<_>>();
    assert_eq!(cut("a   b"), ["a", "  ", " b"]);
    assert_eq!(cut("a\n\n b"), ["a", "\n\n", " b"]);
    assert_eq!(cut("a \n b"), ["a", " \n", " b"]);
    assert_eq!(cut("a  \tb"), ["a", "  ", "\t", "b"]);
    assert_eq!(cut("a   "), ["a", "   "]);
    assert_eq!(cut("it's 'tis"), ["it", "'s", " '", "tis"]);
}

#[test]
fn a_megabyte_of_one_letter_takes_no_hours() {
    let text = "a".repeat(1_000_000);
    let ids = GPT2.encode(&text);
    assert_eq!(GPT2.decode(&ids).unwrap(), text);
}

// ANCHOR: merge_naively
/// The merge loop as it is usually taught: look at every pair before every merge.
fn merge_naively(piece: &[u8], vocabulary: &Vocabulary) -> Vec<u32> {
    let mut parts: Vec<Vec<u8>> = piece.iter().map(|&byte| vec![byte]).collect();
    loop {
        let pairs = parts.windows(2).enumerate();
        let ranked = pairs
            .filter_map(|(i, pair)| Some((vocabulary.rank(&pair.concat())?, i)));
        let Some((_, i)) = ranked.min() else { break };
        let right = parts.remove(i + 1);
        parts[i].extend(right);
    }
    parts.iter().map(|part| vocabulary.rank(part).expect("a token")).collect()
}
// ANCHOR_END: merge_naively

/// Text out of what makes tokenizers stumble.
fn awkward() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        "[ \t\n\r\u{a0}\u{2003}\u{3000}\u{85}\u{1f}]{1,4}",
        "[a-zA-Z']{1,8}",
        "['’](s|t|re|ve|m|ll|d|S|x)",
        "[0-9٣½Ⅷ]{1,4}",
        "[.,!?—…$%&*_<>|-]{1,4}",
        "(你好|नमस्ते|👩‍👩‍👧|🇩🇪|é|e\u{301}|ﬁ|İ|ß|\u{0})",
        "(<\\|endoftext\\|>)",
        "\\PC{0,6}",
    ];
    prop::collection::vec(parts, 0..12).prop_map(|parts| parts.concat())
}

#[test]
fn a_stream_waits_for_the_whole_character() {
    let ids = GPT2.encode("\u{1f917}!");
    let mut stream = DecodeStream::new(&GPT2);
    let shown: Vec<_> = ids.iter().map(|&id| stream.push(id).unwrap()).collect();
    assert_eq!(shown, ["", "", "\u{1f917}", "!"]);
    stream.push(ids[0]).unwrap();
    assert_eq!(stream.finish(), "\u{fffd}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn ids_equal_tiktokens(text in awkward()) {
        let tiktoken = tiktoken_rs::r50k_base_singleton();
        prop_assert_eq!(GPT2.encode(&text), tiktoken.encode_ordinary(&text));
        prop_assert_eq!(GPT2.encode_with_special(&text), tiktoken.encode_with_special_tokens(&text));
    }

    #[test]
    fn decoding_gives_the_text_back(text in awkward()) {
        prop_assert_eq!(GPT2.decode(&GPT2.encode(&text)).unwrap(), text);
    }

    #[test]
    fn a_stream_shows_the_same_text_as_decoding_at_once(
        ids in prop::collection::vec(prop_oneof![0u32..50_257, 0u32..256], 0..40),
    ) {
        let mut stream = DecodeStream::new(&GPT2);
        let mut text: String = ids.iter().map(|&id| stream.push(id).unwrap()).collect();
        text += &stream.finish();
        prop_assert_eq!(text, GPT2.decode(&ids).unwrap());
    }

    #[test]
    fn pieces_equal_the_original_patterns(text in awkward()) {
        let pattern = r"'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
        let original = fancy_regex::Regex::new(pattern).unwrap();
        let expected: Vec<_> = original.find_iter(&text).map(|m| m.unwrap().as_str()).collect();
        prop_assert_eq!(pieces(&text).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_heap_merges_as_the_naive_loop_does(piece in prop::collection::vec(any::<u8>(), 1..60)) {
        let vocabulary = &*VOCABULARY;
        prop_assert_eq!(merge_bytes(&piece, |bytes| vocabulary.rank(bytes)), merge_naively(&piece, vocabulary));
    }

    #[test]
    fn the_heap_merges_letters_as_the_naive_loop_does(piece in "[a-e ]{1,60}|(ab){1,30}|a{1,60}") {
        let vocabulary = &*VOCABULARY;
        let piece = piece.as_bytes();
        prop_assert_eq!(merge_bytes(piece, |bytes| vocabulary.rank(bytes)), merge_naively(piece, vocabulary));
    }
}
