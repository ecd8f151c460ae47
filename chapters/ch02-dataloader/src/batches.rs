//! Windows, stacked into tensors.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use tch::{Device, Tensor};

use crate::Windows;

// ANCHOR: batch
/// What a model is fed in one step.
#[derive(Debug)]
pub struct Batch {
    /// `(b, t)`, `Int64`
    pub inputs: Tensor,
    /// `(b, t)`, `Int64`: the inputs, one token further on
    pub targets: Tensor,
}
// ANCHOR_END: batch

/// Goes once over all windows, `batch_size` at a time. A last batch that would be smaller is
/// left out, so that every batch has the same shape.
#[derive(Debug)]
pub struct Batches<'a> {
    windows: &'a Windows,
    order: Vec<usize>,
    batch_size: usize,
    device: Device,
}

impl<'a> Batches<'a> {
    /// Batches in the order of the text.
    ///
    /// # Panics
    /// When `batch_size` is 0.
    pub fn in_order(
        windows: &'a Windows,
        batch_size: usize,
        device: Device,
    ) -> Self {
        assert!(batch_size > 0, "a batch holds at least one window");
        let order = (0..windows.len()).collect();
        Self { windows, order, batch_size, device }
    }

    /// Batches in an order that depends on `seed` alone. Give each epoch its own seed.
    ///
    /// # Panics
    /// When `batch_size` is 0.
    pub fn shuffled(
        windows: &'a Windows,
        batch_size: usize,
        seed: u64,
        device: Device,
    ) -> Self {
        let mut batches = Self::in_order(windows, batch_size, device);
        batches.order.shuffle(&mut StdRng::seed_from_u64(seed));
        batches
    }

    /// Stacks the windows with these numbers.
    fn stack(&self, numbers: &[usize]) -> Batch {
        let shape = [numbers.len() as i64, self.windows.context() as i64]; // (b, t)
        let tensor = |rows: Vec<&[u32]>| {
            let ids: Vec<i64> = rows.concat().into_iter().map(i64::from).collect();
            Tensor::from_slice(&ids).view(shape).to_device(self.device)
        };
        let (inputs, targets) =
            numbers.iter().map(|&i| self.windows.get(i)).unzip();
        Batch { inputs: tensor(inputs), targets: tensor(targets) }
    }

    /// Batch `i`.
    ///
    /// # Panics
    /// When there is no batch `i`.
    pub fn get(&self, i: usize) -> Batch {
        let first = i * self.batch_size;
        self.stack(&self.order[first..first + self.batch_size])
    }

    /// All the batches.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Batch> {
        self.order.chunks_exact(self.batch_size).map(|numbers| self.stack(numbers))
    }
}
