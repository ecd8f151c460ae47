//! Exercise 2.2 (15 points): a bug hunt. The loader without wrap-around.

/// A published loader makes its batches like this: it shuffles the numbers of all windows
/// once, and cuts them into batches. A long run stops with an error in the middle of the
/// night.
fn batch_wrongly(order: &[u64], size: usize, batch: usize) -> Vec<u64> {
    order[batch * size..(batch + 1) * size].to_vec()
}

// ANCHOR: task_last
/// How many whole steps such a run makes, if each of its `ranks` computers takes `size`
/// windows in each step.
pub fn steps_until_the_end(windows: u64, size: u64, ranks: u64) -> u64 {
    // ANCHOR_END: task_last
    // SOLUTION: begin
    windows / (size * ranks)
    // SOLUTION: end
}

// ANCHOR: task
/// The windows of a batch, in a run that goes over the data again and again. Behind the
/// last window of one epoch comes the first of the next, in the same batch if there is
/// room: nothing is left out.
///
/// `order(epoch, place)` says which of the `windows` windows comes at a place of an epoch;
/// every epoch has an order of its own.
///
/// Of every `ranks` windows that follow each other, the one at `rank` is ours.
pub fn batch(
    windows: u64,
    size: u64,
    batch: u64,
    (rank, ranks): (u64, u64),
    order: impl Fn(u64, u64) -> u64,
) -> Vec<u64> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let ours = batch * size..(batch + 1) * size;
    let places = ours.map(|step| step * ranks + rank);
    places.map(|place| order(place / windows, place % windows)).collect()
    // SOLUTION: end
}

/// An order for small examples: each epoch begins one window later.
fn turning(windows: u64) -> impl Fn(u64, u64) -> u64 {
    move |epoch, place| (place + epoch) % windows
}

// ANCHOR: tests
#[test]
fn where_the_published_loader_stops_ours_goes_on() {
    let order: Vec<u64> = (0..10).collect();
    let third = std::panic::catch_unwind(|| batch_wrongly(&order, 4, 2));
    assert!(third.is_err(), "it wants windows 8 to 11 of 10");
    assert_eq!(batch(10, 4, 2, (0, 1), turning(10)), [8, 9, 1, 2]);
}

#[test]
fn the_published_run_ended_in_step_18_250() {
    // 9,568,256,000 tokens in windows of 1,024, on four computers with 128 windows each.
    assert_eq!(steps_until_the_end(9_344_000, 128, 4), 18_250);
}

#[test]
fn a_batch_goes_over_the_end_of_an_epoch() {
    let batch = |number| batch(10, 4, number, (0, 1), turning(10));
    assert_eq!(batch(0), [0, 1, 2, 3]);
    assert_eq!(batch(2), [8, 9, 1, 2]); // the second epoch is 1, 2, …, 9, 0
    assert_eq!(batch(4), [7, 8, 9, 0]);
    assert_eq!(batch(5), [2, 3, 4, 5]);
}

#[test]
fn two_ranks_take_turns() {
    let batch = |rank| batch(10, 3, 0, (rank, 2), turning(10));
    assert_eq!(batch(0), [0, 2, 4]);
    assert_eq!(batch(1), [1, 3, 5]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn a_step_that_is_not_whole_is_not_made() {
    assert_eq!(steps_until_the_end(10, 4, 1), 2);
    assert_eq!(steps_until_the_end(24, 4, 2), 3);
    assert_eq!(steps_until_the_end(3, 4, 1), 0);
}

#[test]
fn every_window_comes_once_in_every_epoch_whatever_the_ranks() {
    for windows in [1u64, 2, 7, 10, 23] {
        for ranks in 1..5 {
            for size in [1, 3, 8] {
                let mut all = Vec::new();
                for number in 0..3 * windows {
                    let shares: Vec<Vec<u64>> = (0..ranks)
                        .map(|rank| {
                            let share = (rank, ranks);
                            batch(windows, size, number, share, turning(windows))
                        })
                        .collect();
                    for row in 0..size as usize {
                        all.extend(shares.iter().map(|share| share[row]));
                    }
                }
                for epoch in all.chunks_exact(windows as usize) {
                    let mut seen = epoch.to_vec();
                    seen.sort_unstable();
                    assert_eq!(seen, (0..windows).collect::<Vec<_>>());
                }
            }
        }
    }
}

#[test]
fn each_epoch_has_its_own_order() {
    let epoch = |number| batch(7, 7, number, (0, 1), turning(7));
    assert_eq!(epoch(0), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(epoch(1), [1, 2, 3, 4, 5, 6, 0]);
    assert_eq!(epoch(9), [2, 3, 4, 5, 6, 0, 1]);
}

#[test]
fn the_batches_are_those_of_the_chapters_loader() {
    use ch02::samplers::{Cursor, Permutation, Shuffled};
    use ch02::{Loader, LoaderOptions, Share, Windows};

    let windows = Windows::new((0..24).collect(), 1, 1); // 23 windows
    let share = Share { rank: 1, ranks: 3 };
    let options = LoaderOptions { batch_size: 5, share, ..Default::default() };
    let sampler = std::sync::Arc::new(Shuffled(windows));
    let mut loader = Loader::new(sampler, Cursor::start(4), options).unwrap();
    for number in 0..20 {
        let theirs = loader.next_batch().unwrap().inputs.flatten(0, -1);
        let theirs: Vec<i64> = Vec::try_from(theirs).unwrap();
        let order = |epoch, place| Permutation::new(23, 4, epoch).at(place);
        let ours = batch(23, 5, number, (1, 3), order);
        let ours: Vec<i64> = ours.into_iter().map(|it| it as i64).collect();
        assert_eq!(ours, theirs);
    }
}
// HIDDEN: end
