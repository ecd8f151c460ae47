//! What a number is made of: kinds (dtypes) and what they keep.

use tch::{Kind, Tensor};

/// A kind of number, and what it keeps of three of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its name in libtorch.
    pub kind: Kind,
    /// Bytes for each number.
    pub bytes: usize,
    /// What it makes of [`PROBES`].
    pub kept: [f64; 3],
}

/// A fraction, a whole number that needs nine bits, and a large one.
pub const PROBES: [f64; 3] = [1.0 / 3.0, 257.0, 70_000.0];

/// The kinds that this book uses, and what each keeps.
pub fn kinds() -> Vec<Kept> {
    let kinds = [
        Kind::Double,
        Kind::Float,
        Kind::Half,
        Kind::BFloat16,
        Kind::Int64,
        Kind::Bool,
    ];
    let kept = |kind: Kind, x: f64| {
        Tensor::from(x).to_kind(kind).to_kind(Kind::Double).double_value(&[])
    };
    kinds
        .map(|kind| Kept {
            kind,
            bytes: kind.elt_size_in_bytes(),
            kept: PROBES.map(|x| kept(kind, x)),
        })
        .into()
}

/// What 1 becomes when 0.001 is added to it a thousand times, one after the other.
///
/// In `BFloat16` it stays 1: near 1 the next number is 1.0078, and 1.001 is rounded
/// back. This is why weights are kept in f32 even where the products are computed
/// in fewer bits.
pub fn thousand_small_steps(kind: Kind) -> f64 {
    let mut x = Tensor::from(1.0).to_kind(kind);
    for _ in 0..1000 {
        x += 0.001;
    }
    x.double_value(&[])
}
