//! A text to train on: in memory, or in shards on disk.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use ch01::Tokenizer;
use ch02::samplers::{Cursor, Order, Sampler};
use ch02::shards::Shards;
use ch02::{Batch, Batches, Loader, LoaderOptions, Windows};
use tch::Device;

use crate::TrainConfig;

/// A text in batches, each of which follows from its place in the run alone. So a run can go on
/// from any step.
pub trait TrainingText: fmt::Debug + Send + Sync {
    /// How many windows it has.
    fn windows(&self) -> usize;

    /// How many tokens a window has.
    fn context(&self) -> usize;

    /// The batch at a place of the endless row of batches. Each epoch shows every window once,
    /// in an order of its own that depends on the seed alone.
    ///
    /// # Errors
    /// When the text is too short for one batch.
    fn batch_at(
        &self,
        place: usize,
        config: &TrainConfig,
        device: Device,
    ) -> Result<Batch>;

    /// A number that is another one for another text.
    fn fingerprint(&self) -> u32;
}

/// A text in memory. What is left at the end of an epoch and fills no batch is left out.
impl TrainingText for Windows {
    fn windows(&self) -> usize {
        self.len()
    }

    fn context(&self) -> usize {
        Windows::context(self)
    }

    fn batch_at(
        &self,
        place: usize,
        config: &TrainConfig,
        device: Device,
    ) -> Result<Batch> {
        let TrainConfig { batch_size, seed, .. } = *config;
        let per_epoch = self.len() / batch_size;
        ensure!(
            per_epoch > 0,
            "the text is too short for one batch of {batch_size}"
        );
        let (epoch, place) = (place / per_epoch, place % per_epoch);
        let seed = seed.unsigned_abs().wrapping_add(epoch as u64);
        Ok(Batches::shuffled(self, batch_size, seed, device).get(place))
    }

    fn fingerprint(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        for window in 0..self.len() {
            let (inputs, _) = self.get(window);
            inputs.iter().for_each(|id| hasher.update(&id.to_le_bytes()));
        }
        hasher.finalize()
    }
}

/// Chapter 2's token shards: a text of any size, mixed by a sampler that keeps no list, with
/// batches made in the background.
pub struct ShardText {
    shards: Arc<Shards>,
    sampler: Arc<dyn Sampler>,
    ahead: Mutex<Option<Ahead>>,
}

/// A loader and the one batch that it has next.
struct Ahead {
    batch_size: usize,
    seed: u64,
    device: Device,
    place: usize,
    loader: Loader,
}

impl ShardText {
    /// The windows of `context` tokens in these shards, side by side.
    ///
    /// # Errors
    /// When there is not one.
    pub fn new(shards: Shards, context: usize) -> Result<Self> {
        let shards = Arc::new(shards);
        let sampler = Order::Shuffled.sampler(shards.clone(), context, context);
        ensure!(
            sampler.windows() > 0,
            "the shards hold {} tokens, too few for one window of {context}",
            shards.tokens()
        );
        Ok(Self { shards, sampler, ahead: Mutex::new(None) })
    }

    /// A loader whose next batch is the one at `place`.
    fn begin(
        &self,
        place: usize,
        config: &TrainConfig,
        device: Device,
    ) -> Result<Ahead> {
        let TrainConfig { batch_size, seed, .. } = *config;
        let seed = seed.unsigned_abs();
        let done = place as u64 * batch_size as u64;
        let from = Cursor::start(seed).after(done, self.sampler.windows());
        let options =
            LoaderOptions { batch_size, device, ..LoaderOptions::default() };
        let loader = Loader::new(self.sampler.clone(), from, options)?;
        Ok(Ahead { batch_size, seed, device, place, loader })
    }
}

impl Ahead {
    fn is_at(&self, place: usize, config: &TrainConfig, device: Device) -> bool {
        let wanted = (config.batch_size, config.seed.unsigned_abs(), device, place);
        (self.batch_size, self.seed, self.device, self.place) == wanted
    }
}

impl TrainingText for ShardText {
    fn windows(&self) -> usize {
        self.sampler.windows() as usize
    }

    fn context(&self) -> usize {
        self.sampler.context()
    }

    // ANCHOR: shard_batch
    /// The windows from `place · batch_size` on, in chapter 2's order. Whoever asks for one
    /// batch after the other gets them from one loader, which is always two batches ahead.
    fn batch_at(
        &self,
        place: usize,
        config: &TrainConfig,
        device: Device,
    ) -> Result<Batch> {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let is_next = |ahead: &Ahead| ahead.is_at(place, config, device);
        let mut now = match ahead.take().filter(is_next) {
            Some(now) => now,
            None => self.begin(place, config, device)?,
        };
        let batch = now.loader.next_batch()?;
        now.place += 1;
        *ahead = Some(now);
        Ok(batch)
    }
    // ANCHOR_END: shard_batch

    /// From what the shards say of themselves: their tokens are not read.
    fn fingerprint(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        for shard in self.shards.iter() {
            hasher.update(&shard.header().to_bytes());
        }
        hasher.finalize()
    }
}

impl fmt::Debug for ShardText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShardText").field("shards", &self.shards).finish()
    }
}

/// Tokens to measure with at most: far more than one evaluation reads.
const VALIDATION: usize = 1 << 22;

/// The shards in `folder/train` and the first windows of those in `folder/val`.
///
/// # Errors
/// When the shards are not complete, of another vocabulary than `tokenizer`'s, or too few.
pub(crate) fn read_shards(
    folder: &Path,
    tokenizer: &Tokenizer,
    context: usize,
) -> Result<(ShardText, Windows)> {
    let open = |name: &str| -> Result<Shards> {
        let shards = Shards::open(&folder.join(name))?;
        shards.expect_vocabulary(tokenizer).with_context(|| {
            format!(
                "this preset reads GPT-2's tokens: `{}` without --vocab makes them",
                prepare(folder, name)
            )
        })?;
        Ok(shards)
    };
    let (training, validation) = (open("train")?, open("val")?);
    let training = ShardText::new(training, context).with_context(|| {
        format!("cannot train on {}", folder.join("train").display())
    })?;
    let validation = Windows::new(first_ids(&validation), context, context);
    ensure!(
        !validation.is_empty(),
        "{} holds too few tokens for one window of {context}",
        folder.join("val").display()
    );
    Ok((training, validation))
}

/// The command that makes these shards.
pub(crate) fn prepare(folder: &Path, name: &str) -> String {
    let out = folder.join(name);
    format!("cargo run --release -p ch02 -- prepare --out {} FILES", out.display())
}

/// The first ids: shards that follow each other hold one text.
fn first_ids(shards: &Shards) -> Vec<u32> {
    let mut ids = Vec::new();
    for shard in shards.iter() {
        let count = shard.tokens().min(VALIDATION - ids.len());
        shard.read(0..count, &mut ids);
    }
    ids.into_iter().map(|id| id as u32).collect()
}
