//! The lists of words and lines in the data files.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

const FILES: [&str; 7] = [
    include_str!("../../../builtin/drills/reading-words.txt"),
    include_str!("../../../builtin/drills/reading-category.txt"),
    include_str!("../../../builtin/drills/reading-feeling.txt"),
    include_str!("../../../builtin/drills/reading-days.txt"),
    include_str!("../../../builtin/drills/reading-facts.txt"),
    include_str!("../../../builtin/drills/reading-asked.txt"),
    include_str!("../../../builtin/drills/reading-stories.txt"),
];

const GROUPS: &str = include_str!("../../../builtin/drills/reading-groups.txt");

type Lists = BTreeMap<&'static str, Vec<String>>;

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut lists = Lists::new();
    FILES.iter().chain([&GROUPS]).for_each(|file| read(file, &mut lists));
    lists
});

/// Reads `words NAME` and `lines NAME`, each with its entries indented below.
fn read(file: &'static str, lists: &mut Lists) {
    let (mut name, mut by_word) = ("", false);
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        if let Some(entry) = line.strip_prefix("  ") {
            let list = lists.entry(name).or_default();
            if by_word {
                let words = entry.split_whitespace();
                list.extend(words.map(|word| word.replace('_', " ")));
            } else {
                list.push(entry.to_owned());
            }
        } else if let Some((kind, list)) = line.split_once(' ') {
            (name, by_word) = (list, kind == "words");
        }
    }
}

/// The entries of a list.
pub(super) fn list(name: &str) -> &'static [String] {
    LISTS.get(name).map_or(&[], Vec::as_slice)
}

/// One entry of a list as it is written in the file.
pub(super) fn raw(rng: &mut ChaCha8Rng, name: &str) -> &'static str {
    let list = list(name);
    assert!(!list.is_empty(), "a list called {name}");
    &list[rng.random_range(0..list.len())]
}
