//! One step down.

use anyhow::{Result, ensure};
use tch::Tensor;

use crate::{ByHand, Forward, Optimizer, clip_gradients};

/// What one step saw on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent {
    /// The sum of the losses
    pub loss: f64,
    /// The common length of all gradients, before it was clipped
    pub gradient: f64,
}

/// A loss that knows a way back to the parameters.
pub enum Loss {
    /// That of autograd
    Graph(Tensor),
    /// The one by hand
    ByHand(ByHand, Forward),
}

impl From<Tensor> for Loss {
    fn from(loss: Tensor) -> Self {
        Self::Graph(loss)
    }
}

impl Loss {
    /// Its value, and how fast it grows with each of `optimizer`'s parameters.
    pub fn gradients(self, optimizer: &Optimizer) -> (f64, Vec<Tensor>) {
        match self {
            Self::Graph(loss) => {
                (loss.double_value(&[]), optimizer.gradients(&loss))
            }
            Self::ByHand(model, forward) => {
                let loss = forward.loss.double_value(&[]);
                (loss, optimizer.in_order(model.backward(forward)))
            }
        }
    }
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
    losses: impl IntoIterator<Item = impl Into<Loss>>,
    clip: f64,
    rate: f64,
) -> Result<Descent> {
    let mut gradients: Vec<Tensor> = Vec::new();
    let mut sum = 0.0;
    for loss in losses {
        let (value, slopes) = loss.into().gradients(optimizer);
        gradients = add(gradients, slopes);
        sum += value;
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
