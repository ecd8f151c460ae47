//! Token shards: ids on disk, ready to be mapped into memory.
//!
//! A shard is a [`Header`] of 64 bytes and then nothing but ids, each in two or four bytes. A
//! folder of shards also has a `manifest.json`, which says where they came from.

mod fingerprint;
mod header;
mod set;
mod shard;
mod writer;

pub use fingerprint::Fingerprint;
pub use header::{HEADER_BYTES, Header, Width};
pub use set::Shards;
pub use shard::Shard;
pub use writer::ShardWriter;

pub(crate) use writer::append_encoded;
