//! Exercise 1.3 (10 points): special tokens first.

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text between special tokens
    Text(&'a str),
    /// A special token: its place in the list
    Special(usize),
}

// ANCHOR: task
/// Cuts `text` at the special tokens, before anything else is done to it.
///
/// The search goes from left to right. The special token that begins first is cut out;
/// of several that begin at the same place, the longest. Then the search goes on behind
/// it. In what order the list names them does not matter. Text parts are never empty.
pub fn cut<'a>(text: &'a str, specials: &[&str]) -> Vec<Part<'a>> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let found = specials.iter().enumerate().filter_map(|(place, special)| {
            Some((rest.find(special)?, std::cmp::Reverse(special.len()), place))
        });
        let first = found.min();
        let before = first.map_or(rest.len(), |(start, ..)| start);
        if before > 0 {
            parts.push(Part::Text(&rest[..before]));
        }
        let Some((start, length, place)) = first else { return parts };
        parts.push(Part::Special(place));
        rest = &rest[start + length.0..];
    }
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn a_border_between_two_documents() {
    assert_eq!(
        cut("one<|end|>two", &["<|end|>"]),
        [Part::Text("one"), Part::Special(0), Part::Text("two")]
    );
}

#[test]
fn of_two_that_begin_alike_the_longer_is_meant() {
    let specials = ["<end>", "<end><start>"];
    assert_eq!(
        cut("a<end><start>b", &specials),
        [Part::Text("a"), Part::Special(1), Part::Text("b")]
    );
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn the_order_of_the_list_does_not_matter() {
    let specials = ["<end><start>", "<end>"];
    assert_eq!(
        cut("<end><start>b<end>", &specials),
        [Part::Special(0), Part::Text("b"), Part::Special(1)]
    );
}

#[test]
fn the_one_that_begins_first_wins_even_over_a_longer_one() {
    assert_eq!(cut("abcd", &["bcd", "ab"]), [Part::Special(1), Part::Text("cd")]);
}

#[test]
fn no_part_is_empty() {
    let specials = ["<|end|>"];
    assert_eq!(cut("", &specials), []);
    assert_eq!(cut("<|end|><|end|>", &specials), [Part::Special(0); 2]);
    assert_eq!(cut("a", &specials), [Part::Text("a")]);
    assert_eq!(cut("a", &[]), [Part::Text("a")]);
}

#[test]
fn what_is_only_half_a_special_token_is_text() {
    let text = "<|end|<|end|>|>";
    let parts = cut(text, &["<|end|>"]);
    assert_eq!(parts, [Part::Text("<|end|"), Part::Special(0), Part::Text("|>")]);
}

#[test]
fn characters_of_several_bytes_stay_whole() {
    let parts = cut("☕☕<é>☕", &["<é>"]);
    assert_eq!(parts, [Part::Text("☕☕"), Part::Special(0), Part::Text("☕")]);
}

#[test]
fn marks_of_regular_expressions_mean_nothing_here() {
    assert_eq!(cut("ab", &["a|b"]), [Part::Text("ab")]);
    assert_eq!(cut("a|b", &["a|b"]), [Part::Special(0)]);
}
// HIDDEN: end
