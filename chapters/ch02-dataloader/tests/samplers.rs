//! Every window once in each epoch, whatever the order.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ch02::samplers::{
    Anywhere, Cursor, DocumentShuffle, InOrder, Order, Permutation, Sampler,
    Shuffled,
};
use ch02::shards::Shards;
use ch02::{ShardWindows, Source, Windows};
use common::{END, counting, shards};
use proptest::prelude::*;

/// The windows of one epoch, in order.
fn epoch(sampler: &dyn Sampler, seed: u64, epoch: u64) -> Vec<Vec<i64>> {
    let window = |place| {
        let mut ids = Vec::new();
        sampler.read(Cursor { seed, epoch, place }, &mut ids);
        assert_eq!(ids.len(), sampler.context() + 1);
        ids
    };
    (0..sampler.windows()).map(window).collect()
}

fn sorted<T: Ord>(mut things: Vec<T>) -> Vec<T> {
    things.sort();
    things
}

// ANCHOR: exactly_once
#[test]
fn a_permutation_gives_every_number_once() {
    for n in 0..700 {
        for seed in [0, 1, 987_654_321] {
            let order = Permutation::new(n, seed, n % 3);
            let seen: BTreeSet<u64> = (0..n).map(|place| order.at(place)).collect();
            assert_eq!(seen.len() as u64, n);
            assert!(seen.last().is_none_or(|&last| last < n));
        }
    }
}
// ANCHOR_END: exactly_once

#[test]
fn a_permutation_works_at_the_largest_sizes() {
    for n in [1 << 32, (1 << 32) + 1, 1 << 63, u64::MAX] {
        let order = Permutation::new(n, 1, 0);
        let seen: BTreeSet<u64> =
            (0..500).chain(n - 500..n).map(|place| order.at(place)).collect();
        assert_eq!(seen.len(), 1000);
        assert!(seen.last().is_some_and(|&last| last < n));
        assert!(seen.first().is_some_and(|&first| first > 500), "mixed");
    }
}

#[test]
fn every_number_comes_to_every_place_equally_often() {
    // 4,000 orders of 10 numbers: each should stand at each place about 400 times.
    let mut counts = BTreeMap::new();
    for seed in 0..4000 {
        let order = Permutation::new(10, seed, 0);
        for place in 0..10 {
            *counts.entry((place, order.at(place))).or_insert(0i32) += 1;
        }
    }
    assert_eq!(counts.len(), 100);
    for (&(place, number), &count) in &counts {
        // The standard deviation is 19.
        assert!((count - 400).abs() < 95, "{number} at {place}: {count} times");
    }
}

#[test]
fn neighbours_are_not_kept_together() {
    let order = Permutation::new(10_000, 7, 0);
    let close = |&place: &u64| order.at(place).abs_diff(order.at(place + 1)) < 100;
    let close = (0..9_999).filter(close).count();
    // By chance 2 %, so 200 with a standard deviation of 14.
    assert!((130..270).contains(&close), "{close} neighbours are still close");
}

#[test]
fn each_seed_and_each_epoch_has_its_own_order() {
    let order = |seed, epoch| -> Vec<u64> {
        let order = Permutation::new(50, seed, epoch);
        (0..50).map(|place| order.at(place)).collect()
    };
    let orders: BTreeSet<Vec<u64>> = (0..10)
        .flat_map(|seed| (0..10).map(move |epoch| (seed, epoch)))
        .map(|(seed, epoch)| order(seed, epoch))
        .collect();
    assert_eq!(orders.len(), 100);
}

#[test]
fn windows_of_shards_are_those_of_each_shard() {
    let (_folder, shards) = counting(&[7, 2, 0, 13, 3]);
    let windows = ShardWindows::new(shards, 2, 2);
    // 7 tokens have windows at 0, 2 and 4; 2 have none; 13 have six, the last at 10.
    let firsts: Vec<i64> = epoch(&InOrder(windows.clone()), 0, 0)
        .iter()
        .map(|window| window[0])
        .collect();
    assert_eq!(firsts, [0, 2, 4, 9, 11, 13, 15, 17, 19, 22]);
    assert_eq!(windows.locate(2), (0, 4));
    assert_eq!(windows.locate(3), (3, 0));
    assert_eq!(windows.locate(9), (4, 0));
}

#[test]
fn a_window_that_ends_with_the_shard_is_not_lost() {
    // A published loader counts (tokens - context - 1) / context, which is one too few.
    let (_folder, shards) = counting(&[9, 9]);
    let windows = ShardWindows::new(shards, 4, 4);
    assert_eq!(windows.count(), 4);
    let last = epoch(&InOrder(windows), 0, 0).pop().unwrap();
    assert_eq!(last, [13, 14, 15, 16, 17]);
}

#[test]
fn a_text_in_memory_has_the_windows_of_one_shard() {
    let (_folder, shards) = counting(&[50]);
    let on_disk = InOrder(ShardWindows::new(shards, 7, 3));
    let in_memory = InOrder(Windows::new((0..50).collect(), 7, 3));
    assert_eq!(epoch(&on_disk, 0, 0), epoch(&in_memory, 0, 0));
}

#[test]
#[should_panic(expected = "window 4 of 4")]
fn a_window_beyond_the_end_is_refused() {
    let (_folder, shards) = counting(&[9, 9]);
    ShardWindows::new(shards, 4, 4).read(4, &mut Vec::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_shuffle_shows_every_window_once_in_every_epoch(
        lengths in prop::collection::vec(0usize..60, 1..6),
        context in 1usize..9,
        stride in 1usize..9,
        seed: u64,
    ) {
        let (_folder, shards) = counting(&lengths);
        let windows = ShardWindows::new(shards, context, stride);
        let as_they_stand = epoch(&InOrder(windows.clone()), seed, 0);
        let shuffled = Shuffled(windows);
        for number in [0, 1, 1000] {
            prop_assert_eq!(
                sorted(epoch(&shuffled, seed, number)),
                as_they_stand.clone()
            );
        }
    }

    #[test]
    fn mixed_documents_are_all_there_and_whole(
        documents in prop::collection::vec(prop::collection::vec(1u32..99, 1..12), 2..30),
        is_cut: bool,
        seed: u64,
    ) {
        let mut all = documents.join(&END);
        if !is_cut {
            all.push(END);
        }
        let (_folder, shards) = shards(&[all.clone()]);
        // One window that holds the whole shard.
        let mixed = DocumentShuffle::new(shards, all.len() - 1, 1);
        prop_assert_eq!(mixed.windows(), 1);
        for number in [0, 3] {
            let seen = epoch(&mixed, seed, number).remove(0);
            prop_assert_eq!(seen.len(), all.len());
            let all: Vec<i64> = all.iter().map(|&id| id.into()).collect();
            let end = i64::from(END);
            let whole = |ids: &[i64]| -> Vec<Vec<i64>> {
                let documents = ids.split_inclusive(|&id| id == end);
                sorted(documents.map(<[i64]>::to_vec).collect())
            };
            if !is_cut {
                prop_assert_eq!(whole(&seen), whole(&all));
            }
            prop_assert_eq!(sorted(seen), sorted(all));
        }
    }
}

/// Three shards of ten documents; each document is six ids of its own and an end.
fn thirty_documents() -> (tempfile::TempDir, Arc<Shards>) {
    let shard = |shard: u32| {
        let documents = (10 * shard..10 * shard + 10).map(|document| {
            (10 * document..10 * document + 6).chain([END]).collect::<Vec<u32>>()
        });
        documents.collect::<Vec<_>>().concat()
    };
    shards(&[shard(0), shard(1), shard(2)])
}

#[test]
fn mixing_documents_goes_from_shard_to_shard_in_an_order_of_its_own() {
    let (_folder, shards) = thirty_documents();
    let mixed = DocumentShuffle::new(shards, 5, 5);
    let mut orders = BTreeSet::new();
    for number in 0..20 {
        let windows = epoch(&mixed, 1, number);
        assert_eq!(windows.len(), 3 * 13); // 70 tokens: 13 windows of 5, each with a target
        let mut tokens: Vec<i64> =
            windows.iter().flat_map(|window| window[..5].to_vec()).collect();
        tokens.retain(|&id| id != i64::from(END));
        assert_eq!(tokens.iter().collect::<BTreeSet<_>>().len(), tokens.len());
        let mut turns: Vec<i64> = tokens.iter().map(|id| id / 100).collect();
        turns.dedup();
        assert_eq!(turns.len(), 3, "one shard after the other");
        orders.insert(turns);
    }
    assert!(orders.len() > 3, "{orders:?}");
}

#[test]
fn a_document_meets_other_neighbours_in_each_epoch() {
    let (_folder, shards) = thirty_documents();
    let mixed = DocumentShuffle::new(shards, 69, 1);
    let mut neighbours = BTreeSet::new();
    for number in 0..20 {
        for shard in epoch(&mixed, 1, number) {
            let place = shard.iter().position(|id| id / 10 % 10 == 4).unwrap();
            neighbours.insert(shard.get(place + 7).map(|id| id / 10));
        }
    }
    assert!(neighbours.len() > 15, "{neighbours:?}");
}

#[test]
fn small_windows_are_parts_of_the_large_one() {
    let (_folder, shards) = thirty_documents();
    let large = DocumentShuffle::new(shards.clone(), 69, 1);
    let small = DocumentShuffle::new(shards, 4, 3);
    let (large, small) = (epoch(&large, 5, 2), epoch(&small, 5, 2));
    let per_shard = small.len() / 3;
    for (i, window) in small.iter().enumerate() {
        let start = i % per_shard * 3;
        assert_eq!(window, &large[i / per_shard][start..start + 5]);
    }
}

#[test]
fn what_comes_from_anywhere_misses_a_third() {
    let windows = Windows::new((0..20_001).collect(), 2, 2); // 10,000 windows
    let anywhere = Anywhere::new(windows, 10_000);
    let seen: BTreeSet<_> = epoch(&anywhere, 1, 0).into_iter().collect();
    let missed = 10_000 - seen.len();
    assert!((3_500..3_860).contains(&missed), "{missed} missed; 1/e is 3,679");
}

#[test]
fn a_run_goes_over_the_end_of_an_epoch() {
    let start = Cursor::start(9);
    assert_eq!(start.after(7, 10), Cursor { seed: 9, epoch: 0, place: 7 });
    assert_eq!(start.after(10, 10), Cursor { seed: 9, epoch: 1, place: 0 });
    assert_eq!(start.after(7, 10).after(25, 10), start.after(32, 10));
    assert_eq!(start.after(32, 10), Cursor { seed: 9, epoch: 3, place: 2 });
}

#[test]
fn every_order_has_a_name_that_leads_to_it() {
    let (_folder, shards) = thirty_documents();
    for order in Order::ALL {
        assert_eq!(order.name().parse::<Order>().unwrap(), order);
        let sampler = order.sampler(shards.clone(), 5, 5);
        assert_eq!(sampler.windows(), 39, "{order}");
        assert_eq!(epoch(&*sampler, 3, 1).len(), 39);
    }
    let error = "sorted".parse::<Order>().unwrap_err().to_string();
    assert!(error.contains("sequential, documents, shuffled, random"), "{error}");
}

#[test]
fn random_windows_start_anywhere() {
    let (_folder, shards) = counting(&[100]);
    let sampler = Order::Random.sampler(shards, 10, 10);
    let starts: BTreeSet<i64> = (0..50)
        .flat_map(|number| epoch(&*sampler, 0, number))
        .map(|window| window[0])
        .collect();
    assert_eq!(starts.len(), 90, "windows start at 0 to 89");
}
