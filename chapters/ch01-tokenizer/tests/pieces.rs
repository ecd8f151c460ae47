//! The promises of the splitter: text is cut as the original patterns cut it.

use std::sync::LazyLock;

use ch01::{Pattern, split};
use proptest::prelude::*;

/// The patterns as OpenAI's library has them, look-ahead and all.
const GPT2: &str = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s";
const CL100K: &str = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s";

static ORACLES: LazyLock<[fancy_regex::Regex; 2]> = LazyLock::new(|| {
    [GPT2, CL100K].map(|it| fancy_regex::Regex::new(it).expect("a valid pattern"))
});

fn oracle(pattern: Pattern, text: &str) -> Vec<&str> {
    let found = ORACLES[pattern as usize].find_iter(text);
    found.map(|found| found.expect("a short search").as_str()).collect()
}

fn quickly(text: &str, pattern: Pattern) -> Vec<&str> {
    let mut pieces = Vec::new();
    split(text, pattern, |piece| pieces.push(piece));
    pieces
}

#[track_caller]
fn check(text: &str) {
    for pattern in [Pattern::Gpt2, Pattern::Cl100k] {
        let expected = oracle(pattern, text);
        let taught: Vec<_> = pattern.pieces(text).collect();
        assert_eq!(taught, expected, "{pattern:?} of {text:?}");
        assert_eq!(
            quickly(text, pattern),
            expected,
            "fast {pattern:?} of {text:?}"
        );
    }
}

#[test]
fn every_character_has_the_class_that_the_pattern_gives_it() {
    // A character between letters, digits, marks and spaces shows its class by what joins it.
    let all: Vec<char> =
        (0..=u32::from(char::MAX)).filter_map(char::from_u32).collect();
    for some in all.chunks(4096) {
        let text: String = some
            .iter()
            .flat_map(|&c| ['a', c, c, '1', c, ' ', c, '!', c])
            .collect();
        let expected: Vec<_> = Pattern::Gpt2.pieces(&text).collect();
        assert_eq!(quickly(&text, Pattern::Gpt2), expected, "from {:?}", some[0]);
    }
}

#[test]
fn a_rule_holds_wherever_a_block_of_bytes_ends() {
    let texts = [
        "'s",
        "'re",
        "'ve x",
        "'ll'd'm",
        "'r",
        "'v",
        "'l",
        "'sx",
        "'s's",
        "''s",
        " 's",
        "\n's",
        "  b",
        " \nb",
        "\n\n b",
        "a  ",
        "\u{a0}\u{a0}b",
        "\u{3000} b",
        " \u{3000}b",
        "\u{2003}",
        "\u{85}",
        "好 好",
        "é1é",
        "\u{1f917}\u{1f917} \u{1f917}",
        "١٢a",
        "e\u{301}a",
        "नमस्ते",
    ];
    for text in texts {
        for before in 58..68 {
            for filler in ["a", "1", ".", " ", "\n", "'", "é"] {
                let start: String = filler.repeat(before);
                check(&(start.clone() + text));
                check(&(start + text + "x"));
            }
        }
    }
}

/// Text out of what makes tokenizers stumble, long enough for several blocks.
fn awkward() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        "[ \t\n\r\u{a0}\u{2003}\u{3000}\u{85}\u{1f}\u{1680}\u{2028}]{1,4}",
        "[a-zA-Z']{1,20}",
        "['’](s|t|re|ve|m|ll|d|S|x|RE|ſ|Ll)",
        "[0-9٣½Ⅷ]{1,7}",
        "[.,!?—…$%&*_<>|-]{1,4}",
        "(你好|नमस्ते|👩‍👩‍👧|🇩🇪|é|e\u{301}|ﬁ|İ|ß|\u{0}|привет|مرحبا|한국어|日本語)",
        " {1,70}",
        "\\PC{0,6}",
    ];
    prop::collection::vec(parts, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn pieces_equal_the_original_patterns(text in awkward()) {
        check(&text);
    }

    #[test]
    fn pieces_of_any_characters_equal_the_original_patterns(text in any::<String>()) {
        check(&text);
    }
}
