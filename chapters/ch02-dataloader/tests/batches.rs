//! The promises of chapter 2.

use std::collections::BTreeSet;

use ch02::{Batches, InputEmbedding, Windows};
use tch::nn::{Module, VarStore};
use tch::{Device, Kind, Tensor};
use testkit::assert_close;

fn ids(tensor: &Tensor) -> Vec<Vec<i64>> {
    Vec::try_from(tensor).expect("two axes of Int64")
}

/// The first 65 ids of Edith Wharton's "The Verdict".
const VERDICT: [u32; 65] = [
    40, 367, 2885, 1464, 1807, 3619, 402, 271, 10899, 2138, 257, 7026, 15632, 438,
    2016, 257, 922, 5891, 1576, 438, 568, 340, 373, 645, 1049, 5975, 284, 502, 284,
    3285, 326, 11, 287, 262, 6001, 286, 465, 13476, 11, 339, 550, 5710, 465, 12036,
    11, 6405, 257, 5527, 27075, 11, 290, 4920, 2241, 287, 257, 4489, 64, 319, 262,
    34686, 41976, 13, 357, 10915, 314,
];

#[test]
fn a_small_example_by_hand() {
    let windows = Windows::new((0..7).collect(), 3, 2);
    assert_eq!(windows.len(), 2);
    assert_eq!(windows.get(0), ([0, 1, 2].as_slice(), [1, 2, 3].as_slice()));
    assert_eq!(windows.get(1), ([2, 3, 4].as_slice(), [3, 4, 5].as_slice()));
}

#[test]
fn eight_windows_of_eight_ids_are_the_books_first_batch() {
    let windows = Windows::new(VERDICT.to_vec(), 8, 8);
    let batch = Batches::in_order(&windows, 8, Device::Cpu).iter().next().unwrap();
    assert_eq!(batch.inputs.size(), [8, 8]);
    assert_eq!(ids(&batch.inputs)[0], [40, 367, 2885, 1464, 1807, 3619, 402, 271]);
    assert_eq!(ids(&batch.inputs)[7], [64, 319, 262, 34686, 41976, 13, 357, 10915]);
    assert_eq!(
        ids(&batch.targets)[7],
        [319, 262, 34686, 41976, 13, 357, 10915, 314]
    );
}

#[test]
fn a_stride_of_one_starts_each_window_one_token_later() {
    let windows = Windows::new(VERDICT.to_vec(), 4, 1);
    assert_eq!(
        windows.get(0),
        ([40, 367, 2885, 1464].as_slice(), [367, 2885, 1464, 1807].as_slice())
    );
    assert_eq!(windows.get(1).0, [367, 2885, 1464, 1807]);
    assert_eq!(windows.len(), 61);
}

// ANCHOR: targets
#[test]
fn targets_are_the_inputs_one_token_further_on() {
    for (length, context, stride) in
        [(10, 3, 1), (50, 7, 3), (64, 8, 8), (65, 8, 8), (9, 8, 5)]
    {
        let windows = Windows::new((100..100 + length).collect(), context, stride);
        for i in 0..windows.len() {
            let (inputs, targets) = windows.get(i);
            assert_eq!(inputs.len(), context);
            assert!(
                inputs
                    .iter()
                    .zip(targets)
                    .all(|(input, target)| target - input == 1)
            );
        }
    }
}
// ANCHOR_END: targets

#[test]
fn no_window_is_missing_and_none_reaches_beyond_the_end() {
    for length in 0..40 {
        let windows = Windows::new((0..length).collect(), 5, 3);
        let starts = (0..length).step_by(3).filter(|start| start + 5 < length);
        assert_eq!(windows.len(), starts.count(), "{length} ids");
    }
}

#[test]
fn a_text_that_is_too_short_has_no_windows() {
    assert!(Windows::new(vec![1, 2, 3], 3, 1).is_empty());
    assert!(!Windows::new(vec![1, 2, 3, 4], 3, 1).is_empty());
}

#[test]
fn shuffling_shows_every_window_once_and_repeats_with_its_seed() {
    let windows = Windows::new((0..101).collect(), 4, 4); // 25 windows
    let firsts = |seed| -> Vec<i64> {
        let batches = Batches::shuffled(&windows, 5, seed, Device::Cpu);
        batches
            .iter()
            .flat_map(|batch| ids(&batch.inputs))
            .map(|row| row[0])
            .collect()
    };
    let order = firsts(1);
    assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), 25);
    assert_eq!(order, firsts(1));
    assert_ne!(order, firsts(2));
    assert!(!order.is_sorted());
}

#[test]
fn a_smaller_last_batch_is_left_out() {
    let windows = Windows::new((0..30).collect(), 4, 4); // 7 windows
    let sizes = |b| {
        Batches::in_order(&windows, b, Device::Cpu)
            .iter()
            .map(|b| b.inputs.size()[0])
            .collect::<Vec<_>>()
    };
    assert_eq!(sizes(3), [3, 3]);
    assert_eq!(sizes(7), [7]);
    assert!(sizes(8).is_empty());
}

#[test]
fn a_vector_is_the_tokens_row_plus_the_positions_row() {
    let _generator = testkit::seed(1);
    let variables = VarStore::new(Device::Cpu);
    let embedding = InputEmbedding::new(&variables.root(), 10, 6, 4, 0.02);
    let vectors =
        embedding.forward(&Tensor::from_slice2(&[[7i64, 7, 2], [0, 9, 7]]));
    assert_eq!(vectors.size(), [2, 3, 4]);
    let by_hand = embedding.wte.weight.get(7) + embedding.wpe.weight.get(1);
    assert_close(&vectors.get(0).get(1), &by_hand, 1e-7);
    // The same token at another place is another vector.
    assert!(
        vectors
            .get(0)
            .get(0)
            .ne_tensor(&vectors.get(0).get(1))
            .any()
            .int64_value(&[])
            == 1
    );
}

#[test]
#[should_panic(expected = "t = 7 tokens, but the model has 6 positions")]
fn a_text_longer_than_the_positions_is_named() {
    let _generator = testkit::seed(1);
    let variables = VarStore::new(Device::Cpu);
    let embedding = InputEmbedding::new(&variables.root(), 10, 6, 4, 0.02);
    let _ = embedding.forward(&Tensor::zeros([1, 7], (Kind::Int64, Device::Cpu)));
}
