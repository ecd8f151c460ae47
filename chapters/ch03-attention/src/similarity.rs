//! Dot products as similarity, on six words in a plane.
//!
//! `a · b = |a| |b| cos φ`: large where two arrows are long and point the same way, 0 where they
//! stand at a right angle, negative where they point apart.

use tch::Tensor;

/// The words of [`vectors`].
pub const WORDS: [&str; 6] =
    ["lamp", "lighthouse", "keeper", "boat", "sea", "bread"];

/// Six words in a plane, `(t, c) = (6, 2)`: to the right lies what has to do with light, upwards
/// what has to do with water. Made up, so that the picture can be checked by eye.
pub fn vectors() -> Tensor {
    Tensor::from_slice2(&[
        [2.0f32, 0.1],
        [1.6, 1.4],
        [1.2, 0.3],
        [0.2, 1.7],
        [-0.3, 2.1],
        [-1.2, -0.8],
    ])
}
