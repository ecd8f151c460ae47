//! Single words: plurals, pasts, pronouns; sums, patterns, days and lists.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::clause::Subject;
use super::forms::{past, plural, sentence, third, with_articles};
use super::lists::{fill, fill_alike, list, one, raw};
use crate::drills::pick;

const NUMBERS: [&str; 10] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Makes one of something, and two.
pub(super) fn plurals(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    let noun = if rng.random_bool(0.15) {
        raw(rng, "irregular_plurals")
            .split(':')
            .next()
            .unwrap_or("mouse")
            .to_owned()
    } else {
        some_noun(rng)
    };
    (format!("one {noun}"), format!("two {}", plural(&noun)))
}

fn some_noun(rng: &mut ChaCha8Rng) -> String {
    let lists =
        ["things", "things", "things", "small_things", "animals", "animals"];
    let name = match rng.random_range(0..10) {
        6.. => pick(rng, &["persons", "foods"]),
        i => lists[i],
    };
    one(rng, name)
}

/// Makes what somebody does, and did.
pub(super) fn past_tense(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    let who = pick(rng, &["I", "you", "we", "they"]);
    let (who, verb, now) = match rng.random_range(0..20) {
        0 => ("it", raw(rng, "weather_verbs"), true),
        1 => ("it", raw(rng, "it_verbs"), true),
        2 => (pick(rng, &["he", "she"]), raw(rng, "verbs"), true),
        3..8 => (who, irregular_verb(rng), false),
        _ => (who, raw(rng, "verbs"), false),
    };
    let now = if now { third(verb) } else { verb.to_owned() };
    (format!("{who} {now}"), format!("{who} {}", past(verb)))
}

fn irregular_verb(rng: &mut ChaCha8Rng) -> &'static str {
    raw(rng, "irregular_pasts").split(':').next().unwrap_or("go")
}

/// Makes words, and the pronoun that can stand for them.
pub(super) fn pronoun(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    let pronoun = pick(rng, &["he", "she", "it", "they"]);
    (one(rng, &format!("for_{pronoun}")), pronoun.to_owned())
}

/// Makes things in a row, and the list of them.
pub(super) fn make_list(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    let line = raw(rng, "headers");
    let (header, kinds) = line.split_once('|').unwrap_or((line, "a_thing"));
    let header = sentence(&fill(rng, header));
    let kinds: Vec<&str> = kinds.split(',').collect();
    let count = if rng.random_bool(0.2) { 2 } else { 3 };
    let mut things: Vec<String> = Vec::new();
    while things.len() < count {
        let kind = pick(rng, &kinds);
        let thing = one(rng, kind);
        if !things.contains(&thing) {
            things.push(thing);
        }
    }
    let output: Vec<String> =
        things.iter().map(|thing| format!("- {thing}")).collect();
    let last = things.pop().unwrap_or_default();
    (format!("{header}: {} and {last}", things.join(", ")), output.join("\n"))
}

/// Makes a sum up to ten, in figures or in words.
pub(super) fn sums(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    let total = rng.random_range(2..=10);
    let part = rng.random_range(1..total);
    let (left, right, answer, plus) = if rng.random_bool(0.5) {
        (part, total - part, total, true)
    } else {
        (total, part, total - part, false)
    };
    if rng.random_bool(0.5) {
        let sign = if plus { '+' } else { '-' };
        return (format!("{left} {sign} {right}"), answer.to_string());
    }
    let sign = if plus { "plus" } else { "minus" };
    let input = format!("{} {sign} {}", NUMBERS[left - 1], NUMBERS[right - 1]);
    (input, NUMBERS[answer - 1].to_owned())
}

/// Makes a row, and what comes next in it.
pub(super) fn pattern(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    /// Rows of the first, second and third word; the last one is the answer.
    const SHAPES: [&[usize]; 7] = [
        &[0, 1, 0, 1, 0],
        &[0, 1, 0, 1, 0, 1],
        &[0, 1, 0, 1, 0, 1],
        &[0, 0, 1, 0, 0, 1],
        &[0, 1, 2, 0, 1, 2],
        &[0, 1, 2, 0, 1, 2],
        &[0, 1, 1, 0, 1, 1],
    ];
    if rng.random_bool(0.22) {
        return counted(rng);
    }
    let words = row_of_three(rng);
    let shape = SHAPES[rng.random_range(0..SHAPES.len())];
    row(shape.iter().map(|&i| words[i].clone()).collect())
}

/// The words with commas, and the last one alone.
fn row(mut words: Vec<String>) -> (String, String) {
    let answer = words.pop().unwrap_or_default();
    (format!("{},", words.join(", ")), answer)
}

/// Numbers that go up or down.
fn counted(rng: &mut ChaCha8Rng) -> (String, String) {
    let first = rng.random_range(1..=6);
    let mut numbers: Vec<usize> = (first..first + 5).collect();
    if rng.random_bool(0.5) {
        numbers.reverse();
    }
    let in_words = rng.random_bool(0.5);
    let say = |n: usize| match in_words {
        true => NUMBERS[n - 1].to_owned(),
        false => n.to_string(),
    };
    row(numbers.into_iter().map(say).collect())
}

/// Three unlike words of a sort.
fn row_of_three(rng: &mut ChaCha8Rng) -> Vec<String> {
    let nouns =
        ["small_things", "animals", "foods", "persons", "things", "row_things"];
    let mixed = rng.random_bool(0.3);
    let sort = match rng.random_range(0..10) {
        0..2 => "colors",
        2 => "words_to_ten",
        _ => pick(rng, &nouns),
    };
    let is_noun = nouns.contains(&sort);
    let mut words = Vec::new();
    while words.len() < 3 {
        let from = if mixed && is_noun { pick(rng, &nouns) } else { sort };
        let word = one(rng, from);
        let word = if is_noun { with_articles(&format!("a {word}")) } else { word };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Makes a question about the day before or after another.
pub(super) fn days(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    let day = rng.random_range(0..DAYS.len());
    // The first six are the plain ones, as are half of the hand-written questions.
    let frames = list("days");
    let known = if rng.random_bool(0.35) { 6 } else { frames.len() };
    let frame = frames[rng.random_range(0..known)];
    let later = frame.starts_with('>');
    let text = fill_alike(rng, frame.trim_start_matches(['<', '>', ' ']));
    let who = if rng.random_bool(0.5) {
        Subject::he(one(rng, "boys"))
    } else {
        Subject::she(one(rng, "girls"))
    };
    let text = with_articles(&who.bind(&text)).replace("DAY", DAYS[day]);
    let answer = DAYS[(day + if later { 1 } else { 6 }) % 7];
    (sentence(&text), answer.to_owned())
}
