//! Duplicates: documents that say the same, and documents that say nearly the same.
//!
//! 1. [`Exact`] finds texts that are equal but for capitals and white space.
//! 2. [`Shingles`] are the overlapping runs of words of a text; [`Shingles::jaccard`] says how much
//!    two texts have in common.
//! 3. [`MinHash`] draws a short signature from a set. Two signatures agree as often as the sets do.
//! 4. [`Bands`] sorts signatures into buckets, so that only likely pairs are compared.
//! 5. [`Groups`] joins pairs into groups.
//! 6. [`Near`] puts these together.
//!
//! Sources: Broder (1997), "On the Resemblance and Containment of Documents"; Indyk and Motwani
//! (1998), "Approximate Nearest Neighbors"; Leskovec, Rajaraman and Ullman (2020), "Mining of
//! Massive Datasets", chapter 3; for language models Lee et al. (2022), "Deduplicating Training
//! Data Makes Language Models Better", arXiv:2107.06499.

mod bands;
mod exact;
mod groups;
mod minhash;
mod near;
mod shingles;

pub use bands::Bands;
pub use exact::Exact;
pub use groups::Groups;
pub use minhash::{MinHash, estimate};
pub use near::{Near, NearOptions};
pub use shingles::{Shingles, Unit};
