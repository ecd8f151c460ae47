//! Batches come in one order, go on after a stop, and nothing hangs.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use anyhow::bail;
use ch02::samplers::{Cursor, InOrder, Order, Sampler, Shuffled};
use ch02::{Batch, Loader, LoaderOptions, Prefetch, Share, Windows};
use common::counting;
use tch::{Device, Kind};

fn rows(batch: &Batch) -> Vec<Vec<i64>> {
    Vec::try_from(&batch.inputs).expect("two axes of Int64")
}

/// The first id of each window, batch by batch: it tells the window, as ids count upwards.
fn firsts(loader: &mut Loader, batches: usize) -> Vec<Vec<i64>> {
    let first = |batch: &Batch| rows(batch).iter().map(|row| row[0]).collect();
    loader.take(batches).map(|batch| first(&batch.expect("no error"))).collect()
}

/// 23 windows of 4 ids that count upwards, mixed.
fn sampler() -> Arc<dyn Sampler> {
    Arc::new(Shuffled(Windows::new((0..93).collect(), 4, 4)))
}

fn options(workers: usize) -> LoaderOptions {
    LoaderOptions { batch_size: 5, workers, ..LoaderOptions::default() }
}

fn loader(from: Cursor, options: LoaderOptions) -> Loader {
    Loader::new(sampler(), from, options).expect("the options are fine")
}

#[test]
fn a_batch_holds_inputs_and_targets() {
    let sampler = Arc::new(InOrder(Windows::new((0..93).collect(), 4, 4)));
    let mut loader = Loader::new(sampler, Cursor::start(0), options(1)).unwrap();
    let batch = loader.next_batch().unwrap();
    assert_eq!(batch.inputs.size(), [5, 4]);
    assert_eq!(batch.inputs.kind(), Kind::Int64);
    assert_eq!(rows(&batch)[1], [4, 5, 6, 7]);
    assert!(batch.targets.equal(&(&batch.inputs + 1)));
    assert!(batch.targets.is_contiguous() && batch.inputs.is_contiguous());
}

#[test]
fn the_order_does_not_depend_on_the_workers() {
    let by_hand = firsts(&mut loader(Cursor::start(1), options(0)), 40);
    for workers in [1, 2, 3, 7] {
        let mut loader = loader(Cursor::start(1), options(workers));
        assert_eq!(firsts(&mut loader, 40), by_hand, "{workers} workers");
    }
}

#[test]
fn every_epoch_has_every_window_once_and_the_next_one_follows() {
    let mut loader = loader(Cursor::start(1), options(2));
    let all: Vec<i64> = firsts(&mut loader, 23).concat(); // 115 windows: five epochs of 23
    for epoch in all.chunks(23) {
        let mut windows = epoch.to_vec();
        windows.sort();
        assert_eq!(windows, (0..23).map(|window| 4 * window).collect::<Vec<_>>());
    }
    assert_ne!(all[..23], all[23..46]);
    assert_eq!(loader.cursor(), Cursor { seed: 1, epoch: 5, place: 0 });
}

// ANCHOR: resume
#[test]
fn a_run_goes_on_with_the_very_next_batch() {
    let whole = firsts(&mut loader(Cursor::start(1), options(2)), 30);
    for stopped_after in [0, 1, 3, 4, 5, 17] {
        let mut first = loader(Cursor::start(1), options(2));
        firsts(&mut first, stopped_after);
        let saved = serde_json::to_string(&first.cursor()).unwrap();
        drop(first);
        let from = serde_json::from_str(&saved).unwrap();
        let rest = firsts(&mut loader(from, options(1)), 30 - stopped_after);
        assert_eq!(rest, whole[stopped_after..]);
    }
}
// ANCHOR_END: resume

/// The windows that each of `ranks` ranks sees.
fn shares(from: Cursor, ranks: u64, batches: usize) -> Vec<Vec<i64>> {
    let share = |rank| {
        let share = Share { rank, ranks };
        let mut loader = loader(from, LoaderOptions { share, ..options(1) });
        firsts(&mut loader, batches).concat()
    };
    (0..ranks).map(share).collect()
}

#[test]
fn ranks_share_the_windows_out() {
    let all = firsts(&mut loader(Cursor::start(1), options(0)), 24).concat();
    for ranks in [2, 3, 4] {
        let shares = shares(Cursor::start(1), ranks, 24 / ranks as usize);
        let together: Vec<i64> = (0..all.len())
            .map(|i| shares[i % ranks as usize][i / ranks as usize])
            .collect();
        assert_eq!(together, all, "{ranks} ranks");
    }
}

#[test]
fn a_run_may_go_on_with_another_number_of_ranks() {
    let share = Share { rank: 1, ranks: 3 };
    let mut one_of_three =
        loader(Cursor::start(1), LoaderOptions { share, ..options(0) });
    firsts(&mut one_of_three, 4);
    let saved = one_of_three.cursor(); // 60 windows are done, 14 of them in the third epoch
    assert_eq!(saved, Cursor { seed: 1, epoch: 2, place: 14 });
    let all = firsts(&mut loader(Cursor::start(1), options(0)), 20).concat();
    let rest = firsts(&mut loader(saved, options(0)), 8).concat();
    assert_eq!(rest, all[60..]);
}

#[test]
fn shards_feed_a_loader_in_every_order() {
    let (_folder, shards) = counting(&[40, 25]);
    for order in Order::ALL {
        let make = |workers| {
            let sampler = order.sampler(shards.clone(), 4, 4);
            Loader::new(sampler, Cursor::start(3), options(workers)).unwrap()
        };
        let by_hand = firsts(&mut make(0), 20);
        assert_eq!(firsts(&mut make(3), 20), by_hand, "{order}");
    }
}

/// What making a loader says.
fn complaint(sampler: Arc<dyn Sampler>, options: LoaderOptions) -> String {
    let loader = Loader::new(sampler, Cursor::start(0), options);
    loader.err().expect("it should be refused").to_string()
}

#[test]
fn what_cannot_work_is_refused() {
    let short = Arc::new(InOrder(Windows::new(vec![1, 2, 3], 4, 4)));
    let error = complaint(short, options(1));
    assert!(error.contains("too few tokens for one window of 4"), "{error}");
    let none = LoaderOptions { batch_size: 0, ..options(1) };
    assert!(complaint(sampler(), none).contains("at least one window"));
    let share = Share { rank: 2, ranks: 2 };
    let error = complaint(sampler(), LoaderOptions { share, ..options(1) });
    assert!(error.contains("rank 2 is not among 2 ranks"), "{error}");
}

#[test]
fn items_come_in_order_although_workers_differ_in_speed() {
    let make = |item: u64| {
        if item.is_multiple_of(3) {
            thread::sleep(Duration::from_millis(3));
        }
        Ok(item)
    };
    let mut items = Prefetch::new(3, 2, make).unwrap();
    for item in 0..30 {
        assert_eq!(items.take().unwrap(), item);
    }
}

#[test]
fn workers_are_only_so_far_ahead() {
    let made = Arc::new(AtomicUsize::new(0));
    let count = made.clone();
    let mut items =
        Prefetch::new(2, 3, move |_| Ok(count.fetch_add(1, SeqCst))).unwrap();
    items.take().unwrap();
    thread::sleep(Duration::from_millis(100));
    // For each worker three in the queue and one in hand, and the one that was taken.
    assert!(made.load(SeqCst) <= 2 * 4 + 1, "{} were made", made.load(SeqCst));
}

#[test]
fn a_dropped_prefetch_ends_its_workers() {
    let alive = Arc::new(());
    let held = alive.clone();
    let make = move |item| {
        let _held = &held;
        Ok(item)
    };
    let items = Prefetch::new(4, 2, make).unwrap();
    assert_eq!(Arc::strong_count(&alive), 2);
    drop(items); // returns only when all threads have ended
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn a_workers_error_reaches_whoever_asks_and_ends_it_all() {
    for workers in [0, 1, 3] {
        let make = |item| match item {
            4 => bail!("the disk is gone"),
            item => Ok(item),
        };
        let mut items = Prefetch::new(workers, 2, make).unwrap();
        for item in 0..4 {
            assert_eq!(items.take().unwrap(), item);
        }
        assert_eq!(items.take().unwrap_err().to_string(), "the disk is gone");
        let error = items.take().unwrap_err().to_string();
        assert!(error.contains("stopped after an error"), "{error}");
    }
}

#[test]
fn a_workers_panic_becomes_an_error() {
    let make = |item: u64| -> anyhow::Result<u64> {
        assert!(item != 2, "item {item} is cursed");
        Ok(item)
    };
    let mut items = Prefetch::new(2, 1, make).unwrap();
    items.take().unwrap();
    items.take().unwrap();
    let error = items.take().unwrap_err().to_string();
    assert_eq!(error, "a worker panicked: item 2 is cursed");
    assert!(items.take().is_err());
}

#[test]
fn waiting_is_counted() {
    let slow = |item| {
        thread::sleep(Duration::from_millis(10));
        Ok(item)
    };
    // Nothing is made ahead: all time is waiting.
    let mut by_hand = Prefetch::new(0, 1, slow).unwrap();
    for _ in 0..5 {
        by_hand.take().unwrap();
    }
    let waits = by_hand.waits();
    assert_eq!(waits.items, 5);
    assert!(waits.waited >= Duration::from_millis(50));
    assert!(waits.longest >= Duration::from_millis(10));
    assert!(waits.starved() > 0.9, "{waits:?}");

    // A slow model: everything is there when it asks.
    let mut ahead = Prefetch::new(1, 2, Ok).unwrap();
    ahead.take().unwrap();
    ahead.reset_waits();
    for _ in 0..5 {
        thread::sleep(Duration::from_millis(10));
        ahead.take().unwrap();
    }
    let waits = ahead.waits();
    assert_eq!(waits.items, 5);
    assert!(waits.starved() < 0.5, "{waits:?}");
}

#[test]
fn batches_are_on_the_device_that_was_asked_for() {
    let mut devices = vec![Device::Cpu];
    if tch::Cuda::is_available() {
        devices.push(Device::Cuda(0));
    }
    for device in devices {
        let mut loader =
            loader(Cursor::start(1), LoaderOptions { device, ..options(2) });
        let batch = loader.next_batch().unwrap();
        assert_eq!(batch.inputs.device(), device);
        assert_eq!(batch.targets.device(), device);
    }
}
