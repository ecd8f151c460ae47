//! Exercise 1.10 (20 points): all cuts together.

use std::collections::HashMap;

/// Pieces and their probabilities.
type Pieces = HashMap<&'static str, f64>;

// ANCHOR: task
/// How probable a word is, and each of its beginnings: the sum over all cuts into
/// pieces, where a cut's probability is the product of its pieces'.
///
/// `sums[i]` is the sum over all cuts of the first `i` bytes, and 0 where there is none
/// (inside a character, say). `sums[0]` is 1: there is one way to cut nothing. A word
/// of 40 letters may have 2³⁹ cuts, so they can't be looked at one by one.
pub fn sums(word: &str, pieces: &Pieces) -> Vec<f64> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mut sums = vec![0.0; word.len() + 1];
    sums[0] = 1.0;
    for end in 1..=word.len() {
        // The last piece of a cut begins somewhere; what is before it is summed up already.
        let one = |start: usize| {
            let piece = word.get(start..end)?;
            Some(sums[start] * pieces.get(piece)?)
        };
        sums[end] = (0..end).filter_map(one).sum();
    }
    sums
    // SOLUTION: end
}

// ANCHOR: task_draw
/// One cut of the word, drawn at random: each cut with the chance of its share in the
/// word's probability. `None` if there is no cut.
///
/// `random()` gives a number from 0 up to, but not including, 1, another one each time.
/// A model that is trained on drawn cuts sees the same word in several forms.
pub fn draw<'a>(
    word: &'a str,
    pieces: &Pieces,
    mut random: impl FnMut() -> f64,
) -> Option<Vec<&'a str>> {
    // ANCHOR_END: task_draw
    // SOLUTION: begin
    let sums = sums(word, pieces);
    let mut cut = Vec::new();
    let mut end = word.len();
    while end > 0 {
        // Of all cuts up to `end`, the last piece is this one in the share part / sums[end].
        let part = |start: usize| {
            let p = pieces.get(word.get(start..end)?)?;
            Some((start, sums[start] * p)).filter(|&(_, part)| part > 0.0)
        };
        let mut left = random() * sums[end];
        let mut chosen = None;
        for (start, part) in (0..end).filter_map(part) {
            chosen = Some(start);
            left -= part;
            if left < 0.0 {
                break;
            }
        }
        let start = chosen?;
        cut.push(&word[start..end]);
        end = start;
    }
    cut.reverse();
    Some(cut)
    // SOLUTION: end
}

/// Numbers from 0 to 1 that look random.
fn numbers(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// In what share of many draws each cut comes, written with bars.
fn shares(word: &str, pieces: &Pieces) -> HashMap<String, f64> {
    const DRAWS: usize = 20_000;
    let mut random = numbers(1);
    let mut shares = HashMap::new();
    for _ in 0..DRAWS {
        let cut = draw(word, pieces, &mut random).expect("there is a cut");
        *shares.entry(cut.join("|")).or_default() += 1.0 / DRAWS as f64;
    }
    shares
}

// ANCHOR: tests
#[test]
fn the_two_cuts_of_ab() {
    let pieces = Pieces::from([("a", 0.5), ("b", 0.2), ("ab", 0.3)]);
    let sums = sums("ab", &pieces);
    assert_eq!(sums.len(), 3);
    assert!((sums[1] - 0.5).abs() < 1e-12);
    assert!((sums[2] - (0.5 * 0.2 + 0.3)).abs() < 1e-12);
}

#[test]
fn the_likelier_cut_is_drawn_more_often() {
    let pieces = Pieces::from([("a", 0.5), ("b", 0.2), ("ab", 0.3)]);
    let shares = shares("ab", &pieces);
    assert!((shares["ab"] - 0.75).abs() < 0.02, "{shares:?}"); // 0.3 of 0.4
    assert!((shares["a|b"] - 0.25).abs() < 0.02, "{shares:?}");
}
// ANCHOR_END: tests

// HIDDEN: begin
/// Every cut with its probability.
fn all_cuts(word: &str, pieces: &Pieces) -> Vec<(String, f64)> {
    if word.is_empty() {
        return vec![(String::new(), 1.0)];
    }
    let mut cuts = Vec::new();
    for (&piece, &p) in pieces {
        let Some(rest) = word.strip_prefix(piece) else { continue };
        for (cut, q) in all_cuts(rest, pieces) {
            let bar = if cut.is_empty() { "" } else { "|" };
            cuts.push((format!("{piece}{bar}{cut}"), p * q));
        }
    }
    cuts
}

/// Pieces that cut a word of a and b in many ways.
fn many() -> Pieces {
    let pieces = [("a", 0.3), ("b", 0.1), ("ab", 0.2), ("ba", 0.15), ("aba", 0.05)];
    pieces.into_iter().chain([("bb", 0.2)]).collect()
}

#[test]
fn every_beginning_has_the_sum_of_its_cuts() {
    for word in ["abab", "bbbb", "abbaab", "aaaa", "babab"] {
        let sums = sums(word, &many());
        for (end, sum) in sums.iter().enumerate() {
            let cuts = all_cuts(&word[..end], &many());
            let wanted: f64 = cuts.iter().map(|(_, p)| p).sum();
            assert!((sum - wanted).abs() < 1e-12, "{}: {sum}", &word[..end]);
        }
    }
}

#[test]
fn every_cut_is_drawn_in_its_share() {
    for word in ["abab", "babab"] {
        let cuts = all_cuts(word, &many());
        let total: f64 = cuts.iter().map(|(_, p)| p).sum();
        let shares = shares(word, &many());
        for (cut, p) in cuts {
            let share = shares.get(&cut).copied().unwrap_or(0.0);
            assert!(
                (share - p / total).abs() < 0.02,
                "{cut}: {share}, not {}",
                p / total
            );
        }
    }
}

#[test]
fn a_word_without_a_cut_is_not_drawn() {
    let pieces = Pieces::from([("ab", 0.5), ("b", 0.5)]);
    assert_eq!(sums("aab", &pieces), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(draw("aab", &pieces, || 0.5), None);
    assert_eq!(draw("", &pieces, || 0.5), Some(vec![]));
}

#[test]
fn dead_ends_are_never_taken() {
    // "a" begins the word, but nothing goes on with "bc" alone.
    let pieces = Pieces::from([("a", 0.9), ("abc", 0.05), ("c", 0.05)]);
    for random in [0.0, 0.3, 0.999_999] {
        assert_eq!(draw("abc", &pieces, || random), Some(vec!["abc"]));
    }
}

#[test]
fn the_ends_of_the_range_are_allowed() {
    for random in [0.0, 1.0 - f64::EPSILON] {
        let cut = draw("abbaab", &many(), || random).unwrap();
        assert_eq!(cut.concat(), "abbaab");
    }
}

#[test]
fn letters_of_several_bytes_stay_whole() {
    let pieces = Pieces::from([("é", 0.5), ("☕", 0.5)]);
    assert_eq!(sums("é☕", &pieces), [1.0, 0.0, 0.5, 0.0, 0.0, 0.25]);
    assert_eq!(draw("é☕", &pieces, || 0.1), Some(vec!["é", "☕"]));
}

#[test]
fn forty_letters_take_no_years() {
    let word = "a".repeat(40);
    let pieces = Pieces::from([("a", 0.5), ("aa", 0.5)]);
    let sum = sums(&word, &pieces)[40];
    assert!((sum - 2.0 / 3.0).abs() < 1e-6, "{sum}"); // (2 + (−1/2)⁴⁰) / 3
    assert_eq!(draw(&word, &pieces, numbers(3)).unwrap().concat(), word);
}
// HIDDEN: end
