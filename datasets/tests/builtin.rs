//! What the built-in data promise.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use datasets::{Label, built_in_instructions, built_in_messages, stories};

#[test]
fn the_stories_by_hand_are_many_and_each_is_its_own() {
    let stories = stories::hand_written();
    assert!(stories.len() >= 60, "{} stories", stories.len());
    assert!(stories.iter().map(|story| story.len()).sum::<usize>() >= 60_000);
    let openings: HashSet<String> =
        stories.iter().map(|story| first_words(story, 4)).collect();
    assert_eq!(openings.len(), stories.len(), "two stories open alike");
    for story in stories {
        let words = story.split_whitespace().count();
        assert!(
            (90..=260).contains(&words),
            "{words} words: {}",
            first_words(story, 8)
        );
        let quotes = story.matches('"').count();
        assert!(quotes.is_multiple_of(2), "odd quotes: {}", first_words(story, 8));
    }
}

fn first_words(story: &str, count: usize) -> String {
    story.split_whitespace().take(count).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_messages_hold_both_labels() {
    let messages = built_in_messages().unwrap();
    for label in [Label::Ham, Label::Spam] {
        assert!(messages.iter().any(|message| message.label == label), "{label:?}");
    }
    assert!(messages.iter().all(|message| !message.text.trim().is_empty()));
}

#[test]
fn the_instructions_each_have_a_kind_and_an_answer() {
    let instructions = built_in_instructions().unwrap();
    assert!(!instructions.is_empty());
    for entry in instructions {
        assert!(
            entry.kind.is_some() && !entry.output.is_empty(),
            "{}",
            entry.instruction
        );
    }
}

#[test]
fn all_of_the_built_in_data_fits_three_megabytes() {
    let bytes = bytes_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("builtin"));
    assert!(bytes <= 3_000_000, "{bytes} bytes");
}

fn bytes_under(path: &Path) -> u64 {
    let about = fs::metadata(path).expect("the built-in data can be read");
    if about.is_file() {
        return about.len();
    }
    let entries = fs::read_dir(path).expect("the built-in data can be listed");
    entries.map(|entry| bytes_under(&entry.expect("a listed file").path())).sum()
}
