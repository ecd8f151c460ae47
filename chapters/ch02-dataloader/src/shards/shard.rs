//! One shard, mapped into memory.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use ch01::Tokenizer;
use memmap2::Mmap;

use super::header::HEADER_BYTES;
use super::{Fingerprint, Header, Width};

// ANCHOR: shard
/// A file of tokens that looks like memory. Opening it reads 64 bytes; the system fetches the
/// rest page by page when somebody looks there, and forgets it when memory runs short.
#[derive(Debug)]
pub struct Shard {
    path: PathBuf,
    map: Mmap,
    header: Header,
}
// ANCHOR_END: shard

impl Shard {
    /// Opens a shard.
    ///
    /// # Errors
    /// When it can't be read, is no shard, is damaged or is shorter than it says; the sentence
    /// names the file.
    pub fn open(path: &Path) -> Result<Self> {
        let map =
            map(path).with_context(|| format!("cannot read {}", path.display()))?;
        let header = check(&map)
            .with_context(|| format!("cannot use {}", path.display()))?;
        Ok(Self { path: path.into(), map, header })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says about itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How many tokens it holds.
    pub fn tokens(&self) -> usize {
        self.token_bytes().len() / self.header.width.bytes()
    }

    fn token_bytes(&self) -> &[u8] {
        &self.map[HEADER_BYTES..]
    }

    // ANCHOR: read
    /// Appends the ids in `range`, as a tensor wants them.
    ///
    /// # Panics
    /// When the range reaches beyond the end.
    pub fn read(&self, range: Range<usize>, ids: &mut Vec<i64>) {
        let width = self.header.width.bytes();
        let bytes = &self.token_bytes()[range.start * width..range.end * width];
        match self.header.width {
            Width::Two => {
                let tokens = bytes.as_chunks().0.iter();
                ids.extend(tokens.map(|&id| i64::from(u16::from_le_bytes(id))));
            }
            Width::Four => {
                let tokens = bytes.as_chunks().0.iter();
                ids.extend(tokens.map(|&id| i64::from(u32::from_le_bytes(id))));
            }
        }
    }
    // ANCHOR_END: read

    /// Tells the system that reads will jump about. Otherwise, where one page is looked at, it
    /// fetches those around it as well, and most of that work is for nothing.
    pub fn expect_jumps(&self) {
        #[cfg(unix)]
        let _ = self.map.advise(memmap2::Advice::Random); // it is free not to listen
    }

    /// Where each document starts, found by reading all tokens. The last one may lack its end,
    /// if the shard is cut there.
    pub fn document_starts(&self) -> Vec<usize> {
        let end = self.header.end_of_text;
        let ends: Vec<usize> = match self.header.width {
            Width::Two => places(self.token_bytes().as_chunks().0, |id| {
                u32::from(u16::from_le_bytes(id)) == end
            }),
            Width::Four => places(self.token_bytes().as_chunks().0, |id| {
                u32::from_le_bytes(id) == end
            }),
        };
        let starts = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
        starts.filter(|&start| start < self.tokens()).collect()
    }

    /// Reads all tokens and compares their checksum with the header's.
    ///
    /// # Errors
    /// When they differ.
    pub fn verify(&self) -> Result<()> {
        ensure!(
            crc32fast::hash(self.token_bytes()) == self.header.checksum,
            "{} is damaged: its tokens are not those that were written; prepare it anew",
            self.path.display()
        );
        Ok(())
    }

    /// Makes sure that the ids mean what they mean to `tokenizer`.
    ///
    /// # Errors
    /// When the shard was made with another vocabulary.
    pub fn expect_vocabulary(&self, tokenizer: &Tokenizer) -> Result<()> {
        let (its, wanted) = (self.header.vocabulary, Fingerprint::of(tokenizer));
        ensure!(
            its == wanted,
            "{} was made with another vocabulary: its own is {its}, the one in use is {wanted}; \
             name the right one with --vocab",
            self.path.display()
        );
        Ok(())
    }
}

/// The places where `holds` does.
fn places<const N: usize>(
    tokens: &[[u8; N]],
    holds: impl Fn([u8; N]) -> bool,
) -> Vec<usize> {
    let places = tokens.iter().enumerate().filter(|&(_, &id)| holds(id));
    places.map(|(place, _)| place).collect()
}

#[allow(unsafe_code)]
fn map(path: &Path) -> std::io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: nobody changes the bytes under the map. Shards are written under another name and
    // renamed when they are complete (`ShardWriter`); a new one replaces the name, never the
    // bytes. Every bit pattern is a token, and each range is checked against the length.
    unsafe { Mmap::map(&file) }
}

/// The header, if the file is as long as it says.
fn check(map: &[u8]) -> Result<Header> {
    let Some(bytes) = map.first_chunk() else {
        anyhow::bail!(
            "it is no token shard: it has {} bytes, and a header has {HEADER_BYTES}",
            map.len()
        )
    };
    let header = Header::from_bytes(bytes)?;
    let expected = header
        .tokens
        .checked_mul(header.width.bytes() as u64)
        .and_then(|bytes| bytes.checked_add(HEADER_BYTES as u64));
    ensure!(
        expected == Some(map.len() as u64),
        "it has {} bytes, but its header promises {} tokens of {} bytes: it was cut off or \
         written to; prepare it anew",
        map.len(),
        header.tokens,
        header.width.bytes()
    );
    Ok(header)
}
