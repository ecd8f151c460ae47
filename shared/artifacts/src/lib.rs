//! Files from the network: whole, checked, or not at all.
//!
//! A [`Fetcher`] brings one file from the first of several addresses that has it. What arrives
//! goes to `NAME.part`, and only a whole file with the right checksum gets its name. An
//! interrupted fetch goes on where it stopped. [`unpack`] takes archives apart and lets nothing
//! out of its folder. None of this knows what the files are for: `datasets` does.

mod failure;
mod fetcher;
mod part;
mod patience;
mod sha256;
mod transfer;
mod unpack;

pub use fetcher::{Fetched, Fetcher, Remote};
pub use patience::Patience;
pub use sha256::sha256;
pub use unpack::{is_archive, unpack};
