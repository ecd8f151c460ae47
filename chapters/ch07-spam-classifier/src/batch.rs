//! Messages as tensors.

use std::iter::repeat_n;

use ch01::Tokenizer;
use datasets::{Label, Message};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use tch::{Device, Tensor};

/// A message as the model sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Its tokens, at least one
    pub ids: Vec<i64>,
    /// Its class: 0 for ham, 1 for spam
    pub class: i64,
}

/// The messages as ids, and how many of them were cut to the first `context` tokens.
///
/// An empty message becomes one `pad`, for even nothing needs a last token.
pub fn encode(
    messages: &[Message],
    tokenizer: &Tokenizer,
    context: usize,
    pad: i64,
) -> (Vec<Example>, usize) {
    let mut truncated = 0;
    let example = |message: &Message| {
        let ids: Vec<i64> =
            tokenizer.encode(&message.text).into_iter().map(i64::from).collect();
        truncated += usize::from(ids.len() > context);
        Example::new(ids, message.label, context, pad)
    };
    let examples = messages.iter().map(example).collect();
    (examples, truncated)
}

impl Example {
    /// The first `context` of `ids`, or one `pad` if there are none.
    pub fn new(mut ids: Vec<i64>, label: Label, context: usize, pad: i64) -> Self {
        ids.truncate(context);
        if ids.is_empty() {
            ids.push(pad);
        }
        Self { ids, class: i64::from(label == Label::Spam) }
    }
}

/// Messages side by side, in rows of one length.
#[derive(Debug)]
pub struct Batch {
    /// `(b, t)`, `Int64`: padding stands behind the real tokens
    pub ids: Tensor,
    /// `(b)`, `Int64`: how many tokens of each row are real
    pub lengths: Tensor,
    /// `(b)`, `Int64`: 0 for ham, 1 for spam
    pub classes: Tensor,
}

impl Batch {
    /// Lays `examples` side by side and fills each up with `pad` to `t` tokens.
    ///
    /// # Panics
    /// When an example is longer than `t`.
    pub fn new(examples: &[&Example], t: usize, pad: i64, device: Device) -> Self {
        let padded = examples.iter().flat_map(|Example { ids, .. }| {
            assert!(ids.len() <= t, "{} tokens do not fit into {t}", ids.len());
            ids.iter().copied().chain(repeat_n(pad, t - ids.len()))
        });
        let ids: Vec<i64> = padded.collect();
        let lengths: Vec<_> =
            examples.iter().map(|it| it.ids.len() as i64).collect();
        let classes: Vec<_> = examples.iter().map(|it| it.class).collect();
        let tensor = |values: &[i64]| Tensor::from_slice(values).to_device(device);
        Self {
            ids: tensor(&ids).view([-1, t as i64]), // (b, t)
            lengths: tensor(&lengths),              // (b)
            classes: tensor(&classes),              // (b)
        }
    }
}

/// Batches drawn together to be sorted by length.
const POOL: usize = 8;

/// The numbers of the examples in each batch of an epoch, every example once.
///
/// Padding costs time and teaches nothing. So a pool of some batches is drawn, its examples
/// are sorted by length and cut into batches, and the batches are shuffled again.
///
/// # Panics
/// When `batch_size` is 0.
pub fn shuffled(
    examples: &[Example],
    batch_size: usize,
    seed: u64,
) -> Vec<Vec<usize>> {
    let mut generator = StdRng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    order.shuffle(&mut generator);
    for pool in order.chunks_mut(POOL * batch_size) {
        pool.sort_by_key(|&i| examples[i].ids.len());
    }
    let mut batches: Vec<_> =
        order.chunks(batch_size).map(<[usize]>::to_vec).collect();
    batches.shuffle(&mut generator);
    batches
}
