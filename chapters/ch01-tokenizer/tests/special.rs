//! The promises of chapter 1: special tokens.

use std::sync::LazyLock;

use ch01::{END_OF_TEXT, Normalization, Policy, Tokenizer, Vocabulary};
use proptest::prelude::*;

static GPT2: LazyLock<Tokenizer> = LazyLock::new(Tokenizer::gpt2);
static NESTED: LazyLock<Tokenizer> = LazyLock::new(|| {
    Tokenizer::new(Vocabulary::gpt2(), &["<a>", "<a><b>", "<b>", "<c>"])
});
const FIRST: u32 = 50_256;

fn specials(ids: &[u32]) -> Vec<u32> {
    ids.iter().copied().filter(|&id| id >= FIRST).collect()
}

#[test]
fn a_policy_says_what_a_special_token_in_a_text_is() {
    let found = |policy| {
        let ids = NESTED.encode_with("x<a> <b>y<a><b>", policy);
        ids.map(|ids| specials(&ids)).map_err(|error| error.to_string())
    };
    let (a, ab, b) = (FIRST, FIRST + 1, FIRST + 2);
    assert_eq!(found(Policy::Ordinary), Ok(vec![]));
    assert_eq!(found(Policy::AllowAll), Ok(vec![a, b, ab]));
    assert_eq!(found(Policy::Allow(&["<b>"])), Ok(vec![b, b]));
    assert_eq!(found(Policy::Allow(&["<a>", "<b>"])), Ok(vec![a, b, a, b]));
    assert_eq!(found(Policy::AllowOnly(&["<a>", "<b>"])), Ok(vec![a, b, a, b]));
    let forbidden = |token, at| {
        Err(format!(
            "the text holds the special token {token} in line 1, at byte {at}"
        ))
    };
    assert_eq!(found(Policy::Forbid), forbidden("<a>", 1));
    assert_eq!(found(Policy::AllowOnly(&["<a>"])), forbidden("<b>", 5));
    let unknown = "the tokenizer has no special token \"<d>\"".to_owned();
    assert_eq!(found(Policy::Allow(&["<d>"])), Err(unknown));
}

#[test]
fn a_forbidden_token_is_named_with_its_place() {
    let text = "one\ntwo — <|endoftext|>";
    let error = GPT2.encode_with(text, Policy::Forbid).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the text holds the special token <|endoftext|> in line 2, at byte 12"
    );
    assert_eq!(text.find(END_OF_TEXT), Some(12));
    assert!(GPT2.encode_with("<|endoftext", Policy::Forbid).is_ok());
}

#[test]
fn no_normal_form_of_other_characters_is_a_special_token() {
    let text = "＜|endoftext|＞"; // wide brackets, which NFKC makes < and >
    let tokenizer = Tokenizer::gpt2().with_normalization(Normalization::Nfkc);
    let ids = tokenizer.encode_with_special(text);
    assert_eq!(tokenizer.decode(&ids).unwrap(), END_OF_TEXT);
    assert!(specials(&ids).is_empty());
    assert_eq!(tokenizer.encode_with_special(END_OF_TEXT), [FIRST]);
}

#[test]
fn a_normal_form_makes_texts_that_look_alike_the_same() {
    let tokenizer = Tokenizer::gpt2().with_normalization(Normalization::Nfc);
    assert_eq!(tokenizer.encode("cafe\u{301}"), GPT2.encode("café"));
    assert_ne!(GPT2.encode("cafe\u{301}"), GPT2.encode("café"));
}

#[test]
fn ten_thousand_special_tokens_take_no_time_to_find() {
    let text = "<a><b> ".repeat(10_000);
    let ids = NESTED.encode_with_special(&text);
    assert_eq!(specials(&ids).len(), 10_000);
}

/// Text with special tokens, whole and broken.
fn suspicious() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        "<a>",
        "<b>",
        "<a><b>",
        "<a",
        "b>",
        "<\\|endoftext\\|>",
        "\\PC{0,4}"
    ];
    prop::collection::vec(parts, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_ordinary_text_leads_to_a_special_id(text in suspicious()) {
        let ids = NESTED.encode(&text);
        prop_assert!(specials(&ids).is_empty());
        prop_assert_eq!(NESTED.decode(&ids).unwrap(), text);
    }

    #[test]
    fn a_special_token_is_never_split_nor_lost(text in suspicious()) {
        let ids = NESTED.encode_with_special(&text);
        prop_assert_eq!(NESTED.decode(&ids).unwrap(), text.as_str());
        let found: String =
            specials(&ids).iter().map(|&id| NESTED.decode(&[id]).unwrap()).collect();
        let outside = ids.split(|&id| id >= FIRST).map(|ids| NESTED.decode(ids).unwrap());
        let left: Vec<String> = outside.collect();
        prop_assert!(left.iter().all(|text| !text.contains("<a>") && !text.contains("<b>")));
        prop_assert_eq!(found.len() + left.concat().len(), text.len());
    }

    #[test]
    fn what_is_allowed_by_name_equals_tiktokens(text in suspicious()) {
        let tiktoken = tiktoken_rs::r50k_base_singleton();
        let allowed = Policy::Allow(&[END_OF_TEXT]);
        prop_assert_eq!(
            GPT2.encode_with(&text, allowed).unwrap(),
            tiktoken.encode_with_special_tokens(&text)
        );
    }
}
