//! Keeps the drills apart from the questions that were written by hand, which test what is learned.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rand_chacha::ChaCha8Rng;

use crate::built_in_instructions;
use crate::drills::words::{BOYS, GIRLS};

/// How often a drill is made anew.
const TRIES: usize = 40;

/// How much of a drill or of a written question may stand in the other: this many of `WHOLE`
/// word triples.
const ALLOWED: usize = 6;
const WHOLE: usize = 10;

type Triple = [String; 3];

/// The written questions.
#[derive(Debug, Default)]
struct Written {
    /// How many triples of words each one has.
    lengths: Vec<usize>,
    /// Which of them have a triple.
    having: BTreeMap<Triple, BTreeSet<usize>>,
}

static WRITTEN: LazyLock<Written> = LazyLock::new(|| {
    let mut written = Written::default();
    let entries = built_in_instructions().unwrap_or_default();
    for (number, entry) in entries.iter().enumerate() {
        let triples = triples(&entry.input);
        written.lengths.push(triples.len());
        for triple in triples {
            written.having.entry(triple).or_default().insert(number);
        }
    }
    written
});

/// A drill that no written question is like, and in which no word stands twice in a row.
pub(super) fn own(
    rng: &mut ChaCha8Rng,
    make: impl Fn(&mut ChaCha8Rng) -> (String, String),
) -> (String, String) {
    let mut drill = make(rng);
    for _ in 0..TRIES {
        if !is_written(&drill.0) && !stutters(&drill.0) {
            break;
        }
        drill = make(rng);
    }
    drill
}

/// Whether most of a text stands in one written question, or the other way round, whoever they
/// are about.
pub(super) fn is_written(text: &str) -> bool {
    let triples: BTreeSet<Triple> = triples(text).into_iter().collect();
    let mut shared = BTreeMap::<usize, usize>::new();
    for numbers in triples.iter().filter_map(|triple| WRITTEN.having.get(triple)) {
        for &number in numbers {
            *shared.entry(number).or_default() += 1;
        }
    }
    shared.into_iter().any(|(number, count)| {
        let shorter = WRITTEN.lengths[number].min(triples.len());
        count * WHOLE > shorter * ALLOWED
    })
}

fn triples(text: &str) -> Vec<Triple> {
    let words: Vec<String> = text.split_whitespace().map(plain).collect();
    let triple = |three: &[String]| three.to_vec().try_into().ok();
    words.windows(3).filter_map(triple).collect()
}

/// A word in small letters without its marks; all names are alike.
fn plain(word: &str) -> String {
    let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    let name = word.strip_suffix("'s").unwrap_or(word);
    let is_name = [GIRLS, BOYS]
        .iter()
        .any(|names| names.split_whitespace().any(|known| known == name));
    if is_name { "name".to_owned() } else { word.to_lowercase() }
}

fn stutters(text: &str) -> bool {
    let words: Vec<String> = text
        .split([' ', '\n'])
        .map(|word| word.trim_end_matches(',').to_lowercase())
        .collect();
    words.windows(2).any(|two| two[0] == two[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_questions_are_known_by_their_words() {
        assert!(is_written("Kira has freckles, and Bob has curls. Who has curls?"));
        assert!(!is_written("Kira has curls, but Bob reads. Who reads?"));
    }

    #[test]
    fn doubled_words_are_heard() {
        assert!(stutters("The blue, blue sky") && !stutters("The blue sky"));
    }
}
