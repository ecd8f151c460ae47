use std::collections::HashSet;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;

const MANY: usize = 2_000;

/// Drills of one kind, asked as `instruction`.
fn drills(kind: &str, instruction: &str) -> Vec<(String, String)> {
    let (_, make) = MAKERS.iter().find(|(name, _)| *name == kind).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    (0..MANY).map(|_| make(&mut rng, instruction)).collect()
}

#[test]
fn every_kind_makes_whole_questions() {
    for (kind, _) in MAKERS {
        for (input, output) in drills(kind, "Write the last two words.") {
            assert!(!input.is_empty() && !output.is_empty(), "{kind}");
            let text = format!("{input}|{output}");
            assert!(!text.contains(['{', '}', '_', '@']), "{kind}: {text}");
            assert!(!text.contains("  "), "{kind}: {text}");
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_questions() {
    for (kind, _) in MAKERS {
        assert_eq!(drills(kind, ""), drills(kind, ""));
    }
}

#[test]
fn inputs_differ() {
    let wide = [
        "first_last_words",
        "greeting",
        "join_because",
        "make_list",
        "past_rewrite",
        "pronoun",
        "sentence_type",
    ];
    for kind in wide {
        let inputs: HashSet<String> =
            drills(kind, "").into_iter().map(|(input, _)| input).collect();
        assert!(inputs.len() * 10 >= MANY * 8, "{kind}: {}", inputs.len());
    }
}

#[test]
fn closed_answers_are_of_their_set_and_all_come() {
    let days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday";
    let sets = [
        ("sentence_type", "question statement command"),
        ("pronoun", "he she it they"),
        ("days", days),
    ];
    for (kind, set) in sets {
        let known: HashSet<&str> = set.split(' ').collect();
        let made = drills(kind, "");
        let given: HashSet<&str> =
            made.iter().map(|(_, out)| out.as_str()).collect();
        assert_eq!(given, known, "{kind}");
    }
}

#[test]
fn sums_are_right() {
    for (input, output) in drills("sums", "") {
        let parts: Vec<&str> = input.split(' ').collect();
        let [left, sign, right] = parts[..] else { panic!("{input}") };
        let (Ok(left), Ok(right)) = (left.parse::<i32>(), right.parse::<i32>())
        else {
            continue;
        };
        let sum = if sign == "+" { left + right } else { left - right };
        assert_eq!(sum.to_string(), output);
    }
}

#[test]
fn copied_words_stand_where_asked() {
    for (input, output) in drills("first_last_words", "Copy the first two words.") {
        assert!(input.starts_with(&output), "{input}: {output}");
    }
    for (input, output) in drills("first_last_words", "Write the last two words.") {
        let bare = input.trim_end_matches(['.', '?', '!']);
        assert!(bare.ends_with(&output), "{input}: {output}");
    }
}

#[test]
fn lists_and_joined_sentences_keep_the_words() {
    for (input, output) in drills("make_list", "") {
        for line in output.lines() {
            let thing = line.strip_prefix("- ").unwrap();
            assert!(input.contains(thing), "{input}");
        }
    }
    for (input, output) in drills("join_because", "") {
        let joined = output.replace(" because ", ". ").to_lowercase();
        assert_eq!(joined, input.to_lowercase());
    }
}

#[test]
fn opposites_and_pasts_change_something() {
    for kind in ["opposite", "past_rewrite", "plural"] {
        for (input, output) in drills(kind, "") {
            assert_ne!(input, output, "{kind}");
        }
    }
}
