//! Whole sentences: into the past, which kind, which words, and why.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::clause::{Clause, Subject};
use super::forms::{sentence, with_articles};
use super::lists::{fill, one, raw};
use crate::drills::pick;

/// Makes a sentence, and the same in the past.
pub(super) fn past_rewrite(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    loop {
        let clause = Clause::any(rng);
        let (now, past) = (clause.now(), clause.past());
        if now != past {
            return (told(&now), told(&past));
        }
    }
}

fn told(text: &str) -> String {
    sentence(&with_articles(&format!("{text}.")))
}

/// Makes a sentence, and says whether it asks, tells or orders.
pub(super) fn sentence_type(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    let (text, kind) = match rng.random_range(0..3) {
        0 => (question(rng), "question"),
        1 => (statement(rng), "statement"),
        _ => (command(rng), "command"),
    };
    (text, kind.to_owned())
}

/// Makes a sentence, and copies its first or its last two words.
pub(super) fn first_last_words(
    rng: &mut ChaCha8Rng,
    instruction: &str,
) -> (String, String) {
    let last = instruction.contains("last");
    loop {
        let text = match rng.random_range(0..10) {
            0..2 => question(rng),
            2 => command(rng),
            _ => statement(rng),
        };
        if let Some(answer) = two_words(rng, &text, last) {
            return (text, answer);
        }
    }
}

/// Two words of `text` with no comma among them; the last are mostly a thing.
fn two_words(rng: &mut ChaCha8Rng, text: &str, last: bool) -> Option<String> {
    const BEFORE_THINGS: [&str; 11] = [
        "the", "a", "an", "my", "his", "her", "our", "your", "their", "its", "this",
    ];
    let bare = text.trim_end_matches(['.', '?', '!']);
    let words: Vec<&str> = bare.split(' ').collect();
    let range = if last { words.len().checked_sub(2)?..words.len() } else { 0..2 };
    let two = words.get(range)?;
    let of_thing =
        !last || BEFORE_THINGS.contains(&two[0]) || rng.random_bool(0.15);
    let whole = of_thing && !two.iter().any(|word| word.contains([',', '.']));
    whole.then(|| two.join(" "))
}

fn question(rng: &mut ChaCha8Rng) -> String {
    let text = match rng.random_range(0..10) {
        0..5 => one(rng, "questions"),
        5 => perfect(rng),
        _ => Clause::any(rng).asked(rng),
    };
    finished(&text, ["my", "me"])
}

/// `Have you seen my hat?`
fn perfect(rng: &mut ChaCha8Rng) -> String {
    let subject = Subject::any(rng);
    let have = if subject.is_third() { "has" } else { "have" };
    let done = subject.bind(&one(rng, "done"));
    format!("{have} {} {done}?", subject.name)
}

fn statement(rng: &mut ChaCha8Rng) -> String {
    let text = match rng.random_range(0..10) {
        0..5 => one(rng, "statements"),
        5..8 => Clause::any(rng).past(),
        _ => Clause::any(rng).now(),
    };
    finished(&format!("{text}."), ["my", "me"])
}

fn command(rng: &mut ChaCha8Rng) -> String {
    let order = if rng.random_bool(0.75) { one(rng, "orders") } else { act(rng) };
    let text = match rng.random_range(0..20) {
        0..2 if !order.contains(',') => format!("please {order}."),
        2 if !order.contains(',') => format!("{order}, please."),
        3 => format!("don't {order}."),
        4 => format!("do not {order}."),
        5 => format!("never {order}."),
        _ => format!("{order}."),
    };
    finished(&text, ["your", "you"])
}

/// Something that one can be told to do.
fn act(rng: &mut ChaCha8Rng) -> String {
    const NOT_ORDERED: [&str; 14] = [
        "like", "love", "want", "need", "see", "hear", "fall", "live", "forget",
        "lose", "win", "hope", "cry", "dream",
    ];
    loop {
        let frame = raw(rng, "acts");
        let verb = frame.split(' ').next().unwrap_or(frame);
        if !NOT_ORDERED.contains(&verb) {
            return fill(rng, frame);
        }
    }
}

/// Fills what is left with `[his, him]`, and sets articles and capitals.
fn finished(text: &str, [his, him]: [&str; 2]) -> String {
    let text = text.replace("{his}", his).replace("{him}", him);
    sentence(&with_articles(&text))
}

/// Makes two sentences, and joins them with "because".
pub(super) fn join_because(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    let (what, why) = if rng.random_bool(0.75) { reasoned(rng) } else { felt(rng) };
    let input = sentence(&format!("{what}. {why}."));
    (input, sentence(&format!("{what} because {why}.")))
}

/// What happened and its own reason.
fn reasoned(rng: &mut ChaCha8Rng) -> (String, String) {
    let frame = one(rng, "effects");
    let text = Subject::person(rng).bind(&frame);
    let (what, why) = text.split_once('|').unwrap_or((&text, "it was late"));
    (with_articles(what), with_articles(why))
}

/// What somebody did, for a reason that fits nearly everything.
fn felt(rng: &mut ChaCha8Rng) -> (String, String) {
    let clause = Clause::of_person(rng);
    let why = clause.subject.bind(&one(rng, "feelings"));
    (with_articles(&clause.past()), with_articles(&why))
}

/// Makes a scene at some time of the day, and the greeting.
pub(super) fn greeting(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    let time = pick(rng, &["morning", "afternoon", "evening", "night"]);
    let who = greeted(rng);
    let scene = one(rng, time);
    let named = introduced(rng, &who.name);
    let text = format!("{}.", who.bind(&scene).replace("{who}", &named));
    let text = text.replace(",.", ".").replace(",,", ",");
    (sentence(&with_articles(&text)), format!("Good {time}, {}!", who.name))
}

/// Somebody whom one greets by name.
fn greeted(rng: &mut ChaCha8Rng) -> Subject {
    let (boy, girl) = (one(rng, "boys"), one(rng, "girls"));
    let family = one(rng, "surnames");
    match rng.random_range(0..20) {
        0..3 => Subject::she(girl),
        3..6 => Subject::he(boy),
        6 => Subject::she("Mom".to_owned()),
        7 => Subject::he("Dad".to_owned()),
        8 => Subject::she("Grandma".to_owned()),
        9 => Subject::he("Grandpa".to_owned()),
        10 => Subject::she(format!("Aunt {girl}")),
        11 => Subject::he(format!("Uncle {boy}")),
        12 => Subject::he(format!("Captain {boy}")),
        13 => Subject::she(format!("Doctor {family}")),
        14 => Subject::she(format!("Miss {family}")),
        15..18 => Subject::she(format!("Mrs. {family}")),
        _ => Subject::he(format!("Mr. {family}")),
    }
}

/// The name, at times with what the person does: `the mailman, Mr. Green,`.
fn introduced(rng: &mut ChaCha8Rng, name: &str) -> String {
    let titled =
        ["Mr.", "Mrs.", "Miss"].iter().any(|title| name.starts_with(title));
    let job = raw(rng, "jobs");
    let fits = !job.ends_with("man") || name.starts_with("Mr.");
    if titled && fits && rng.random_bool(0.25) {
        let the = if rng.random_bool(0.5) { "the" } else { "your" };
        return format!("{the} {job}, {name},");
    }
    name.to_owned()
}
