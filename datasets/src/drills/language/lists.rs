//! The lists of words and frames, and what fills the frames.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::forms;

/// The files; `opposites` has a form of its own and is read elsewhere.
const FILES: [&str; 3] = [
    include_str!("../../../builtin/drills/language-words.txt"),
    include_str!("../../../builtin/drills/language-sentences.txt"),
    include_str!("../../../builtin/drills/language-frames.txt"),
];

/// How often a frame is filled anew when a word follows itself.
const TRIES: usize = 8;

type Lists = BTreeMap<&'static str, Vec<&'static str>>;

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut lists = Lists::new();
    FILES.iter().for_each(|file| read(file, &mut lists));
    lists
});

/// Reads `words NAME` and `lines NAME`, each with its entries indented below.
fn read(file: &'static str, lists: &mut Lists) {
    let (mut name, mut by_word) = ("", false);
    for line in file.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(entry) = line.strip_prefix("  ") {
            let list = lists.entry(name).or_default();
            if by_word {
                list.extend(entry.split_whitespace());
            } else {
                list.push(entry);
            }
        } else if let Some((kind, list)) = line.split_once(' ') {
            (name, by_word) = (list, kind == "words");
        }
    }
}

/// The entries of a list.
pub(super) fn list(name: &str) -> &'static [&'static str] {
    LISTS.get(name).map_or(&[], Vec::as_slice)
}

/// One entry of a list as it is written in the file.
pub(super) fn raw(rng: &mut ChaCha8Rng, name: &str) -> &'static str {
    let list = list(name);
    assert!(!list.is_empty(), "a list called {name}");
    list[rng.random_range(0..list.len())]
}

/// One entry of a list, with its slots filled.
pub(super) fn one(rng: &mut ChaCha8Rng, name: &str) -> String {
    let frame = raw(rng, name);
    fill(rng, frame)
}

/// Puts words into the slots of `frame` that are named after lists, and no others.
pub(super) fn fill(rng: &mut ChaCha8Rng, frame: &str) -> String {
    let mut text = filled_once(rng, frame);
    for _ in 0..TRIES {
        if !repeats(&text) {
            break;
        }
        text = filled_once(rng, frame);
    }
    forms::with_articles(&text)
}

/// Fills a frame in which slots of one name stand for the same thing.
pub(super) fn fill_alike(rng: &mut ChaCha8Rng, frame: &str) -> String {
    let mut text = frame.to_owned();
    for slot in frame.split('{').skip(1).filter_map(|part| part.split_once('}')) {
        let slot = slot.0;
        if !list(slot).is_empty() {
            let word = one(rng, slot);
            text = text.replace(&format!("{{{slot}}}"), &word);
        }
    }
    forms::with_articles(&text)
}

fn filled_once(rng: &mut ChaCha8Rng, frame: &str) -> String {
    if !frame.contains('{') {
        return frame.replace('_', " ");
    }
    let mut text = String::new();
    let mut rest = frame;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (slot, behind) = after.split_once('}').unwrap_or((after, ""));
        if list(slot).is_empty() {
            text.push_str(&format!("{{{slot}}}"));
        } else {
            let inner = raw(rng, slot);
            text.push_str(&filled_once(rng, inner));
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

/// Whether a word follows itself, as in `an old old man`, or `tired and tired`.
fn repeats(text: &str) -> bool {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_end_matches(['.', ',', '?']))
        .collect();
    let next = words.windows(2).any(|two| two[0] == two[1]);
    let joined = words.windows(3).any(|three| {
        three[0] == three[2] && matches!(three[1], "and" | "as" | "with" | "than")
    });
    let pairs = words.windows(5).any(|five| {
        five[..2] == five[3..] && matches!(five[2], "and" | "than" | "is")
    });
    next || joined || pairs
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    /// Slots that are filled by what the sentence is about.
    const BOUND: [&str; 7] = ["S", "P", "who", "he", "He", "his", "him"];

    #[test]
    fn every_slot_has_a_list() {
        for (name, entries) in LISTS.iter() {
            for entry in entries {
                for slot in entry.split('{').skip(1) {
                    let slot = slot.split('}').next().unwrap();
                    let known = LISTS.contains_key(slot)
                        || BOUND.contains(&slot)
                        || slot == "was";
                    assert!(known, "{name}: {slot}");
                }
            }
        }
    }

    #[test]
    fn slots_of_one_name_are_alike() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let text = fill_alike(&mut rng, "{colors} is {colors}");
        let (left, right) = text.split_once(" is ").unwrap();
        assert_eq!(left, right);
    }

    #[test]
    fn slots_are_filled() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let text = fill(&mut rng, "{colors} and {his} {small_things}");
        assert!(text.contains("{his}"));
        assert!(!text.contains("colors") && !text.contains("small_things"));
    }
}
