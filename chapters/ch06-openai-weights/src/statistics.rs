//! What the numbers of a tensor are like.

use anyhow::Result;
use serde::Serialize;
use tch::{Kind, Tensor};

use crate::Pretrained;

/// A parameter in a file: where it comes from and what its numbers are like.
#[derive(Clone, Debug, Serialize)]
pub struct Statistics {
    /// Our name
    pub name: String,
    /// The name in the file
    pub stored_name: String,
    /// Our shape
    pub shape: Vec<i64>,
    /// The shape in the file
    pub stored_shape: Vec<i64>,
    /// How a number is written in the file
    pub dtype: &'static str,
    /// How many numbers there are
    pub count: i64,
    /// Their mean
    pub mean: f64,
    /// Their standard deviation
    pub std: f64,
}

/// A line for each parameter, in the order data passes them.
///
/// # Errors
/// When the weights do not fit the sizes, or can't be read.
pub fn statistics(pretrained: &Pretrained) -> Result<Vec<Statistics>> {
    let line = |pair: &crate::Pair| {
        let numbers = pair.stored.read()?.to_kind(Kind::Float);
        let (std, mean) = numbers.std_mean(false);
        let number = |x: Tensor| x.double_value(&[]);
        Ok(Statistics {
            name: pair.name.clone(),
            stored_name: pair.stored.name.clone(),
            shape: pair.shape.clone(),
            stored_shape: pair.stored.shape.clone(),
            dtype: dtype(pair.stored.kind),
            count: pair.stored.count(),
            mean: number(mean),
            std: number(std),
        })
    };
    pretrained.pairs()?.iter().map(line).collect()
}

fn dtype(kind: Kind) -> &'static str {
    match kind {
        Kind::Float => "f32",
        Kind::Half => "f16",
        Kind::BFloat16 => "bf16",
        Kind::Double => "f64",
        _ => "other",
    }
}
