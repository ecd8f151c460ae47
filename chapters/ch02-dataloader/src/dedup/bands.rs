//! Which pairs are worth a comparison: locality-sensitive hashing.

use twox_hash::XxHash3_64;

// ANCHOR: bands
/// A signature cut into bands of some rows each.
///
/// Two documents are compared when they agree in *all* rows of *any* band. Each row agrees with a
/// chance of their similarity `s`, so the chance of a comparison is an S-shaped curve,
/// `1 − (1 − sʳ)ᵇ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    /// How many bands, `b`
    pub bands: usize,
    /// Rows in each, `r`
    pub rows: usize,
}

impl Bands {
    /// The chance that two documents of this similarity are compared.
    pub fn chance(self, similarity: f64) -> f64 {
        let band_agrees = similarity.powf(self.rows as f64);
        1.0 - (1.0 - band_agrees).powf(self.bands as f64)
    }

    /// About where the curve is steepest: `(1 / b)^(1 / r)`.
    pub fn steepest(self) -> f64 {
        (1.0 / self.bands as f64).powf(1.0 / self.rows as f64)
    }
}
// ANCHOR_END: bands

// ANCHOR: keys
impl Bands {
    /// One key for each band: documents with an equal key meet in a bucket.
    ///
    /// # Panics
    /// When the signature is not `bands · rows` long.
    pub fn keys(self, signature: &[u32]) -> impl Iterator<Item = u64> {
        assert_eq!(signature.len(), self.length(), "bands · rows numbers");
        signature.chunks_exact(self.rows).map(|band| {
            let bytes: Vec<u8> =
                band.iter().flat_map(|x| x.to_le_bytes()).collect();
            XxHash3_64::oneshot(&bytes)
        })
    }
}
// ANCHOR_END: keys

impl Bands {
    /// How long a signature is: `b · r`.
    pub fn length(self) -> usize {
        self.bands * self.rows
    }
}

impl Default for Bands {
    /// 16 bands of 8 rows: what is alike by 0.8 is compared in 95 of 100 cases, what is alike by
    /// 0.5 in 6.
    fn default() -> Self {
        Self { bands: 16, rows: 8 }
    }
}
