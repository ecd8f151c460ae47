//! From a sampler to batches on the device, without end.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use tch::{Device, Kind, Tensor};

use crate::samplers::{Cursor, Sampler};
use crate::{Batch, Prefetch, Waits};

/// How batches are made.
#[derive(Clone, Copy, Debug)]
pub struct LoaderOptions {
    /// Windows in a batch
    pub batch_size: usize,
    /// Threads that make batches in the background; 0 makes them when they are asked for
    pub workers: usize,
    /// Batches that each worker may be ahead
    pub ahead: usize,
    /// Where batches are wanted
    pub device: Device,
    /// Which share of the windows is ours
    pub share: Share,
}

impl Default for LoaderOptions {
    /// Eight windows, one worker two batches ahead, everything ours, on the CPU.
    fn default() -> Self {
        Self {
            batch_size: 8,
            workers: 1,
            ahead: 2,
            device: Device::Cpu,
            share: Share::default(),
        }
    }
}

/// Which windows are ours when several computers train together: of every `ranks` windows that
/// follow each other, the one at `rank`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// From 0
    pub rank: u64,
    /// How many there are
    pub ranks: u64,
}

impl Default for Share {
    fn default() -> Self {
        Self { rank: 0, ranks: 1 }
    }
}

/// Batches without end: after the last window of an epoch comes the first of the next, in the
/// same batch if there is room.
///
/// ```
/// use std::sync::Arc;
///
/// use ch02::samplers::{Cursor, Shuffled};
/// use ch02::{Loader, LoaderOptions, Windows};
///
/// let windows = Windows::new((0..101).collect(), 10, 10);
/// let sampler = Arc::new(Shuffled(windows));
/// let mut loader = Loader::new(sampler, Cursor::start(1), LoaderOptions::default())?;
/// let batch = loader.next_batch()?;
/// assert_eq!(batch.inputs.size(), [8, 10]); // (b, t)
/// assert_eq!(loader.cursor(), Cursor { seed: 1, epoch: 0, place: 8 });
/// # anyhow::Ok(())
/// ```
pub struct Loader {
    from: Cursor,
    windows: u64,
    step: u64, // windows that all ranks together take for one batch
    taken: u64,
    device: Device,
    batches: Prefetch<Batch>,
}

impl Loader {
    /// Begins at `from`.
    ///
    /// # Errors
    /// When there is not one window, when a batch is to hold none, when the rank is not one of
    /// the ranks, or when the system refuses a thread.
    pub fn new(
        sampler: Arc<dyn Sampler>,
        from: Cursor,
        options: LoaderOptions,
    ) -> Result<Self> {
        let LoaderOptions { batch_size, workers, ahead, device, share } = options;
        let windows = sampler.windows();
        ensure!(
            windows > 0,
            "there are too few tokens for one window of {}: prepare more text, or lower --context",
            sampler.context()
        );
        ensure!(batch_size > 0, "a batch holds at least one window");
        let Share { rank, ranks } = share;
        ensure!(rank < ranks, "rank {rank} is not among {ranks} ranks");
        let step = batch_size as u64 * ranks;
        let make = move |batch: u64| {
            let first = from.after(batch * step + rank, windows);
            let places =
                (0..batch_size as u64).map(|row| first.after(row * ranks, windows));
            let batch = stack(&*sampler, places);
            Ok(if device.is_cuda() { pin(batch, device)? } else { batch })
        };
        let batches = Prefetch::new(workers, ahead, make)?;
        Ok(Self { from, windows, step, taken: 0, device, batches })
    }

    /// Where the next batch begins. A loader that is made with this cursor, on any number of
    /// ranks, goes on there.
    pub fn cursor(&self) -> Cursor {
        self.from.after(self.taken * self.step, self.windows)
    }

    /// How long whoever takes the batches had to wait so far.
    pub fn waits(&self) -> Waits {
        self.batches.waits()
    }

    /// Forgets the waiting so far, such as that for the first batch.
    pub fn reset_waits(&mut self) {
        self.batches.reset_waits();
    }

    /// The next batch, on the device.
    ///
    /// # Errors
    /// When it could not be made or not be moved.
    pub fn next_batch(&mut self) -> Result<Batch> {
        let Batch { inputs, targets } = self.batches.take()?;
        self.taken += 1;
        // From pinned memory the copy goes on by itself while the next kernels are launched.
        let send = |ids: Tensor| {
            ids.f_to_device_(self.device, Kind::Int64, true, false)
                .context("cannot move a batch to the device")
        };
        Ok(Batch { inputs: send(inputs)?, targets: send(targets)? })
    }
}

impl Iterator for Loader {
    type Item = Result<Batch>;

    /// Never `None`.
    fn next(&mut self) -> Option<Result<Batch>> {
        Some(self.next_batch())
    }
}

/// Reads the windows at these places into two tensors.
///
/// This is plain Rust up to the last line. An operation of libtorch here, in a thread of ours,
/// would start a team of libtorch's own threads beside it.
fn stack(sampler: &dyn Sampler, places: impl Iterator<Item = Cursor>) -> Batch {
    let t = sampler.context();
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    let mut window = Vec::with_capacity(t + 1);
    for place in places {
        window.clear();
        sampler.read(place, &mut window);
        inputs.extend_from_slice(&window[..t]);
        targets.extend_from_slice(&window[1..]);
    }
    let tensor = |ids: Vec<i64>| Tensor::from_slice(&ids).view([-1, t as i64]);
    Batch { inputs: tensor(inputs), targets: tensor(targets) } // (b, t)
}

/// Moves a batch into memory that the system must not swap out, from which the GPU can fetch it.
fn pin(batch: Batch, device: Device) -> Result<Batch> {
    let pin = |ids: Tensor| {
        ids.f_pin_memory(device).context("cannot pin a batch in memory")
    };
    Ok(Batch { inputs: pin(batch.inputs)?, targets: pin(batch.targets)? })
}
