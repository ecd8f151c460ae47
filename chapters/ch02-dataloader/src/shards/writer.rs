//! Writing a shard, a piece at a time.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::header::HEADER_BYTES;
use super::{Fingerprint, Header, Width};

/// Streams tokens into a file. Until [`finish`](Self::finish) it has another name, so that
/// nobody ever finds half a shard.
pub struct ShardWriter {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
    checksum: crc32fast::Hasher,
    header: Header,
}

impl ShardWriter {
    /// Begins a shard.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn create(
        path: &Path,
        vocabulary: Fingerprint,
        end_of_text: u32,
    ) -> Result<Self> {
        let temporary = path.with_extension("part");
        let mut file = File::create(&temporary).with_context(|| cannot(path))?;
        // The counts are known at the end; until then there is no header.
        file.write_all(&[0; HEADER_BYTES]).with_context(|| cannot(path))?;
        let header = Header {
            width: Width::for_ids(vocabulary.ids),
            tokens: 0,
            documents: 0,
            vocabulary,
            end_of_text,
            checksum: 0,
        };
        let checksum = crc32fast::Hasher::new();
        Ok(Self { path: path.into(), temporary, file, checksum, header })
    }

    /// How many tokens were written so far.
    pub fn tokens(&self) -> u64 {
        self.header.tokens
    }

    /// Appends ids.
    ///
    /// # Errors
    /// When the disk is full or gone.
    ///
    /// # Panics
    /// When an id is not in the vocabulary.
    pub fn push(&mut self, ids: &[u32]) -> Result<()> {
        let known = self.header.vocabulary.ids;
        assert!(ids.iter().all(|&id| id < known), "an id is {known} or more");
        let mut bytes = Vec::new();
        append_encoded(self.header.width, ids, &mut bytes);
        let ends = ids.iter().filter(|&&id| id == self.header.end_of_text);
        self.push_encoded(&bytes, ends.count() as u64)
    }

    /// Appends tokens that [`append_encoded`] has turned into bytes; `documents` of them end a
    /// document.
    pub(crate) fn push_encoded(
        &mut self,
        bytes: &[u8],
        documents: u64,
    ) -> Result<()> {
        self.file.write_all(bytes).with_context(|| cannot(&self.path))?;
        self.checksum.update(bytes);
        self.header.tokens += (bytes.len() / self.header.width.bytes()) as u64;
        self.header.documents += documents;
        Ok(())
    }

    // ANCHOR: finish
    /// Writes the header and gives the file its name.
    ///
    /// # Errors
    /// When the disk is full or gone.
    pub fn finish(mut self) -> Result<Header> {
        self.header.checksum = self.checksum.finalize();
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.file.write_all(&self.header.to_bytes()))
            .and_then(|()| fs::rename(&self.temporary, &self.path))
            .with_context(|| cannot(&self.path))?;
        Ok(self.header)
    }
    // ANCHOR_END: finish
}

fn cannot(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

/// Appends ids as they stand in a shard.
pub(crate) fn append_encoded(width: Width, ids: &[u32], bytes: &mut Vec<u8>) {
    match width {
        // Whoever chose the width has made sure that the ids fit.
        Width::Two => {
            bytes.extend(ids.iter().flat_map(|&id| (id as u16).to_le_bytes()));
        }
        Width::Four => bytes.extend(ids.iter().flat_map(|id| id.to_le_bytes())),
    }
}
