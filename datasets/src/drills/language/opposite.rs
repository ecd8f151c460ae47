//! Opposites.

use std::sync::LazyLock;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::forms::{sentence, third, with_articles};
use super::lists::raw;
use crate::drills::pick;

static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    let file = include_str!("../../../builtin/drills/language-opposites.txt");
    file.lines().filter(|line| !line.starts_with('#')).filter_map(pair).collect()
});

/// The pairs after these stand in no hand-written question, so they come seldom.
const COMMON: usize = 22;

/// Two adjectives, and the nouns that can be either.
struct Pair {
    words: [&'static str; 2],
    nouns: Vec<&'static str>,
}

fn pair(line: &'static str) -> Option<Pair> {
    let (words, nouns) = line.split_once(':')?;
    let (one, other) = words.split_once(' ')?;
    Some(Pair { words: [one, other], nouns: nouns.split_whitespace().collect() })
}

/// Two words in either order.
fn either(rng: &mut ChaCha8Rng, pair: [&'static str; 2]) -> [&'static str; 2] {
    if rng.random_bool(0.5) { pair } else { [pair[1], pair[0]] }
}

/// Makes a phrase and its opposite.
pub(super) fn opposite(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    let (frame, pair) = match rng.random_range(0..100) {
        0..78 => with_adjective(rng),
        78..90 => with_place(rng),
        _ => whole_sentence(rng),
    };
    let [one, other] = either(rng, pair);
    let say = |word: &str| with_articles(&frame.replace('@', word));
    let (input, output) = (say(one), say(other));
    if input.ends_with(['.', '!']) {
        return (sentence(&input), sentence(&output));
    }
    (input, output)
}

type Frame = (String, [&'static str; 2]);

/// `a @ tree`, `her @ cotton shirt`, `the @ boat in the harbor`.
fn with_adjective(rng: &mut ChaCha8Rng) -> Frame {
    let range = if rng.random_bool(0.92) { 0..COMMON } else { COMMON..PAIRS.len() };
    let pair = &PAIRS[rng.random_range(range)];
    let noun = pick(rng, &pair.nouns);
    let before = determiner(rng, noun, pair.words);
    let noun = plain(noun);
    let phrase = match rng.random_range(0..20) {
        0..12 => format!("{before}@ {noun}"),
        12..15 => format!("{before}@ {} {noun}", between(rng, pair.words[0])),
        15 => {
            let other = plain(pick(rng, &pair.nouns));
            format!("{before}@ {noun} and {before}@ {other}")
        }
        _ => format!("{before}@ {noun} {}", raw(rng, "tails").replace('_', " ")),
    };
    (phrase, pair.words)
}

fn plain(noun: &str) -> String {
    noun.trim_end_matches(['+', '*']).replace('_', " ")
}

/// The word before the adjective, with a space.
fn determiner(rng: &mut ChaCha8Rng, noun: &str, words: [&str; 2]) -> &'static str {
    const OWNERS: &[&str] = &["my ", "his ", "her ", "our ", "your ", "their "];
    let counts = !noun.ends_with(['+', '*']);
    let only_one = matches!(words[0], "first" | "left" | "front" | "top");
    match rng.random_range(0..10) {
        0..5 if counts && !only_one => "a ",
        0..3 if !counts => "",
        8.. if !only_one => pick(rng, OWNERS),
        _ => "the ",
    }
}

/// A second adjective, which stays as it is; a dream has no color.
fn between(rng: &mut ChaCha8Rng, adjective: &str) -> &'static str {
    const COLORED: [&str; 10] = [
        "wet", "closed", "full", "clean", "old", "thick", "small", "big", "heavy",
        "fast",
    ];
    const MORE: &[&str] = &["striped", "pretty", "wooden", "cotton", "little"];
    if !COLORED.contains(&adjective) {
        return pick(rng, &["little", "strange", "funny", "special"]);
    }
    if rng.random_bool(0.7) { raw(rng, "colors") } else { pick(rng, MORE) }
}

/// `under the table`, `after supper`.
fn with_place(rng: &mut ChaCha8Rng) -> Frame {
    let (list, pair) = match rng.random_range(0..7) {
        0..2 => ("up_and_down", ["up", "down"]),
        2..4 => ("insides", ["inside", "outside"]),
        4 => ("over_and_under", ["over", "under"]),
        5 => ("times", ["before", "after"]),
        _ => ("over_and_under", ["above", "below"]),
    };
    (format!("@ {}", raw(rng, list)).replace('_', " "), pair)
}

/// `She always sings.`, `Push the cart!`
fn whole_sentence(rng: &mut ChaCha8Rng) -> Frame {
    let speaker = pick(rng, &["I", "we", "they", "you", "he", "she", "Mom", "Dad"]);
    let is_third = matches!(speaker, "he" | "she" | "Mom" | "Dad");
    match rng.random_range(0..6) {
        0..2 => {
            let verb = raw(rng, "usual_verbs");
            let verb = if is_third { third(verb) } else { verb.to_owned() };
            (format!("{speaker} @ {verb}."), ["always", "never"])
        }
        2..4 => {
            let pair = if is_third { ["loves", "hates"] } else { ["love", "hate"] };
            (format!("{speaker} @ {}.", raw(rng, "loved").replace('_', " ")), pair)
        }
        4 => {
            let thing = raw(rng, "pushed").replace('_', " ");
            (format!("@ the {thing}!"), ["push", "pull"])
        }
        _ => (format!("@ the {}!", raw(rng, "openables")), ["open", "close"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_are_read() {
        assert!(PAIRS.len() > COMMON);
        assert!(PAIRS.iter().all(|pair| pair.nouns.len() > 10));
    }
}
