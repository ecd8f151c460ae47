//! The promises of the search for duplicates.

use std::collections::BTreeSet;

use ch02::dedup::{
    Bands, Exact, Groups, MinHash, Near, NearOptions, Shingles, Unit, estimate,
};
use proptest::prelude::*;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn shingles(text: &str, size: usize) -> Shingles {
    Shingles::new(text, size, Unit::Words)
}

/// Two sets of 300 numbers of which `common` are in both.
fn sets(common: usize, random: &mut impl Rng) -> (Shingles, Shingles) {
    let mut numbers = BTreeSet::new();
    while numbers.len() < 600 - common {
        numbers.insert(random.random::<u32>());
    }
    let mut numbers: Vec<u32> = numbers.into_iter().collect();
    rand::seq::SliceRandom::shuffle(&mut numbers[..], random);
    let (a, b) = (numbers[..300].to_vec(), numbers[300 - common..].to_vec());
    (Shingles::of_hashes(a), Shingles::of_hashes(b))
}

#[test]
fn equal_is_equal_but_for_capitals_spaces_and_the_form_of_accents() {
    let mut exact = Exact::default();
    assert_eq!(exact.add("A café  by\nthe sea."), None);
    assert_eq!(exact.add("a cafe\u{301} by the sea. "), Some(0));
    assert_eq!(exact.add("a café by the sea"), None); // the full stop is missing
    assert_eq!(exact.add(""), None);
    assert_eq!(exact.add("A CAFÉ BY THE SEA"), Some(2));
    assert_eq!(exact.add(" \n"), Some(3));
}

#[test]
fn the_shingles_of_a_rose() {
    let rose = shingles("A rose is a rose; is a rose!", 3);
    assert_eq!(rose.len(), 3); // a rose is, rose is a, is a rose
    assert_eq!(rose, shingles("is a rose is a rose is a", 3));
    assert_eq!(shingles("tea", 5).len(), 1); // shorter than a shingle
    assert!(shingles(" ... ", 5).is_empty());
    assert_ne!(shingles("ab c", 2), shingles("a bc", 2));
    let tower = Shingles::new("東京タワー", 2, Unit::Characters);
    assert_eq!(tower.len(), 4); // 東京 京タ タワ ワー
}

#[test]
fn jaccard_by_hand() {
    let set = |numbers: &[u32]| Shingles::of_hashes(numbers.to_vec());
    assert_eq!(set(&[1, 2, 3]).jaccard(&set(&[3, 2, 9, 8])), 2.0 / 5.0);
    assert_eq!(set(&[5, 5, 5]).jaccard(&set(&[5])), 1.0);
    assert_eq!(set(&[1]).jaccard(&set(&[2])), 0.0);
    assert_eq!(set(&[]).jaccard(&set(&[])), 0.0);
    let [boat, ship] = ["the red boat sails home", "the red ship sails home"];
    assert_eq!(shingles(boat, 1).jaccard(&shingles(ship, 1)), 4.0 / 6.0);
    assert_eq!(shingles(boat, 2).jaccard(&shingles(ship, 2)), 2.0 / 6.0);
}

// ANCHOR: estimate
#[test]
fn signatures_agree_as_often_as_the_sets_do() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let (length, pairs) = (128, 200);
    for common in [0, 60, 150, 240, 290, 300] {
        let (mut sum, mut exact) = (0.0, 0.0);
        for seed in 0..pairs {
            let (a, b) = sets(common, &mut random);
            exact = a.jaccard(&b);
            let hasher = MinHash::new(length, seed);
            let guess = estimate(&hasher.signature(&a), &hasher.signature(&b));
            let error = (exact * (1.0 - exact) / length as f64).sqrt();
            assert!((guess - exact).abs() <= 5.0 * error, "{guess} for {exact}");
            sum += guess;
        }
        let error = (exact * (1.0 - exact) / (length as f64 * pairs as f64)).sqrt();
        let mean = sum / pairs as f64;
        assert!(
            (mean - exact).abs() <= 4.0 * error,
            "{mean} on average for {exact}"
        );
    }
}
// ANCHOR_END: estimate

#[test]
fn a_signature_depends_on_the_set_and_the_seed_alone() {
    let text = "the keeper of the lighthouse painted her railing";
    let [a, b] = [1, 2].map(|seed| MinHash::new(8, seed));
    assert_eq!(a.signature(&shingles(text, 2)), a.signature(&shingles(text, 2)));
    assert_ne!(a.signature(&shingles(text, 2)), b.signature(&shingles(text, 2)));
    assert_eq!(a.signature(&shingles("", 2)), [u32::MAX; 8]);
}

#[test]
fn the_s_curve_by_hand() {
    let one = Bands { bands: 1, rows: 1 };
    assert!((one.chance(0.3) - 0.3).abs() < 1e-12 && one.steepest() == 1.0);
    let or = Bands { bands: 2, rows: 1 }; // one of two
    assert!((or.chance(0.5) - 0.75).abs() < 1e-12);
    let and = Bands { bands: 1, rows: 2 }; // both
    assert!((and.chance(0.5) - 0.25).abs() < 1e-12);
    let usual = Bands::default();
    assert!((usual.chance(0.8) - 0.9471).abs() < 1e-4);
    assert!((usual.steepest() - 0.5f64.sqrt()).abs() < 1e-12);
    assert_eq!((usual.chance(0.0), usual.chance(1.0)), (0.0, 1.0));
}

#[test]
fn pairs_meet_as_often_as_the_curve_says() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let (bands, pairs) = (Bands { bands: 8, rows: 4 }, 400);
    for common in [0, 100, 170, 220, 300] {
        let (mut met, mut similarity) = (0, 0.0);
        for seed in 0..pairs {
            let (a, b) = sets(common, &mut random);
            similarity = a.jaccard(&b);
            let hasher = MinHash::new(bands.length(), seed);
            let [a, b] = [a, b].map(|set| hasher.signature(&set));
            met +=
                u32::from(bands.keys(&a).zip(bands.keys(&b)).any(|(a, b)| a == b));
        }
        let (chance, found) =
            (bands.chance(similarity), f64::from(met) / pairs as f64);
        let error = (chance * (1.0 - chance) / pairs as f64).sqrt();
        assert!((found - chance).abs() <= 4.0 * error, "{found} for {chance}");
    }
}

#[test]
fn groups_grow_together() {
    let mut groups = Groups::default();
    assert_eq!(
        (0..6).map(|_| groups.push()).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4, 5]
    );
    groups.join(5, 3);
    groups.join(1, 1);
    groups.join(3, 4);
    groups.join(0, 2);
    assert_eq!(groups.together(), [vec![3, 4, 5], vec![0, 2]]);
    assert_eq!([0, 1, 2, 3, 4, 5].map(|it| groups.first(it)), [0, 1, 0, 3, 3, 3]);
}

proptest! {
    #[test]
    fn groups_are_what_repainting_gives(pairs in prop::collection::vec((0..20usize, 0..20usize), 0..30)) {
        let mut groups = Groups::default();
        (0..20).for_each(|_| _ = groups.push());
        let mut colours: Vec<usize> = (0..20).collect();
        for (a, b) in pairs {
            groups.join(a, b);
            let (old, new) = (colours[a].max(colours[b]), colours[a].min(colours[b]));
            colours.iter_mut().filter(|it| **it == old).for_each(|it| *it = new);
        }
        let first: Vec<usize> = (0..20).map(|it| groups.first(it)).collect();
        prop_assert_eq!(first, colours);
    }
}

/// A text of words drawn by lot, so that nothing is alike by chance.
fn text(random: &mut impl Rng) -> Vec<u32> {
    (0..120).map(|_| random.random_range(0..50_000)).collect()
}

/// The text with every word changed with this chance.
fn changed(text: &[u32], chance: f64, random: &mut impl Rng) -> Vec<u32> {
    let change = |&word: &u32| match random.random_bool(chance) {
        true => random.random_range(0..50_000),
        false => word,
    };
    text.iter().map(change).collect()
}

fn spell(words: &[u32]) -> String {
    words.iter().map(|word| format!("w{word} ")).collect()
}

/// 120 texts, and of each three versions in which more and more is changed.
fn library(random: &mut impl Rng) -> Vec<String> {
    let mut texts = Vec::new();
    for _ in 0..120 {
        let original = text(random);
        texts.push(spell(&original));
        for chance in [0.005, 0.02, 0.1] {
            texts.push(spell(&changed(&original, chance, random)));
        }
    }
    rand::seq::SliceRandom::shuffle(&mut texts[..], random);
    texts
}

// ANCHOR: recall
#[test]
fn nearly_all_pairs_above_the_threshold_are_found_and_no_others() {
    let texts = library(&mut ChaCha8Rng::seed_from_u64(3));
    let options = NearOptions::default();
    let sets: Vec<Shingles> = texts.iter().map(|it| shingles(it, 5)).collect();
    let mut near = Near::new(options.clone());
    texts.iter().for_each(|text| _ = near.add(text));

    let (mut alike, mut found, mut expected) = (0, 0, 0.0);
    let mut all = Groups::default(); // from every pair, compared exactly
    sets.iter().for_each(|_| _ = all.push());
    for (j, b) in sets.iter().enumerate() {
        for (i, a) in sets[..j].iter().enumerate() {
            let similarity = a.jaccard(b);
            if similarity >= options.threshold {
                alike += 1;
                expected += options.bands.chance(similarity);
                found +=
                    i32::from(near.groups().first(i) == near.groups().first(j));
                all.join(i, j);
            }
        }
    }
    assert!(alike > 100, "{alike} pairs are too few to tell");
    let expected = expected / f64::from(alike);
    let recall = f64::from(found) / f64::from(alike);
    assert!(recall >= expected - 0.05, "{recall} found, {expected} expected");
    // Who is together here is together there.
    for group in near.groups().together() {
        assert!(group.iter().all(|&it| all.first(it) == all.first(group[0])));
    }
}
// ANCHOR_END: recall

#[test]
fn the_work_grows_with_the_documents_and_not_with_the_pairs() {
    let comparisons = |texts: &[String]| {
        let mut near = Near::new(NearOptions::default());
        texts.iter().for_each(|text| _ = near.add(text));
        near.comparisons()
    };
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let unlike: Vec<String> =
        (0..2000).map(|_| spell(&text(&mut random))).collect();
    assert!(comparisons(&unlike) < 20);
    // The worst case: all are alike.
    let original = text(&mut random);
    let alike: Vec<String> =
        (0..1000).map(|_| spell(&changed(&original, 0.01, &mut random))).collect();
    let (half, all) = (comparisons(&alike[..500]), comparisons(&alike));
    assert!(all < 5 * half / 2, "{half} comparisons became {all}");
}

#[test]
fn the_closest_of_those_before_is_named() {
    let mut near = Near::new(NearOptions {
        shingle: 1,
        threshold: 0.5,
        ..NearOptions::default()
    });
    let words: Vec<String> = (0..100).map(|i| format!("w{i}")).collect();
    assert_eq!(near.add(&words.join(" ")), None);
    assert_eq!(near.add(&words[..90].join(" ")), Some((0, 0.9)));
    assert_eq!(near.add(&words[..91].join(" ")).unwrap().0, 1);
    near.add_copy(1);
    assert_eq!(near.add("..."), None);
    assert_eq!(near.add("..."), None); // nothing is not like nothing
    assert_eq!(near.groups().together(), [vec![0, 1, 2, 3]]);
}

#[test]
fn the_order_of_words_counts_and_that_of_documents_does_not() {
    let words: Vec<String> = (0..60).map(|i| format!("w{i}")).collect();
    let reversed: Vec<&str> = words.iter().rev().map(String::as_str).collect();
    let mut near = Near::new(NearOptions::default());
    near.add(&words.join(" "));
    assert_eq!(near.add(&reversed.join(" ")), None);

    let mut random = ChaCha8Rng::seed_from_u64(5);
    let texts = library(&mut random);
    let sizes = |texts: &[String]| {
        let mut near = Near::new(NearOptions::default());
        texts.iter().for_each(|text| _ = near.add(text));
        near.groups().together().iter().map(Vec::len).collect::<Vec<_>>()
    };
    let backwards: Vec<String> = texts.iter().rev().cloned().collect();
    assert_eq!(sizes(&texts), sizes(&backwards));
    assert!(texts.choose(&mut random).is_some());
}
