//! Unpacking a shape, with an error that names the axes.

use tch::Tensor;

/// The sizes of the `N` axes of `x`, which the caller calls `names`.
///
/// ```
/// use ch00::axes;
/// let x = tch::Tensor::zeros([2, 4, 3], tch::kind::FLOAT_CPU);
/// let [b, t, c] = axes(&x, "x: (b, t, c)");
/// assert_eq!([b, t, c], [2, 4, 3]);
/// ```
///
/// # Panics
/// When `x` does not have `N` axes; the message repeats `names` and shows the true
/// shape.
#[track_caller]
pub fn axes<const N: usize>(x: &Tensor, names: &str) -> [i64; N] {
    let size = x.size();
    <[i64; N]>::try_from(size.as_slice()).unwrap_or_else(|_| {
        panic!("expected {names}, {N} axes, but its shape is {size:?}")
    })
}
