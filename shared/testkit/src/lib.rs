//! Promises about tensors, ready to be called from a chapter's tests.
//!
//! - [`assert_close`]: two tensors agree, with a readable difference when they don't.
//! - [`assert_causal`]: a layer never looks ahead.
//! - [`seed`]: random numbers that no other test disturbs.
//! - [`golden`]: numbers that PyTorch or Hugging Face's transformers made, read from a file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tch::{Kind, Tensor};

/// Seeds libtorch's generator and keeps every other test of this program away from it for as
/// long as the guard lives.
///
/// libtorch has one generator for the whole process, and tests run in parallel: a test that
/// draws random numbers holds this guard, or it disturbs one that counts on its seed.
#[must_use = "the generator is yours only while the guard lives"]
pub fn seed(seed: i64) -> MutexGuard<'static, ()> {
    static GENERATOR: Mutex<()> = Mutex::new(());
    // A failed test poisons the lock, but leaves nothing behind that the seed does not reset.
    let guard = GENERATOR.lock().unwrap_or_else(PoisonError::into_inner);
    tch::manual_seed(seed);
    guard
}

/// Asserts that `actual` has the shape of `expected` and agrees with it to within `tolerance`
/// (absolute) everywhere.
///
/// # Panics
/// When it does not; the message shows the shapes, or the largest difference and where it is.
#[track_caller]
pub fn assert_close(actual: &Tensor, expected: &Tensor, tolerance: f64) {
    assert_eq!(actual.size(), expected.size(), "the shapes differ");
    let [actual, expected] =
        [actual, expected].map(|x| x.detach().to_kind(Kind::Double));
    let difference = (&actual - &expected).abs().flatten(0, -1);
    let worst = difference.max().double_value(&[]);
    if worst > tolerance || worst.is_nan() {
        let at = difference.argmax(None, false).int64_value(&[]);
        let value = |x: &Tensor| x.flatten(0, -1).double_value(&[at]);
        panic!(
            "tensors of shape {:?} differ by up to {worst:e} (tolerance {tolerance:e}): \
             at flat index {at} the value is {} and should be {}",
            actual.size(),
            value(&actual),
            value(&expected),
        );
    }
}

/// A matrix written out by hand, `(rows, N)`, in f32.
pub fn matrix<const N: usize>(rows: &[[f32; N]]) -> Tensor {
    Tensor::from_slice(rows.as_flattened()).view([rows.len() as i64, N as i64])
}

/// Asserts that `layer` maps `(b, t, c)` to `(b, t, …)` without ever looking ahead: changing
/// the input at one position leaves every output at an earlier position as it was, and does
/// change the output at that position.
///
/// # Panics
/// When an output depends on a later input, or the layer ignores its input.
#[track_caller]
pub fn assert_causal(input: &Tensor, layer: impl Fn(&Tensor) -> Tensor) {
    // An affine map leaves no input where it was, except the one value 1/9.
    assert_causal_under(input, |position| position * -1.7 + 0.3, layer);
}

/// As [`assert_causal`], for a model that maps `(b, t)` ids below `vocab` to `(b, t, …)`: one
/// position at a time gets another id.
///
/// # Panics
/// When an output depends on a later id, or the model ignores an id.
#[track_caller]
pub fn assert_causal_ids(
    ids: &Tensor,
    vocab: i64,
    model: impl Fn(&Tensor) -> Tensor,
) {
    assert_causal_under(ids, |position| (position + 1).remainder(vocab), model);
}

#[track_caller]
fn assert_causal_under(
    input: &Tensor,
    change: impl Fn(&Tensor) -> Tensor,
    layer: impl Fn(&Tensor) -> Tensor,
) {
    let before = tch::no_grad(|| layer(input));
    for changed in 0..input.size()[1] {
        let other = input.copy();
        let mut position = other.narrow(1, changed, 1); // (b, 1, …): a view, so `other` changes
        position.copy_(&change(&position));
        let after = tch::no_grad(|| layer(&other));

        let moved = |from: i64, length: i64| {
            let [before, after] =
                [&before, &after].map(|y| y.narrow(1, from, length));
            (after - before).abs().max().double_value(&[])
        };
        if changed > 0 {
            let leak = moved(0, changed);
            assert!(
                leak <= 1e-6,
                "changing position {changed} moved an earlier output by {leak:e}: \
                 the layer looks ahead"
            );
        }
        assert!(
            moved(changed, 1) > 0.0,
            "changing position {changed} changed nothing there"
        );
    }
}

/// Reads every tensor of a `.safetensors` file, by name.
///
/// # Panics
/// When the file is missing or broken: goldens are committed, so that is a fault of the tree.
#[track_caller]
pub fn golden(path: impl AsRef<Path>) -> BTreeMap<String, Tensor> {
    let path = path.as_ref();
    let tensors = Tensor::read_safetensors(path).unwrap_or_else(|error| {
        panic!("cannot read the golden file {}: {error}", path.display())
    });
    tensors.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    fn noise() -> Tensor {
        let _generator = seed(1);
        Tensor::randn([2, 4, 3], (Kind::Float, Device::Cpu))
    }

    #[test]
    #[should_panic(expected = "looks ahead")]
    fn a_mean_over_time_is_caught_as_looking_ahead() {
        assert_causal(&noise(), |x| x - x.mean_dim(1, true, Kind::Float));
    }

    #[test]
    fn a_running_sum_is_causal() {
        assert_causal(&noise(), |x| x.cumsum(1, Kind::Float));
    }

    #[test]
    #[should_panic(expected = "at flat index 1")]
    fn a_difference_is_located() {
        assert_close(&matrix(&[[1.0, 2.0]]), &matrix(&[[1.0, 2.5]]), 0.1);
    }

    #[test]
    #[should_panic(expected = "differ")]
    fn nan_is_never_close() {
        assert_close(&matrix(&[[f32::NAN]]), &matrix(&[[0.0]]), 1.0);
    }
}
