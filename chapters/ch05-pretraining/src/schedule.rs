//! How large a step may be, over time.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// Linear warm-up, then half a cosine down to a floor.
///
/// At the start AdamW's averages know little, so small steps are safer. At the end small steps
/// settle what large ones left rough.
///
/// Source: Loshchilov and Hutter (2017), "SGDR", section 3, arXiv:1608.03983; Radford et al.
/// (2018), section 4.1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// The largest learning rate
    pub peak: f64,
    /// The last learning rate
    pub floor: f64,
    /// Steps of warm-up
    pub warmup: i64,
    /// Steps in all
    pub steps: i64,
}

impl Schedule {
    /// The same rate for all steps.
    pub fn constant(rate: f64, steps: i64) -> Self {
        Self { peak: rate, floor: rate, warmup: 0, steps }
    }

    /// The same shape with another peak and another number of steps.
    #[must_use]
    pub fn scaled(self, peak: f64, steps: i64) -> Self {
        let Self { floor, warmup, .. } = self;
        Self {
            peak,
            floor: floor * peak / self.peak,
            warmup: warmup * steps / self.steps,
            steps,
        }
    }

    // ANCHOR: rate
    /// The learning rate of step `step`, counted from 0.
    pub fn rate(&self, step: i64) -> f64 {
        if step < self.warmup {
            return self.peak * (step + 1) as f64 / self.warmup as f64;
        }
        let rest = (self.steps - self.warmup).max(1) as f64;
        let done = ((step - self.warmup) as f64 / rest).min(1.0); // 0 -> 1
        self.floor + (self.peak - self.floor) * 0.5 * (1.0 + (PI * done).cos())
    }
    // ANCHOR_END: rate
}
