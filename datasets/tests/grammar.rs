//! What the grammar promises about any number of its stories.

use std::collections::HashSet;

use datasets::stories::Grammar;

fn stories(seed: u64, count: usize) -> Vec<String> {
    Grammar::new(seed).take(count).collect()
}

/// Asserts `holds` for ten thousand stories and shows the first one that breaks it.
fn always(promise: &str, holds: impl Fn(&str) -> bool) {
    if let Some(story) = Grammar::new(7).take(10_000).find(|story| !holds(story)) {
        panic!("{promise}:\n{story}");
    }
}

fn words(story: &str) -> Vec<&str> {
    story
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect()
}

#[test]
fn a_seed_tells_the_same_stories_again_and_another_seed_others() {
    assert_eq!(stories(3, 50), stories(3, 50));
    let other: HashSet<String> = stories(4, 50).into_iter().collect();
    assert!(stories(3, 50).iter().all(|story| !other.contains(story)));
}

#[test]
fn nothing_is_left_to_fill_in() {
    always("no marks of the template language", |story| {
        !story.contains(['{', '}', '[', ']', '<', '|'])
    });
}

#[test]
fn punctuation_is_clean() {
    always("no stray spaces or doubled marks", |story| {
        ["  ", " ,", " .", " !", " ?", "..", ",.", "?.", "!.", ",,", "\n ", " \n"]
            .iter()
            .all(|wrong| !story.contains(wrong))
    });
}

#[test]
fn quotes_are_balanced_within_each_paragraph() {
    always("an even number of quotes", |story| {
        story.split("\n\n").all(|paragraph| paragraph.matches('"').count() % 2 == 0)
    });
}

#[test]
fn every_paragraph_starts_and_ends_like_one() {
    always("capital first, full stop last", |story| {
        story.split("\n\n").all(|paragraph| {
            paragraph.trim_start_matches('"').starts_with(char::is_uppercase)
                && paragraph.ends_with(['.', '!', '?', '"'])
        })
    });
}

#[test]
fn sentences_start_with_a_capital() {
    always("a capital after a full stop", |story| {
        let words: Vec<&str> = story.split_whitespace().collect();
        words.windows(2).all(|pair| {
            let ended =
                pair[0].ends_with(['.', '!', '?']) || pair[0].ends_with(".\"");
            !ended
                || pair[1].trim_start_matches('"').starts_with(char::is_uppercase)
        })
    });
}

#[test]
fn articles_fit_the_next_word() {
    always("an before a vowel, a before the rest", |story| {
        words(story).windows(2).all(|pair| {
            let vowel =
                pair[1].to_lowercase().starts_with(['a', 'e', 'i', 'o', 'u']);
            let exception =
                ["hour", "honest", "use", "useful", "one"].contains(&pair[1]);
            match pair[0] {
                "a" | "A" => !vowel || exception,
                "an" | "An" => vowel || exception,
                _ => true,
            }
        })
    });
}

#[test]
fn no_word_is_doubled() {
    always("no `very very`", |story| {
        let words: Vec<&str> = story.split(' ').collect();
        words.windows(2).all(|pair| {
            pair[0] != pair[1]
                || pair[0] == "had"
                || pair[0].ends_with([',', '.', '!'])
        })
    });
}

#[test]
fn a_story_keeps_to_its_hero() {
    // The opening names the hero first: of its capitalised words, one comes back again and again.
    always("a name that comes at least three times", |story| {
        let opening = story.split("\n\n").next().unwrap_or_default();
        let all = words(story);
        let names = words(opening)
            .into_iter()
            .filter(|word| word.starts_with(char::is_uppercase));
        names.map(|name| all.iter().filter(|word| **word == name).count()).max()
            >= Some(3)
    });
}

#[test]
fn stories_are_short_but_not_too_short() {
    always("60 to 300 words", |story| (60..=300).contains(&words(story).len()));
}

#[test]
fn many_sentences_are_told_once_only() {
    let stories = stories(7, 10_000);
    let sentences: Vec<&str> =
        stories.iter().flat_map(|story| sentences(story)).collect();
    let distinct = sentences.iter().collect::<HashSet<_>>().len();
    let share = distinct as f64 / sentences.len() as f64;
    eprintln!(
        "{distinct} of {} sentences are distinct: {share:.3}",
        sentences.len()
    );
    assert!(share > 0.25, "only {share:.3} of the sentences are distinct");
}

#[test]
fn two_stories_with_one_plot_share_few_sentences() {
    let mut grammar = Grammar::new(7);
    for plot in Grammar::plots() {
        let told: Vec<String> =
            (0..200).filter_map(|_| grammar.tell(plot)).collect();
        let pairs = told.windows(2);
        let shared: f64 =
            pairs.map(|pair| overlap(&pair[0], &pair[1])).sum::<f64>() / 199.0;
        eprintln!("{plot}: {shared:.3} of the sentences shared");
        assert!(
            shared < 0.12,
            "{plot}: two stories share {shared:.3} of their sentences"
        );
    }
}

/// The share of the first story's sentences that the second one has too.
fn overlap(first: &str, second: &str) -> f64 {
    let (first, second) = (sentences(first), sentences(second));
    first.iter().filter(|sentence| second.contains(sentence)).count() as f64
        / first.len() as f64
}

/// Cuts after `.`, `!` and `?`, but not between a quote and who says it.
fn sentences(story: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, _) in story.match_indices(['.', '!', '?']) {
        let end = if story[at + 1..].starts_with('"') { at + 2 } else { at + 1 };
        let next = story[end..].trim_start();
        if next.is_empty()
            || next.starts_with('"')
            || next.starts_with(char::is_uppercase)
        {
            found.push(story[start..end].trim());
            start = end;
        }
    }
    found
}
