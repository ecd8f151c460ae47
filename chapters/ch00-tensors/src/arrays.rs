//! The same first steps in plain Rust arrays, with `ndarray`.
//!
//! `ndarray` knows shapes, broadcasting and matrix products. It knows no derivatives and no
//! GPU, and that is the whole reason this book stands on libtorch.

use ndarray::{Array1, Array2, Axis, array};

/// `(2, 3)`: 1 to 6, row by row.
pub fn counting() -> Array2<f32> {
    array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
}

/// Subtracts from every column its mean: `(2, 3) - (3)`, the row of means reaching
/// both rows.
pub fn centred(x: &Array2<f32>) -> Array2<f32> {
    let means: Array1<f32> =
        x.mean_axis(Axis(0)).unwrap_or_else(|| Array1::zeros(x.ncols())); // (3)
    x - &means // (2, 3)
}

/// `x xᵀ`: the dot product of every row with every row.
pub fn products(x: &Array2<f32>) -> Array2<f32> {
    x.dot(&x.t()) // (2, 3) · (3, 2) -> (2, 2)
}
