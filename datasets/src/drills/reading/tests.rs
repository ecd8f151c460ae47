use std::collections::HashSet;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;

const MANY: usize = 2_000;

fn drills(kind: &str) -> Vec<Drill> {
    let (_, make) = MAKERS.iter().find(|(name, _)| *name == kind).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    (0..MANY).map(|_| make(&mut rng, "Name the bigger animal.")).collect()
}

#[test]
fn every_kind_makes_whole_questions() {
    for (kind, _) in MAKERS {
        for (input, output) in drills(kind) {
            assert!(!input.is_empty() && !output.is_empty(), "{kind}: {input}");
            let text = format!("{input}|{output}");
            let odd = [
                "folk", "stuff", "{", "}", "_", "@", "|| ", "=>", "  ", "; ", " .",
                "..",
            ];
            for mark in odd {
                assert!(!text.contains(mark), "{kind}: {text}");
            }
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_questions() {
    for (kind, _) in MAKERS {
        assert_eq!(drills(kind), drills(kind));
    }
}

#[test]
fn inputs_differ() {
    for (kind, _) in MAKERS {
        let inputs: HashSet<String> =
            drills(kind).into_iter().map(|(input, _)| input).collect();
        let wanted = match *kind {
            "bigger_smaller" => 5,
            "weather" | "when" => 7,
            _ => 8,
        };
        assert!(inputs.len() * 10 >= MANY * wanted, "{kind}: {}", inputs.len());
    }
}

#[test]
fn closed_answers_are_of_their_set_and_all_come() {
    let sets = [
        ("category", "animal food toy tool plant clothing"),
        ("feeling", "happy sad angry scared tired"),
        ("weather", "sunny rainy snowy windy foggy"),
        ("when", "morning noon evening night"),
        ("yes_no", "yes no"),
        ("how_many", "two three four five six seven eight nine ten"),
        ("color", "red blue green yellow white black brown pink orange grey"),
    ];
    for (kind, set) in sets {
        let known: HashSet<&str> = set.split(' ').collect();
        let made = drills(kind);
        let given: HashSet<&str> =
            made.iter().map(|(_, out)| out.as_str()).collect();
        assert_eq!(given, known, "{kind}");
    }
}

#[test]
fn answers_stand_in_the_text() {
    for kind in ["where", "who", "how_many", "color", "speaker", "odd_one_out"] {
        for (input, output) in drills(kind) {
            let text = input.to_lowercase();
            assert!(text.contains(&output.to_lowercase()), "{input}: {output}");
        }
    }
}

#[test]
fn who_is_answered_by_a_name() {
    for kind in ["who", "speaker"] {
        for (input, output) in drills(kind) {
            let name = output.chars().all(char::is_alphabetic);
            assert!(name && input.contains(&output), "{input}: {output}");
        }
    }
}

#[test]
fn drills_are_not_the_written_questions() {
    for (kind, _) in MAKERS {
        let alike =
            drills(kind).iter().filter(|drill| own::is_written(&drill.0)).count();
        assert_eq!(alike, 0, "{kind}");
    }
}

#[test]
fn sizes_are_compared_rightly() {
    let lines: Vec<Vec<&str>> =
        lists::list("sizes").iter().map(|line| line.split(' ').collect()).collect();
    let size = |animal: &str| {
        let name = animal.split_once(' ').map_or(animal, |(_, name)| name);
        lines.iter().position(|line| line.contains(&name)).unwrap()
    };
    for (input, output) in drills("bigger_smaller") {
        let (left, right) = input.split_once(", ").unwrap();
        assert_eq!(size(&output), size(left).max(size(right)), "{input}");
    }
}
