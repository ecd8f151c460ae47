//! Nothing is lost by packing, and nothing is confused.

use std::collections::BTreeSet;

use ch02::{attention_within, bucket, filling, pack};
use proptest::prelude::*;
use tch::{Device, Tensor};

const END: u32 = 0;

fn ints(tensor: &Tensor) -> Vec<Vec<i64>> {
    Vec::try_from(tensor).expect("two axes of Int64")
}

fn flags(tensor: &Tensor) -> Vec<Vec<bool>> {
    Vec::try_from(tensor).expect("two axes of Bool")
}

// ANCHOR: by_hand
#[test]
fn two_documents_by_hand() {
    let documents: [&[u32]; 2] = [&[11, 12, 13], &[21, 22]];
    let packed = pack(&documents, 4, END, Device::Cpu);
    assert_eq!(ints(&packed.inputs), [[11, 12, 13, 0], [21, 22, 0, 0]]);
    assert_eq!(ints(&packed.targets), [[12, 13, 0, 21], [22, 0, 0, 0]]);
    assert_eq!(ints(&packed.documents), [[0, 0, 0, 0], [1, 1, 1, -1]]);
    // Neither that 21 follows the first document, nor what follows the last one, can be known.
    let counts = [[true, true, true, false], [true, true, false, false]];
    assert_eq!(flags(&packed.counts), counts);
}
// ANCHOR_END: by_hand

#[test]
fn nobody_looks_ahead_or_at_another_document() {
    let documents = Tensor::from_slice2(&[[0i64, 0, 1, 1], [1, 1, 1, -1]]);
    let mask = attention_within(&documents);
    assert_eq!(mask.size(), [2, 4, 4]);
    let first = [
        [true, false, false, false],
        [true, true, false, false],
        [false, false, true, false],
        [false, false, true, true],
    ];
    assert_eq!(flags(&mask.get(0)), first);
    assert_eq!(flags(&mask.get(1))[3], [false, false, false, true]);
}

#[test]
fn nothing_packs_into_nothing() {
    let none: [&[u32]; 0] = [];
    assert_eq!(pack(&none, 4, END, Device::Cpu).inputs.size(), [0, 4]);
    // An end alone has no target.
    let empty: [&[u32]; 1] = [&[]];
    assert_eq!(pack(&empty, 4, END, Device::Cpu).inputs.size(), [0, 4]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_token_is_a_target_of_its_own_document_once(
        documents in prop::collection::vec(prop::collection::vec(1u32..99, 0..12), 0..12),
        t in 1usize..9,
    ) {
        let packed = pack(&documents, t, END, Device::Cpu);
        let rows = packed.inputs.size()[0] as usize;
        let tokens: usize = documents.iter().map(|it| it.len() + 1).sum();
        prop_assert_eq!(rows, tokens.saturating_sub(1).div_ceil(t));

        // All but the first token of a document can be guessed, the end included.
        let counted = flags(&packed.counts).concat();
        let asked: usize = documents.iter().map(Vec::len).sum();
        prop_assert_eq!(counted.iter().filter(|&&it| it).count(), asked);

        let end = i64::from(END);
        let targets = ints(&packed.targets).concat();
        let seen: Vec<i64> = targets
            .into_iter()
            .zip(&counted)
            .filter_map(|(id, &counts)| counts.then_some(id))
            .collect();
        let expected: Vec<i64> = documents
            .iter()
            .filter(|it| !it.is_empty())
            .flat_map(|it| it[1..].iter().map(|&id| id.into()).chain([end]))
            .collect();
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn every_text_is_in_one_batch(
        lengths in prop::collection::vec(1usize..200, 0..60),
        batch_size in 1usize..9,
        pool in 1usize..9,
        seed: u64,
    ) {
        let batches = bucket(&lengths, batch_size, pool, seed, 0);
        let texts = batches.concat();
        prop_assert_eq!(texts.len(), lengths.len());
        prop_assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), lengths.len());
        prop_assert_eq!(batches.len(), lengths.len().div_ceil(batch_size));
        let smaller = batches.iter().filter(|batch| batch.len() < batch_size);
        prop_assert!(smaller.count() <= 1);
    }
}

#[test]
fn filling_by_hand() {
    // (4 + 2) of 8 places, (3 + 3) of 6: two of 14 are filled up.
    let filled = filling(&[4, 3, 2, 3], &[vec![0, 2], vec![1, 3]]);
    assert!((filled - 2.0 / 14.0).abs() < 1e-12);
    assert_eq!(filling(&[], &[]), 0.0);
}

#[test]
fn like_lengths_come_together_and_in_another_order_each_epoch() {
    let lengths: Vec<usize> = (0..1000).map(|i| 10 + i * 7919 % 190).collect();
    let plain = filling(&lengths, &bucket(&lengths, 8, 1, 1, 0));
    let pooled = filling(&lengths, &bucket(&lengths, 8, 25, 1, 0));
    assert!(plain > 0.3, "{plain}");
    assert!(pooled < 0.04, "{pooled}");
    assert_ne!(bucket(&lengths, 8, 25, 1, 0), bucket(&lengths, 8, 25, 1, 1));
    // Short batches and long ones are mixed.
    let batches = bucket(&lengths, 8, 25, 1, 0);
    let firsts: Vec<_> = batches.iter().map(|batch| lengths[batch[0]]).collect();
    let rises = firsts.windows(2).filter(|two| two[0] < two[1]).count();
    assert!((40..85).contains(&rises), "{rises} of 124");
}
