//! One of two by its size, and one of four that does not belong.

use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::fill::article;
use super::lists::{list, raw};
use super::own::{is_written, own};

/// How many lines of the list are between a small and a big animal, so that nobody can doubt.
const CLEAR: usize = 2;

/// Two animals; the answer is the bigger one, or the smaller.
pub(super) fn bigger_smaller(
    rng: &mut ChaCha8Rng,
    instruction: &str,
) -> (String, String) {
    let usual = rng.random_bool(0.5);
    let (first, second) = loop {
        let two = [animal(rng, usual), animal(rng, usual)];
        let clear = two[0].0.abs_diff(two[1].0) >= CLEAR;
        let [left, right] = two.map(|(_, name)| with_article(name));
        let written = is_written(&format!("{left}, {right}"))
            || is_written(&format!("{right}, {left}"));
        if clear && !written {
            break two.into();
        }
    };
    let bigger = if first.0 > second.0 { first.1 } else { second.1 };
    let smaller = if first.0 > second.0 { second.1 } else { first.1 };
    let answer = if instruction.contains("bigger") { bigger } else { smaller };
    let input = format!("{}, {}", with_article(first.1), with_article(second.1));
    (input, with_article(answer))
}

/// An animal, and the line that says how big it is.
fn animal(rng: &mut ChaCha8Rng, usual: bool) -> (usize, &'static str) {
    let sizes = list("sizes");
    if usual {
        let name = raw(rng, "usual_sizes");
        let is_in = |line: &String| line.split(' ').any(|animal| animal == name);
        return (sizes.iter().position(is_in).unwrap_or_default(), name);
    }
    let size = rng.random_range(0..sizes.len());
    let names: Vec<&str> = sizes[size].split(' ').collect();
    (size, names[rng.random_range(0..names.len())])
}

/// Three things of one group and one of another.
pub(super) fn odd_one_out(rng: &mut ChaCha8Rng, _: &str) -> (String, String) {
    own(rng, four)
}

fn four(rng: &mut ChaCha8Rng) -> (String, String) {
    let (kind, members) = group(rng);
    let mut four: Vec<&str> = members.choose_multiple(rng, 3).copied().collect();
    let odd = loop {
        let (other, strangers) = group(rng);
        let Some(&odd) = strangers.choose(rng) else { continue };
        if other != kind && !members.contains(&odd) {
            break odd;
        }
    };
    four.push(odd);
    four.shuffle(rng);
    let four: Vec<String> = four.into_iter().map(with_article).collect();
    (four.join(", "), with_article(odd))
}

/// A group of the list, and what kind of thing is in it.
fn group(rng: &mut ChaCha8Rng) -> (&'static str, Vec<&'static str>) {
    let line = raw(rng, "groups");
    let (kind, members) = line.split_once(": ").unwrap_or((line, ""));
    (kind, members.split(' ').collect())
}

fn with_article(noun: &str) -> String {
    let noun = noun.replace('_', " ");
    format!("{} {noun}", article(&noun))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn the_usual_animals_have_a_size() {
        for animal in list("usual_sizes") {
            let known = list("sizes").iter().any(|line| line.contains(&**animal));
            assert!(known, "{animal}");
        }
        let all: Vec<&str> =
            list("sizes").iter().flat_map(|line| line.split(' ')).collect();
        assert!(all.len() >= 80, "{}", all.len());
    }

    #[test]
    fn the_instruction_decides() {
        let make = |instruction| {
            let mut rng = ChaCha8Rng::seed_from_u64(3);
            bigger_smaller(&mut rng, instruction)
        };
        let (bigger, smaller) =
            (make("Name the bigger animal."), make("Name the smaller animal."));
        assert_eq!(bigger.0, smaller.0);
        assert_ne!(bigger.1, smaller.1);
    }
}
