//! Exercise 1.8 (10 points): digits from the right.

// ANCHOR: task
/// Cuts a number into groups of three characters, counted from the right: `1234567` is
/// `1`, `234`, `567`. Digits of other scripts have several bytes.
pub fn groups(number: &str) -> Vec<&str> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let starts: Vec<usize> = number.char_indices().map(|(at, _)| at).collect();
    let mut borders: Vec<usize> = starts.rchunks(3).map(|group| group[0]).collect();
    borders.reverse();
    borders.push(number.len());
    borders.windows(2).map(|two| &number[two[0]..two[1]]).collect()
    // SOLUTION: end
}

// ANCHOR: task_pieces
/// The pieces of GPT-2's pattern, [`ch01::pieces`], with every number cut into groups.
/// A space before the number stays with the first group.
pub fn pieces(text: &str) -> Vec<&str> {
    // ANCHOR_END: task_pieces
    // SOLUTION: begin
    let mut all = Vec::new();
    for piece in ch01::pieces(text) {
        let number = piece.strip_prefix(' ').unwrap_or(piece);
        if !number.starts_with(char::is_numeric) {
            all.push(piece);
            continue;
        }
        let groups = groups(number);
        let space = piece.len() - number.len();
        all.push(&piece[..space + groups[0].len()]);
        all.extend(&groups[1..]);
    }
    all
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn a_million_and_more() {
    assert_eq!(groups("1234567"), ["1", "234", "567"]);
    assert_eq!(groups("12"), ["12"]);
    assert_eq!(groups("123456"), ["123", "456"]);
}

#[test]
fn the_space_stays_with_the_first_group() {
    assert_eq!(pieces("about 12345 boats"), ["about", " 12", "345", " boats"]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn nothing_has_no_groups() {
    assert!(groups("").is_empty());
    assert!(pieces("").is_empty());
}

#[test]
fn digits_of_other_scripts_are_characters_and_not_bytes() {
    assert_eq!(groups("١٢٣٤"), ["١", "٢٣٤"]);
    assert_eq!(pieces("في ١٢٣٤٥"), ["في", " ١٢", "٣٤٥"]);
}

#[test]
fn every_length_has_full_groups_but_the_first() {
    for length in 1..20 {
        let number = "9".repeat(length);
        let groups = groups(&number);
        assert_eq!(groups.concat(), number);
        assert!(groups[1..].iter().all(|group| group.len() == 3));
        assert!((1..=3).contains(&groups[0].len()));
    }
}

#[test]
fn only_numbers_are_cut() {
    assert_eq!(pieces("aaaaaaa, !!!!!!"), ["aaaaaaa", ",", " !!!!!!"]);
    assert_eq!(pieces("x1234y"), ["x", "1", "234", "y"]);
    assert_eq!(pieces("1234.5678"), ["1", "234", ".", "5", "678"]);
}

#[test]
fn white_space_is_left_as_it_was() {
    assert_eq!(pieces("a  1234\n\n5"), ["a", " ", " 1", "234", "\n", "\n", "5"]);
    assert_eq!(pieces("   "), ["   "]);
}

#[test]
fn joined_the_pieces_are_the_text() {
    for text in ["Call 0123456789 now! 24/7, £1000.50", "½ 1½ ²²²²"] {
        assert_eq!(pieces(text).concat(), text);
    }
}
// HIDDEN: end
