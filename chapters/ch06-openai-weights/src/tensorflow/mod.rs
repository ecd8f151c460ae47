//! TensorFlow's checkpoint format, read without TensorFlow.
//!
//! A checkpoint is two files: `….data-00000-of-00001` holds nothing but the numbers of all
//! tensors, one after the other, and `….index` says which tensor lies where. Three layers, a
//! module each:
//!
//! 1. [`table`]: the index is a table of LevelDB's, sorted keys with a value each.
//! 2. [`message`]: a value is a message of Protocol Buffers.
//! 3. [`bundle`]: the messages say shape, file, offset, size and checksum of a tensor.
//!
//! Sources: TensorFlow's `tensor_bundle.proto` and `tensor_bundle.h`; LevelDB's
//! `doc/table_format.md`; "Encoding" in the documentation of Protocol Buffers.

pub mod bundle;
pub mod message;
pub mod table;

/// The checksum that LevelDB and TensorFlow keep beside data: the CRC-32C, turned by 15 bits
/// and moved on by a constant, so that a checksum of data that holds checksums stays good.
pub fn masked_crc32c(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}
