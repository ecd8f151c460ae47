//! Fills the slots of a frame, and makes a sentence of it.
//!
//! `{list}` is an entry of a list, `{this/that}` one of two, and `{list:k}` is kept: `{k}` is the
//! same again. An entry may have parts, `{list:k.1}` and `{k.2}`. `{his:k}` is the pronoun for k,
//! `{his:@}` for whom the text named last, and `{his}` for the one it is about, who is called by
//! name first. What is kept is never alike.

use std::collections::BTreeMap;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::lists::{list, raw};
use crate::drills::words::{BOYS, GIRLS, USUAL_NAMES};

/// How often a word that is taken is drawn anew.
const TRIES: usize = 30;

/// The keys of those who may be `{his:@}`.
const PEOPLE: [&str; 5] = ["a", "b", "c", "f", "he"];

/// Fills frames that are about the same things.
#[derive(Debug)]
pub(super) struct Filler<'r> {
    rng: &'r mut ChaCha8Rng,
    kept: BTreeMap<String, Vec<String>>,
    last: Option<String>,
}

impl<'r> Filler<'r> {
    pub(super) fn new(rng: &'r mut ChaCha8Rng) -> Self {
        Self { rng, kept: BTreeMap::new(), last: None }
    }

    /// The frame with words in its slots.
    pub(super) fn fill(&mut self, frame: &str) -> String {
        let mut text = String::new();
        let mut rest = frame;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let end = closing(after);
            text.push_str(&self.slot(&after[..end]));
            rest = after.get(end + 1..).unwrap_or_default();
        }
        text + rest
    }

    fn slot(&mut self, slot: &str) -> String {
        let pieces = outside(slot, ':');
        if let [body, key] = pieces[..] {
            let (key, field) = key_and_field(key);
            if is_pronoun(body) {
                return self.pronoun(body, key);
            }
            if key.is_empty() {
                return part(&self.draw(body), field);
            }
            if !self.kept.contains_key(key) {
                let entry = self.draw(body);
                self.keep(key, entry);
            }
            return self.again(key, field);
        }
        if is_pronoun(slot) {
            return self.main_pronoun(slot);
        }
        let (key, field) = key_and_field(slot);
        if self.kept.contains_key(key) {
            return self.again(key, field);
        }
        part(&self.draw(slot), field)
    }

    fn keep(&mut self, key: &str, entry: Vec<String>) {
        if PEOPLE.contains(&key) {
            self.last = Some(part(&entry, 1));
        }
        self.kept.insert(key.to_owned(), entry);
    }

    fn again(&self, key: &str, field: usize) -> String {
        self.kept.get(key).map(|entry| part(entry, field)).unwrap_or_default()
    }

    /// An entry that is not in the text yet, with its parts filled.
    fn draw(&mut self, body: &str) -> Vec<String> {
        let mut entry = self.draw_any(body);
        for _ in 0..TRIES {
            let taken =
                self.kept.values().flatten().any(|known| entry.contains(known));
            if !taken {
                break;
            }
            entry = self.draw_any(body);
        }
        entry
    }

    /// The key `o` is an entry's own.
    fn draw_any(&mut self, body: &str) -> Vec<String> {
        let options = outside(body, '/');
        if options.len() > 1 {
            let option = options[self.rng.random_range(0..options.len())];
            return vec![self.fill(option)];
        }
        if body == "child" {
            return vec![self.name()];
        }
        let entry = raw(self.rng, body);
        let outer = self.kept.remove("o");
        let parts = entry.split("; ").map(|part| self.fill(part)).collect();
        self.kept.remove("o");
        if let Some(outer) = outer {
            self.kept.insert("o".to_owned(), outer);
        }
        parts
    }

    fn name(&mut self) -> String {
        let names = if self.rng.random_bool(0.5) { GIRLS } else { BOYS };
        let count =
            if self.rng.random_bool(0.5) { USUAL_NAMES } else { usize::MAX };
        let names: Vec<&str> = names.split_whitespace().take(count).collect();
        names[self.rng.random_range(0..names.len())].to_owned()
    }

    fn pronoun(&self, pronoun: &str, key: &str) -> String {
        let known = self.kept.get(key).map(|entry| part(entry, 1));
        match known.or_else(|| self.last.clone()) {
            Some(whom) => matching(pronoun, &whom).to_owned(),
            None if pronoun == "his" => "the".to_owned(),
            None => pronoun.to_owned(),
        }
    }

    /// The one the text is about: by name at first.
    fn main_pronoun(&mut self, pronoun: &str) -> String {
        if self.kept.contains_key("he") {
            return self.pronoun(pronoun, "he");
        }
        let whom = self.draw("subject");
        let name = part(&whom, 1);
        self.keep("he", whom);
        if pronoun == "his" { format!("{name}'s") } else { name }
    }
}

/// Part `field` of an entry, counted from 1.
fn part(entry: &[String], field: usize) -> String {
    entry.get(field.saturating_sub(1)).cloned().unwrap_or_default()
}

fn key_and_field(key: &str) -> (&str, usize) {
    match key.split_once('.') {
        Some((key, field)) => (key, field.parse().unwrap_or(1)),
        None => (key, 1),
    }
}

fn is_pronoun(body: &str) -> bool {
    matches!(body, "he" | "his" | "him")
}

/// The pronoun in the form for `whom`.
fn matching(pronoun: &str, whom: &str) -> &'static str {
    let last = whom.rsplit(' ').next().unwrap_or(whom);
    let is = |words: &str| words.split_whitespace().any(|word| word == last);
    let has = |name: &str| list(name).iter().any(|word| word == last);
    if is(GIRLS) || has("she_words") {
        return if pronoun == "he" { "she" } else { "her" };
    }
    if is(BOYS) || ["he_words", "folk", "workers"].into_iter().any(has) {
        return match pronoun {
            "he" => "he",
            "his" => "his",
            _ => "him",
        };
    }
    if pronoun == "his" { "its" } else { "it" }
}

/// Where the slot that has been opened ends.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return at,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The pieces of a slot between `mark`s that are not in a slot inside it.
fn outside(slot: &str, mark: char) -> Vec<&str> {
    let mut depth = 0;
    slot.split(|letter| {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0 && letter == mark
    })
    .collect()
}

/// A text that starts with a capital, as each of its sentences does, and ends with a mark.
pub(super) fn sentence(text: &str) -> String {
    let text = polished(text);
    let mut whole = String::with_capacity(text.len() + 1);
    let mut starts = true;
    let mut ended = false;
    for letter in text.chars() {
        starts |= ended && letter == ' ';
        ended = matches!(letter, '.' | '!' | '?');
        if starts && letter.is_alphanumeric() {
            whole.push(letter.to_ascii_uppercase());
            starts = false;
        } else {
            whole.push(letter);
        }
    }
    if !whole.ends_with(['.', '!', '?', '"']) {
        whole.push('.');
    }
    whole
}

/// A text with single spaces, and with `a` or `an` as the next word asks for.
pub(super) fn polished(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut whole = String::with_capacity(text.len() + 8);
    for (at, &word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied().unwrap_or_default();
        let word = match word {
            "a" | "an" => article(next),
            "A" | "An" if article(next) == "an" => "An",
            "A" | "An" => "A",
            _ => word,
        };
        let joined = word.starts_with([',', '.']);
        if at > 0 && !joined {
            whole.push(' ');
        }
        whole.push_str(word);
    }
    whole
}

/// What stands before `noun`: a or an.
pub(super) fn article(noun: &str) -> &'static str {
    let odd =
        ["uni", "use", "one", "uku"].iter().any(|start| noun.starts_with(start));
    let vowel =
        noun.starts_with(['a', 'e', 'i', 'o', 'u']) || noun.starts_with("hour");
    if vowel && !odd { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn what_is_kept_comes_again_and_differs() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut filler = Filler::new(&mut rng);
        let text = filler.fill("{x/y:k} {k} {x/y:l} {l}");
        assert!(text == "x x y y" || text == "y y x x", "{text}");
    }

    #[test]
    fn names_come_before_pronouns() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut filler = Filler::new(&mut rng);
        let text = filler.fill("{his} {his} {he}");
        let end = text.ends_with(" he") || text.ends_with(" she");
        assert!(text.contains("'s h") && end, "{text}");
    }

    #[test]
    fn pronouns_fit() {
        assert_eq!(matching("him", "Anna"), "her");
        assert_eq!(matching("him", "the old king"), "him");
        assert_eq!(matching("his", "fox"), "its");
    }

    #[test]
    fn sentences_are_polished() {
        let polished = sentence("a owl  sat. is an fox , too? \"Oh!\" it said");
        assert_eq!(polished, "An owl sat. Is a fox, too? \"Oh!\" it said.");
    }
}
