//! Texts of about the same length into one batch.
//!
//! Fine-tuning keeps every text in a row of its own, and all rows of a batch must be as long as
//! the longest. What is filled up costs as much as text. If texts of like length come together,
//! little is filled up. But sorting everything would show the model short texts first and long
//! ones last; so only a pool of some batches is sorted, and then the batches are mixed.

use crate::samplers::Permutation;

/// Batches of texts: which texts each holds.
///
/// The texts are shuffled by `(seed, epoch)`, and taken in pools of `pool` batches. Each pool is
/// sorted by length and cut into batches; at the end all batches are shuffled. Every text is in
/// one batch. One batch may be smaller than the others.
///
/// A pool of 1 is a plain shuffle; the larger the pool, the less is filled up.
///
/// # Panics
/// When `batch_size` or `pool` is 0.
pub fn bucket(
    lengths: &[usize],
    batch_size: usize,
    pool: usize,
    seed: u64,
    epoch: u64,
) -> Vec<Vec<usize>> {
    assert!(batch_size > 0 && pool > 0, "batch_size and pool are at least 1");
    let mut texts = shuffle((0..lengths.len()).collect(), seed, epoch);
    for pool in texts.chunks_mut(batch_size * pool) {
        pool.sort_by_key(|&text| lengths[text]);
    }
    let batches = texts.chunks(batch_size).map(<[usize]>::to_vec).collect();
    shuffle(batches, seed ^ 1, epoch)
}

/// The same things in another order.
fn shuffle<T: Clone>(things: Vec<T>, seed: u64, epoch: u64) -> Vec<T> {
    let n = things.len() as u64;
    let order = Permutation::new(n, seed, epoch);
    (0..n).map(|place| things[order.at(place) as usize].clone()).collect()
}

/// The share of the batches that is filled up: 0 if all texts of each batch are equally long.
pub fn filling(lengths: &[usize], batches: &[Vec<usize>]) -> f64 {
    let text: usize = batches.iter().flatten().map(|&text| lengths[text]).sum();
    let longest =
        |batch: &Vec<usize>| batch.iter().map(|&text| lengths[text]).max();
    let all: usize = batches
        .iter()
        .map(|batch| batch.len() * longest(batch).unwrap_or_default())
        .sum();
    (all - text) as f64 / all.max(1) as f64
}
