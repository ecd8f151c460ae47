//! One step down.

use anyhow::{Result, ensure};
use tch::Tensor;

use crate::{Optimizer, clip_gradients};

/// What one step saw on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent {
    /// The sum of the losses
    pub loss: f64,
    /// The common length of all gradients, before it was clipped
    pub gradient: f64,
}

// ANCHOR: descend
/// One step of `optimizer` down the sum of `losses`, with learning rate `rate` and gradients of
/// a common length of at most `clip`.
///
/// Each loss is made, differentiated and forgotten before the next one, so a large batch can be
/// worked on in parts that fit into memory: let each part's loss be its share of the mean.
///
/// # Errors
/// When the loss or the gradient is not a number any more. Then nothing was moved.
pub fn descend(
    optimizer: &mut Optimizer,
    losses: impl IntoIterator<Item = Tensor>,
    clip: f64,
    rate: f64,
) -> Result<Descent> {
    let mut gradients: Vec<Tensor> = Vec::new();
    let mut sum = 0.0;
    for loss in losses {
        gradients = add(gradients, optimizer.gradients(&loss));
        sum += loss.double_value(&[]);
    }
    let length = clip_gradients(&mut gradients, clip);
    ensure!(
        sum.is_finite() && length.is_finite(),
        "the loss is {sum} and the gradient's length {length}"
    );
    optimizer.step(&mut gradients, rate);
    Ok(Descent { loss: sum, gradient: length })
}
// ANCHOR_END: descend

/// The sums of two rows of gradients, of which the first may be empty.
fn add(mut sums: Vec<Tensor>, gradients: Vec<Tensor>) -> Vec<Tensor> {
    if sums.is_empty() {
        return gradients;
    }
    let defined = sums.iter_mut().zip(gradients).filter(|(_, it)| it.defined());
    defined.for_each(|(sum, gradient)| *sum += gradient);
    sums
}
