//! Unpacking a shape, with an error that names the axes, and a tensor into equal parts.

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

/// `x` cut into `N` parts that are equally long along `axis`; a negative one counts from the end.
///
/// The parts share their numbers with `x`. It is one operation, so on the way back their gradients
/// are put side by side once. With `N` calls of `narrow` each would be laid into zeros as large as
/// `x`, and these be added.
///
/// # Panics
/// When the axis can't be cut evenly.
#[track_caller]
pub fn chunks<const N: usize>(x: &Tensor, axis: i64) -> [Tensor; N] {
    let n = N as i64;
    let size = x.size();
    let at = if axis < 0 { axis + x.dim() as i64 } else { axis } as usize;
    assert_eq!(size[at] % n, 0, "axis {axis} of {size:?} can't be cut into {n}");
    let parts = x.chunk(n, axis);
    std::array::from_fn(|i| parts[i].shallow_clone())
}
