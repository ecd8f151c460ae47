//! The promises of cleaning and of the quality filters.

use ch02::{Cleaner, Quality, Rule, Step};
use ch02::{squeeze_space, strip_controls, strip_markup, strip_urls};
use proptest::prelude::*;

#[test]
fn tags_go_and_what_they_enclose_stays() {
    assert_eq!(strip_markup("one <b>bold</b> wo<i>r</i>d"), "one bold word");
    assert_eq!(
        strip_markup("<p class=\"a>b\">one</p><p>two<br/>three"),
        "\none\n\ntwo\nthree"
    );
    assert_eq!(strip_markup("<!DOCTYPE html><html>x</html>"), "x");
}

#[test]
fn what_no_reader_sees_goes_with_its_content() {
    let page =
        "a<script>if (1 < 2) { b() }</script><STYLE>p { }</STYLE><!-- <p>c -->d";
    assert_eq!(strip_markup(page), "ad");
    let page = "<head>\n<title>x</title></head><body>y<header>z</header>";
    assert_eq!(strip_markup(page), "y\nz\n");
}

// ANCHOR: order
#[test]
fn entities_are_decoded_after_the_tags_are_gone() {
    assert_eq!(
        strip_markup("tea &amp; cake&nbsp;&#233; &hellip;"),
        "tea & cake\u{a0}é …"
    );
    // Somebody writes about tags. The other order would take the words away.
    assert_eq!(strip_markup("write &lt;b&gt; for bold"), "write <b> for bold");
    assert_eq!(
        strip_markup("&amp;lt; is how one writes &lt;"),
        "&lt; is how one writes <"
    );
}
// ANCHOR_END: order

#[test]
fn what_only_looks_like_markup_stays() {
    for text in
        ["3 < 4 and 5 > 4", "a <- b -> c", "I <3 you", "<|endoftext|>", "R&D; AT&T"]
    {
        assert_eq!(strip_markup(text), text);
    }
}

#[test]
fn an_address_goes_and_the_sentence_keeps_its_full_stop() {
    assert_eq!(strip_urls("see https://a.example/b?c=d#e."), "see .");
    assert_eq!(strip_urls("(www.a.example), then"), "(), then");
    assert_eq!(strip_urls("HTTP://A.EXAMPLE"), "");
    for text in ["a http:// b", "the www", "3.5 www.", "ratio 3:1"] {
        assert_eq!(strip_urls(text), text);
    }
}

#[test]
fn characters_without_a_picture_go() {
    assert_eq!(
        strip_controls("\u{feff}a\u{0}b\u{7}c\u{200b}d\u{ad}e\u{202e}f"),
        "abcdef"
    );
    assert_eq!(
        strip_controls("one\r\ntwo\rthree\n\tfour"),
        "one\ntwo\nthree\n\tfour"
    );
    let joined = "👩\u{200d}🚀 می\u{200c}خواهم";
    assert_eq!(strip_controls(joined), joined);
}

#[test]
fn runs_of_blanks_become_one() {
    assert_eq!(
        squeeze_space("  a \t b\u{a0}\u{2003}c  \n\n\n\n  d\n \ne\nf "),
        "a b c\n\nd\n\ne\nf"
    );
    assert_eq!(squeeze_space(" \n\t "), "");
}

#[test]
fn the_order_of_steps_matters() {
    let text = "x\u{a0}&nbsp; <a href=\"https://a.example\">here</a>";
    let clean = |steps: &[Step]| Cleaner::new(steps).clean(text);
    assert_eq!(clean(&[Step::Markup, Step::Space]), "x here");
    assert_eq!(clean(&[Step::Space, Step::Markup]), "x \u{a0} here");
}

#[test]
fn every_step_counts_what_it_changed() {
    let mut cleaner = Cleaner::new(&Step::USUAL);
    cleaner.clean("<b>tea</b>");
    cleaner.clean("tea  www.tea.example");
    cleaner.clean("tea");
    let counts = cleaner.changes().iter();
    let counts: Vec<_> =
        counts.map(|it| (it.documents, it.before - it.after)).collect();
    assert_eq!(counts, [(1, 7), (1, 15), (0, 0), (0, 0), (1, 2)]);
}

proptest! {
    #[test]
    fn cleaning_clean_text_changes_nothing(text in r"[a-zé \t\n\r\u{200b}<&;.]{0,60}") {
        for step in [Step::Controls, Step::Nfc, Step::Nfkc, Step::Space] {
            let once = step.apply(&text).into_owned();
            prop_assert_eq!(step.apply(&once), once.as_str());
        }
    }

    #[test]
    fn squeezing_keeps_every_word(text in r"[ab \t\n]{0,40}") {
        let squeezed = squeeze_space(&text);
        prop_assert!(text.split_whitespace().eq(squeezed.split_whitespace()));
        prop_assert!(!squeezed.contains("  ") && !squeezed.contains("\n\n\n"));
    }

    #[test]
    fn text_without_marks_of_markup_stays(text in r"[^<&]{0,60}") {
        prop_assert_eq!(strip_markup(&text), text.as_str());
    }
}

fn broken(text: &str) -> Vec<Rule> {
    let complaints = Quality::default().complaints(text);
    complaints.into_iter().map(|complaint| complaint.rule).collect()
}

/// 60 different words of ordinary length.
fn prose() -> String {
    let word = |i: u8| {
        let (root, letter) =
            (["tea", "lamp", "sea", "oak"][i as usize % 4], b'a' + i % 26);
        format!("{root}{}{}", "e".repeat(i as usize / 20), char::from(letter))
    };
    (0..60).map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn measures_by_hand() {
    assert_eq!(Rule::Words.measure("one  two\nthree"), 3.0);
    assert_eq!(Rule::WordLength.measure("ab abcd"), 3.0);
    assert_eq!(Rule::Letters.measure("a 1 b2 --"), 0.5);
    assert_eq!(Rule::Capitals.measure("AB cd 12 ef"), 1.0 / 3.0);
    assert_eq!(Rule::Symbols.measure("a, b: #$"), 2.0 / 6.0);
    assert_eq!(Rule::Digits.measure("a1 2b"), 0.5);
    assert_eq!(Rule::Lines.measure("x\ny\n\n x\nx"), 0.5);
    assert!(Rule::ALL.iter().all(|rule| rule.measure("") == 0.0));
}

#[test]
fn a_letter_in_two_repeated_runs_counts_once() {
    assert_eq!(Rule::Runs.measure("a b c d e f"), 0.0);
    // The second "a b c d e" is 5 of 10 letters.
    assert_eq!(Rule::Runs.measure("a b c d e a b c d e"), 0.5);
    // Three overlapping runs stood there before: together they are 7 of 14 letters.
    assert_eq!(Rule::Runs.measure("a b c d e f g a b c d e f g"), 0.5);
    // "a a a a a" stood there before, so nearly all of it is repeated.
    assert_eq!(Rule::Runs.measure("a a a a a a a a a a"), 0.9);
}

#[test]
fn prose_has_nothing_against_it_and_each_fault_is_named() {
    let prose = prose();
    assert_eq!(broken(&prose), []);
    assert_eq!(broken(&prose[..100]), [Rule::Words]);
    assert_eq!(broken(&prose.to_uppercase()), [Rule::Capitals]);
    assert_eq!(broken(&prose.replace(' ', " **")), [Rule::Symbols]);
    assert_eq!(broken(&format!("{prose} {prose}")), [Rule::Runs]);
    assert_eq!(broken(&prose.replace(' ', "")), [Rule::Words, Rule::WordLength]);
    let numbers: String = (0..60).map(|i| format!("{} ", 1000 + i)).collect();
    assert_eq!(broken(&numbers), [Rule::Letters, Rule::Digits]);
}

#[test]
fn hardly_any_built_in_story_is_left_out() {
    let quality = Quality::default();
    let told = datasets::stories::Grammar::new(0).take(200);
    let complaints: usize = told.map(|text| quality.complaints(&text).len()).sum();
    assert!(complaints <= 4, "{complaints} complaints about 200 stories");
}

#[test]
fn a_limit_belongs_to_what_is_allowed() {
    let quality = Quality { words: 2.0..=3.0, ..Quality::default() };
    let is_fine = |text| quality.complaints(text).is_empty();
    assert!(is_fine("good tea") && is_fine("good hot tea"));
    assert!(!is_fine("tea") && !is_fine("very good hot tea"));
}
