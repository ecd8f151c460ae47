//! The first 64 bytes of a shard say what follows.

use anyhow::{Result, bail, ensure};

use super::Fingerprint;

/// What a shard begins with.
pub const MAGIC: [u8; 8] = *b"LLMTOKEN";
/// The form that this program writes.
const VERSION: u32 = 1;
/// Where the tokens begin.
pub const HEADER_BYTES: usize = 64;

// ANCHOR: width
/// How many bytes an id takes on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// `u16`: for vocabularies of at most 65,536 ids, so for GPT-2's
    Two,
    /// `u32`: for larger ones
    Four,
}
// ANCHOR_END: width

impl Width {
    /// The smaller one, if all ids of such a vocabulary fit.
    pub fn for_ids(ids: u32) -> Self {
        if ids <= 1 << 16 { Self::Two } else { Self::Four }
    }

    /// The number itself.
    pub fn bytes(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Four => 4,
        }
    }
}

// ANCHOR: header
/// What a shard says about itself. All numbers are little-endian.
///
/// | bytes | what |
/// |---|---|
/// | 0–7 | the letters `LLMTOKEN` |
/// | 8–11 | version: 1 |
/// | 12–15 | bytes for each token: 2 or 4 |
/// | 16–23 | number of tokens |
/// | 24–31 | number of documents that end in the shard |
/// | 32–39 | hash of the vocabulary |
/// | 40–43 | number of ids in the vocabulary |
/// | 44–47 | the id that ends a document |
/// | 48–51 | CRC-32 of the tokens |
/// | 52–59 | zero |
/// | 60–63 | CRC-32 of bytes 0–59 |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Bytes for each token
    pub width: Width,
    /// How many tokens follow
    pub tokens: u64,
    /// How many of them end a document
    pub documents: u64,
    /// The vocabulary that the ids belong to
    pub vocabulary: Fingerprint,
    /// The id that ends a document
    pub end_of_text: u32,
    /// CRC-32 of the tokens' bytes
    pub checksum: u32,
}
// ANCHOR_END: header

impl Header {
    /// The header as it stands on disk.
    pub fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        let mut put = |at: usize, value: &[u8]| {
            bytes[at..at + value.len()].copy_from_slice(value);
        };
        put(0, &MAGIC);
        put(8, &VERSION.to_le_bytes());
        put(12, &(self.width.bytes() as u32).to_le_bytes());
        put(16, &self.tokens.to_le_bytes());
        put(24, &self.documents.to_le_bytes());
        put(32, &self.vocabulary.hash.to_le_bytes());
        put(40, &self.vocabulary.ids.to_le_bytes());
        put(44, &self.end_of_text.to_le_bytes());
        put(48, &self.checksum.to_le_bytes());
        let checksum = crc32fast::hash(&bytes[..60]);
        bytes[60..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads a header.
    ///
    /// # Errors
    /// When it is none, or one that this program does not understand; the sentence says why, and
    /// the caller adds which file it is.
    pub fn from_bytes(bytes: &[u8; HEADER_BYTES]) -> Result<Self> {
        let u32_at = |at: usize| u32::from_le_bytes(array(bytes, at));
        let u64_at = |at: usize| u64::from_le_bytes(array(bytes, at));
        ensure!(
            bytes[..8] == MAGIC,
            "it is no token shard: `ch02 prepare` makes them from text"
        );
        let version = u32_at(8);
        ensure!(
            version == VERSION,
            "it has version {version} and this program knows {VERSION}: prepare it anew"
        );
        ensure!(
            u32_at(60) == crc32fast::hash(&bytes[..60]),
            "its header is damaged: prepare it anew"
        );
        let width = match u32_at(12) {
            2 => Width::Two,
            4 => Width::Four,
            other => bail!("it has tokens of {other} bytes, but there are 2 and 4"),
        };
        Ok(Self {
            width,
            tokens: u64_at(16),
            documents: u64_at(24),
            vocabulary: Fingerprint { hash: u64_at(32), ids: u32_at(40) },
            end_of_text: u32_at(44),
            checksum: u32_at(48),
        })
    }
}

/// The `N` bytes that start at `at`.
fn array<const N: usize>(bytes: &[u8; HEADER_BYTES], at: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes[at + i])
}
