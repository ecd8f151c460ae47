//! Ids, one after the other, without end.

use anyhow::{Result, ensure};
use ch04::Gpt2;
use tch::{Device, Kind, Tensor};

use crate::{Draws, Sampler, Sampling, Seen};

/// An endless iterator over the ids that a model writes after a prompt.
///
/// Each id costs one pass of the model over everything it sees. Chapter 10 saves
/// most of that.
#[derive(Debug)]
pub struct TokenStream<'a> {
    model: &'a Gpt2,
    sampler: Sampler,
    ids: Vec<i64>,
}

impl<'a> TokenStream<'a> {
    /// A stream after `prompt`. The same `seed` and `sample` number give the same
    /// ids.
    ///
    /// # Errors
    /// When the prompt is empty or has an id that the model does not know, or a
    /// setting is not [valid](Sampling::validate).
    pub fn new(
        model: &'a Gpt2,
        prompt: &[u32],
        sampling: Sampling,
        (seed, sample): (u64, u64),
    ) -> Result<Self> {
        let v = model.config().vocab_size;
        let ids: Vec<i64> = prompt.iter().map(|&id| id.into()).collect();
        ensure!(
            !ids.is_empty(),
            "the prompt is empty: give the model a token to begin with"
        );
        if let Some(id) = ids.iter().find(|&&id| id >= v) {
            anyhow::bail!(
                "the prompt has the id {id}, and the model knows only {v}: \
                 is this another model's tokenizer?"
            );
        }
        let row = Tensor::from_slice(&ids).unsqueeze(0); // (1, t)
        let real = Tensor::ones(row.size(), (Kind::Bool, Device::Cpu)); // no padding
        let draws = Draws::new(seed, sample..sample + 1);
        let sampler = Sampler::new(sampling, Seen::new(&row, &real, v), draws)?;
        Ok(Self { model, sampler, ids })
    }

    // ANCHOR: next_id
    /// The next id. The model sees the last `n_positions` ids; what is older slides
    /// out of view.
    fn next_id(&mut self) -> Result<u32> {
        let _no_grad = tch::no_grad_guard();
        let seen = self.ids.len().min(self.model.config().n_positions as usize);
        let window = Tensor::from_slice(&self.ids[self.ids.len() - seen..]); // (t)
        let window = window.unsqueeze(0).to_device(self.model.device()); // (1, t)
        let logits = self.model.next_logits(&window); // (1, v)
        let id = self.sampler.next(&logits)?.int64_value(&[0]);
        self.ids.push(id);
        Ok(u32::try_from(id)?)
    }
    // ANCHOR_END: next_id
}

impl Iterator for TokenStream<'_> {
    type Item = Result<u32>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_id())
    }
}
