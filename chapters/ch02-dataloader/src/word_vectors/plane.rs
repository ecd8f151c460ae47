//! Many channels, flattened to two: principal component analysis.

use tch::{Kind, Tensor};

// ANCHOR: plane
/// The shadow that points cast on the plane in which they lie furthest apart.
///
/// The points are moved so that their mean is 0. Then the singular value decomposition
/// `X = U S Vᵀ` names directions at right angles, the one with the largest spread first. The first
/// two span the plane. A direction may point either way, so each is turned until its largest entry
/// is positive.
///
/// Returns the shadows, `(n, 2)`, and the share of the whole spread that can be seen in them.
///
/// # Shapes
/// - `points`: `(n, c)`, with `n` and `c` at least 2
pub fn plane(points: &Tensor) -> (Tensor, f64) {
    let centred = points - points.mean_dim(0, true, Kind::Float); // (n, c)
    let (_u, s, v) = centred.svd(true, true); // s: (m), v: (c, m), with m = min(n, c)
    let axes = v.narrow(1, 0, 2).tr(); // (2, c)
    let largest = axes.abs().argmax(-1, true); // (2, 1)
    let axes = &axes * axes.gather(-1, &largest, false).sign(); // (2, c)
    let spread = s.square();
    let seen = spread.narrow(0, 0, 2).sum(Kind::Float) / spread.sum(Kind::Float);
    (centred.matmul(&axes.tr()), seen.double_value(&[])) // (n, c)·(c, 2) = (n, 2)
}
// ANCHOR_END: plane
