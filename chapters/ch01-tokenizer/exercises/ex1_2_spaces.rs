//! Exercise 1.2 (5 points): a bug hunt. Spaces in the pattern.

/// Separators, as a published course has them. It wants words, commas and full stops.
/// Cutting "Hello, world. This, is a test." here gives, with bars between the pieces,
///
/// `Hello|, |world|. |This|, |is a test.`
const FAULTY: &str = r"[,.] | \s";

// ANCHOR: task
/// The pieces that are wrong: those that hold white space, and something else as well.
pub fn glued<'a>(pieces: &[&'a str]) -> Vec<&'a str> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mixed = |piece: &&str| {
        piece.contains(char::is_whitespace) && !piece.trim().is_empty()
    };
    pieces.iter().copied().filter(mixed).collect()
    // SOLUTION: end
}

// ANCHOR: task_separators
/// The pattern put right. Each comma, each full stop and each white character is a
/// separator of its own, and nothing else is one.
pub fn separators() -> &'static str {
    // ANCHOR_END: task_separators
    // SOLUTION: begin
    r"[,.]|\s"
    // SOLUTION: end
}

/// The pieces between the separators, and the separators.
fn cut<'a>(text: &'a str, pattern: &str) -> Vec<&'a str> {
    ch01::split_keeping(text, pattern).expect("the pattern must be a valid one")
}

// ANCHOR: tests
#[test]
fn the_faulty_pattern_is_caught() {
    let pieces = cut("Hello, world. This, is a test.", FAULTY);
    assert_eq!(pieces.join("|"), "Hello|, |world|. |This|, |is a test.");
    assert_eq!(glued(&pieces), [", ", ". ", ", ", "is a test."]);
}

#[test]
fn the_pattern_put_right_cuts_at_every_separator() {
    let pieces = cut("Hello, world.", separators());
    assert_eq!(pieces, ["Hello", ",", " ", "world", "."]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn nothing_is_glued_in_a_story() {
    let story = "Marta put down her brush. She had been painting, as she did every \
        spring.\n\n\"Ahoy!\" shouted the boy, who was twelve.\tNot older, I think.";
    let pieces = cut(story, separators());
    assert_eq!(pieces.concat(), story);
    assert!(glued(&pieces).is_empty());
    let marks = |piece: &&&str| piece.contains([',', '.']) && piece.len() > 1;
    assert_eq!(pieces.iter().find(marks), None);
}

#[test]
fn white_space_alone_and_words_alone_are_right() {
    assert!(glued(&["a", " ", "\n\t", ",", ""]).is_empty());
}

#[test]
fn white_space_is_more_than_the_space() {
    assert_eq!(glued(&["a\tb", "a\n", "\u{a0}a"]), ["a\tb", "a\n", "\u{a0}a"]);
    assert_eq!(cut("a\tb\nc", separators()), ["a", "\t", "b", "\n", "c"]);
}

#[test]
fn a_comma_without_a_space_cuts_as_well() {
    assert_eq!(cut("3.5,a", separators()), ["3", ".", "5", ",", "a"]);
}

#[test]
fn every_white_character_is_a_separator_of_its_own() {
    assert_eq!(cut("a  b", separators()), ["a", " ", " ", "b"]);
    assert_eq!(cut("a...", separators()), ["a", ".", ".", "."]);
}

#[test]
fn other_marks_do_not_cut() {
    assert_eq!(
        cut("half-baked; (so!)", separators()),
        ["half-baked;", " ", "(so!)"]
    );
}
// HIDDEN: end
