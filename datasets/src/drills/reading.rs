//! Makers for short texts: what they are about, and who, where, when and how many.

mod choose;
mod fill;
mod lists;
mod own;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use self::fill::{Filler, polished, sentence};
use self::lists::raw;
use self::own::own;
use super::{Maker, pick};

/// The makers of this file, by kind.
pub(super) const MAKERS: &[(&str, Maker)] = &[
    ("bigger_smaller", choose::bigger_smaller),
    ("category", category),
    ("color", color),
    ("feeling", feeling),
    ("how_many", how_many),
    ("odd_one_out", choose::odd_one_out),
    ("speaker", speaker),
    ("story_question", story_question),
    ("weather", weather),
    ("when", when),
    ("where", place),
    ("who", who),
    ("yes_no", yes_no),
];

/// How many of a hundred scenes have two sentences, and how many are told by somebody.
const SHARE_OF_PAIRS: u32 = 16;
const SHARE_OF_QUOTES: u32 = 8;

/// How much of a hundred talks is about the words themselves.
const SHARE_OF_SAYINGS: u32 = 17;

/// How much of a hundred talks joins two unrelated lines.
const SHARE_OF_STATEMENTS: u32 = 45;

type Drill = (String, String);

fn category(rng: &mut ChaCha8Rng, _: &str) -> Drill {
    class(rng, &["animal", "food", "toy", "tool", "plant", "clothing"])
}

fn feeling(rng: &mut ChaCha8Rng, _: &str) -> Drill {
    class(rng, &["happy", "sad", "angry", "scared", "tired"])
}

fn weather(rng: &mut ChaCha8Rng, _: &str) -> Drill {
    class(rng, &["sunny", "rainy", "snowy", "windy", "foggy"])
}

fn when(rng: &mut ChaCha8Rng, _: &str) -> Drill {
    class(rng, &["morning", "noon", "evening", "night"])
}

/// A sentence from the list that is called like the answer.
fn class(rng: &mut ChaCha8Rng, classes: &[&'static str]) -> Drill {
    let class = pick(rng, classes);
    own(rng, |rng| (scene(rng, class), class.to_owned()))
}

/// One sentence of a list, or two; now and then somebody says it.
fn scene(rng: &mut ChaCha8Rng, list: &str) -> String {
    let one = one_sentence(rng, list);
    let roll = rng.random_range(0..100);
    if roll < SHARE_OF_PAIRS {
        return format!("{one} {}", one_sentence(rng, list));
    }
    if roll < SHARE_OF_PAIRS + SHARE_OF_QUOTES && !one.contains('"') {
        let who = Filler::new(rng).fill("{{child}/{kin}} {said/called/wrote}");
        return format!("{who}, \"{one}\"");
    }
    one
}

fn one_sentence(rng: &mut ChaCha8Rng, list: &str) -> String {
    let frame = raw(rng, list);
    sentence(&Filler::new(rng).fill(frame))
}

fn yes_no(rng: &mut ChaCha8Rng, _: &str) -> Drill {
    let wanted = if rng.random_bool(0.5) { "yes" } else { "no" };
    own(rng, |rng| {
        loop {
            let (text, mut questions) = parts(raw(rng, "yes_no"));
            questions.retain(|question| question.ends_with(wanted));
            if !questions.is_empty() {
                return asked(rng, text, &questions);
            }
        }
    })
}

fn how_many(rng: &mut ChaCha8Rng, _: &str) -> Drill {
    question(rng, "how_many")
}

fn who(rng: &mut ChaCha8Rng, _: &str) -> Drill {
    question(rng, "who")
}

fn color(rng: &mut ChaCha8Rng, _: &str) -> Drill {
    question(rng, "color")
}

fn story_question(rng: &mut ChaCha8Rng, _: &str) -> Drill {
    question(rng, "story")
}

/// A text of the list, with one of its questions.
fn question(rng: &mut ChaCha8Rng, list: &str) -> Drill {
    own(rng, |rng| {
        let (text, questions) = parts(raw(rng, list));
        asked(rng, text, &questions)
    })
}

/// The text of a frame, and its questions with their answers.
fn parts(frame: &'static str) -> (&'static str, Vec<&'static str>) {
    let mut parts = frame.split(" || ");
    let text = parts.next().unwrap_or_default();
    (text, parts.collect())
}

/// Fills a text and one of its questions.
fn asked(rng: &mut ChaCha8Rng, text: &str, questions: &[&str]) -> Drill {
    let (question, answer) = halves(pick(rng, questions));
    let mut filler = Filler::new(rng);
    let text = filler.fill(text);
    let question = filler.fill(question);
    let answer = polished(&filler.fill(answer));
    (sentence(&format!("{text} {question}")), answer)
}

fn halves(line: &str) -> (&str, &str) {
    line.split_once(" => ").unwrap_or((line, ""))
}

/// A sentence with a place in it; the answer is the place.
fn place(rng: &mut ChaCha8Rng, _: &str) -> Drill {
    own(rng, |rng| {
        let (text, answer) = halves(raw(rng, "where"));
        let mut filler = Filler::new(rng);
        let text = filler.fill(text);
        (sentence(&text), polished(&filler.fill(answer)))
    })
}

/// Two children say a line each.
fn speaker(rng: &mut ChaCha8Rng, _: &str) -> Drill {
    own(rng, talk)
}

fn talk(rng: &mut ChaCha8Rng) -> Drill {
    let roll = rng.random_range(0..100);
    let list = if roll < SHARE_OF_SAYINGS {
        "sayings"
    } else if roll < SHARE_OF_SAYINGS + SHARE_OF_STATEMENTS {
        "statements"
    } else {
        "speaker"
    };
    let (text, questions) = parts(raw(rng, list));
    let (question, answer) = halves(pick(rng, &questions));
    let mut filler = Filler::new(rng);
    let names = ["{child:a}", "{child:b}"].map(|slot| filler.fill(slot));
    let lines: Vec<String> = text
        .split(" / ")
        .zip(&names)
        .map(|(line, name)| format!("{name}: {}", sentence(&filler.fill(line))))
        .collect();
    let question = sentence(&filler.fill(question));
    (format!("{}\n{question}", lines.join("\n")), filler.fill(answer))
}

#[cfg(test)]
mod tests;
