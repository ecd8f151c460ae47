//! How much of the machine is put to use.

use std::time::{Duration, Instant};

use ch04::{Flops, Gpt2Config};
use tch::{Device, Kind, Tensor};

use crate::Precision;

/// For so long matrices are multiplied.
const TIME: Duration = Duration::from_millis(400);

// ANCHOR: step_flops
/// Floating-point operations of a training step over `b` windows of `t` tokens: those of the
/// forward pass three times. For every product forward there are two backward, one for the
/// gradient of each factor. What is computed twice to save memory does not count.
pub fn step_flops(model: &Gpt2Config, b: i64, t: i64) -> f64 {
    3.0 * Flops::of(model, b, t).total() as f64
}
// ANCHOR_END: step_flops

/// What this machine can do at best, as far as a product of two square matrices shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Rows of each matrix
    pub size: i64,
    /// Floating-point operations in a second
    pub flops: f64,
}

impl Peak {
    // ANCHOR: peak
    /// Multiplies matrices for less than a second, and takes the fastest product.
    pub fn measure(precision: Precision, device: Device) -> Self {
        let size = if device.is_cuda() { 8192 } else { 2048 };
        let x = Tensor::ones([size, size], (Kind::Float, device));
        let x = x.to_kind(precision.kind());
        let product = || {
            let since = Instant::now();
            let _ = x.matmul(&x);
            wait_for(device);
            since.elapsed()
        };
        product(); // the first one also sets things up
        let (since, mut fastest) = (Instant::now(), product());
        while since.elapsed() < TIME {
            fastest = fastest.min(product());
        }
        let flops = 2.0 * (size as f64).powi(3) / fastest.as_secs_f64();
        Self { size, flops }
    }
    // ANCHOR_END: peak

    /// *Model FLOPs utilisation*: the share of the peak that a step of so many operations
    /// reaches when it takes so many seconds.
    ///
    /// Source: Chowdhery et al. (2022), "PaLM", section 4.1, arXiv:2204.02311.
    pub fn share(&self, step_flops: f64, seconds: f64) -> f64 {
        step_flops / seconds / self.flops
    }
}

/// A GPU works on while the program runs ahead. This waits until it is done.
pub(crate) fn wait_for(device: Device) {
    if let Device::Cuda(index) = device {
        tch::Cuda::synchronize(index as i64);
    }
}
