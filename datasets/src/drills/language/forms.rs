//! The forms of words: plural, past, third person, a or an.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::lists::list;

type Table = BTreeMap<&'static str, &'static str>;

static PLURALS: LazyLock<Table> = LazyLock::new(|| table("irregular_plurals"));
static PASTS: LazyLock<Table> = LazyLock::new(|| table("irregular_pasts"));

fn table(name: &str) -> Table {
    list(name).iter().filter_map(|entry| entry.split_once(':')).collect()
}

/// The plural of a noun; of several words, the last one changes.
pub(super) fn plural(noun: &str) -> String {
    if let Some((front, last)) = noun.rsplit_once(' ') {
        return format!("{front} {}", plural(last));
    }
    match PLURALS.get(noun) {
        Some(&irregular) => irregular.to_owned(),
        None => with_s(noun),
    }
}

/// What he or she does: the verb with its s.
pub(super) fn third(verb: &str) -> String {
    match verb {
        "be" => "is".to_owned(),
        "have" => "has".to_owned(),
        "do" | "go" => format!("{verb}es"),
        _ => with_s(verb),
    }
}

/// What they did.
pub(super) fn past(verb: &str) -> String {
    if let Some(&irregular) = PASTS.get(verb) {
        return irregular.to_owned();
    }
    if verb.ends_with('e') {
        return format!("{verb}d");
    }
    if let Some(stem) = after_consonant(verb, 'y') {
        return format!("{stem}ied");
    }
    match verb.chars().last() {
        Some(last) if doubles(verb) => format!("{verb}{last}ed"),
        _ => format!("{verb}ed"),
    }
}

fn with_s(word: &str) -> String {
    if let Some(stem) = after_consonant(word, 'y') {
        return format!("{stem}ies");
    }
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end));
    format!("{word}{}", if hisses { "es" } else { "s" })
}

/// The word without its last letter, when that is `last` after a consonant.
fn after_consonant(word: &str, last: char) -> Option<&str> {
    let stem = word.strip_suffix(last)?;
    stem.chars().last().filter(|&letter| !is_vowel(letter)).map(|_| stem)
}

/// Whether a verb is one short syllable that doubles its end: stop, stopped.
fn doubles(verb: &str) -> bool {
    if list("single_letter").contains(&verb) {
        return false;
    }
    let letters: Vec<char> = verb.chars().collect();
    let vowels = letters.iter().filter(|&&letter| is_vowel(letter)).count();
    match letters[..] {
        [.., before, vowel, last] => {
            vowels == 1
                && is_vowel(vowel)
                && !is_vowel(before)
                && !is_vowel(last)
                && !matches!(last, 'w' | 'x' | 'y')
        }
        _ => false,
    }
}

fn is_vowel(letter: char) -> bool {
    matches!(letter.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u')
}

/// The text with every a and an as the next word wants it.
pub(super) fn with_articles(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let fitting = words.iter().enumerate().map(|(i, &word)| {
        let next = words.get(i + 1).copied().unwrap_or("");
        match (word, wants_an(next)) {
            ("a" | "an", true) => "an",
            ("a" | "an", false) => "a",
            ("A" | "An", true) => "An",
            ("A" | "An", false) => "A",
            _ => word,
        }
    });
    fitting.collect::<Vec<_>>().join(" ")
}

fn wants_an(word: &str) -> bool {
    let spoken_you = ["uni", "use", "usu", "uku", "one", "eu"];
    if spoken_you.iter().any(|start| word.starts_with(start)) {
        return false;
    }
    word.starts_with("hour")
        || word.starts_with("honest")
        || word.starts_with(is_vowel)
}

/// The text with a capital at its start and after each full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut capital = true;
    let mut after_stop = false;
    let mut result = String::with_capacity(text.len());
    for letter in text.chars() {
        capital |= after_stop && letter == ' ';
        after_stop = letter == '.';
        if capital && letter.is_alphabetic() {
            result.extend(letter.to_uppercase());
            capital = false;
        } else {
            result.push(letter);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals() {
        for (one, two) in [
            ("mouse", "mice"),
            ("loaf", "loaves"),
            ("city", "cities"),
            ("monkey", "monkeys"),
            ("box", "boxes"),
            ("branch", "branches"),
            ("roof", "roofs"),
            ("sheep", "sheep"),
            ("teddy bear", "teddy bears"),
            ("piano", "pianos"),
        ] {
            assert_eq!(plural(one), two);
        }
    }

    #[test]
    fn pasts() {
        for (now, then) in [
            ("drink", "drank"),
            ("stop", "stopped"),
            ("visit", "visited"),
            ("carry", "carried"),
            ("enjoy", "enjoyed"),
            ("bake", "baked"),
            ("clean", "cleaned"),
            ("fix", "fixed"),
            ("prefer", "preferred"),
            ("show", "showed"),
            ("hug", "hugged"),
            ("put", "put"),
        ] {
            assert_eq!(past(now), then);
        }
    }

    #[test]
    fn articles_and_capitals() {
        assert_eq!(with_articles("a owl and an unicorn"), "an owl and a unicorn");
        assert_eq!(sentence("it is a day. we go."), "It is a day. We go.");
        assert_eq!(
            (third("go"), third("watch")),
            ("goes".into(), "watches".into())
        );
    }
}
