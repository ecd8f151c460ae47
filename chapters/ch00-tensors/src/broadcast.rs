//! Broadcasting: how a smaller block reaches over a larger one.
//!
//! The rule has three lines. Write the two shapes below each other, flush right. Where one of
//! them has no axis, imagine a 1. Two lengths fit if they are equal or one of them is 1, and
//! the result has the larger one.

use anyhow::{Result, bail};

use crate::strided::Strided;

// ANCHOR: rule
/// The shape that two shapes have together.
///
/// ```
/// use ch00::broadcast::shape_after_broadcast;
/// assert_eq!(shape_after_broadcast(&[8, 1, 3], &[4, 1]).unwrap(), [8, 4, 3]);
/// assert!(shape_after_broadcast(&[2, 3], &[2]).is_err());
/// ```
///
/// # Errors
/// When two axes have different lengths and neither is 1.
pub fn shape_after_broadcast(a: &[usize], b: &[usize]) -> Result<Vec<usize>> {
    let axes = a.len().max(b.len());
    let length = |shape: &[usize], axis: usize| {
        let missing = axes - shape.len(); // axes to the left that this shape lacks
        axis.checked_sub(missing).map_or(1, |axis| shape[axis])
    };
    let together = |axis| match (length(a, axis), length(b, axis)) {
        (m, n) if m == n || n == 1 => Ok(m),
        (1, n) => Ok(n),
        (m, n) => bail!(
            "{a:?} and {b:?} don't fit: from the right, axis {} is {m} and {n}",
            axes - axis
        ),
    };
    (0..axes).map(together).collect()
}
// ANCHOR_END: rule

// ANCHOR: combine
/// Combines two blocks entry by entry, after both were stretched to their common
/// shape.
///
/// # Errors
/// When their shapes don't fit.
pub fn combine(
    a: &Strided,
    b: &Strided,
    operation: impl Fn(f32, f32) -> f32,
) -> Result<Strided> {
    let shape = shape_after_broadcast(a.shape(), b.shape())?;
    let [a, b] = [a.expand(&shape)?.entries(), b.expand(&shape)?.entries()];
    let pairs = a.into_iter().zip(b);
    let combined: Vec<f32> = pairs.map(|(x, y)| operation(x, y)).collect();
    Strided::new(combined, &shape)
}
// ANCHOR_END: combine
