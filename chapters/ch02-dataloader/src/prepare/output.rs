//! Encoded chunks, one after the other, into shards.

use std::path::Path;

use anyhow::{Result, ensure};

use super::chunks::Position;
use super::manifest::{Entry, Manifest};
use crate::shards::{Fingerprint, ShardWriter, Width};

/// Writes shards of equal length, and notes each in the manifest once it is finished.
pub struct Output<'a> {
    folder: &'a Path,
    manifest: Manifest,
    vocabulary: Fingerprint,
    end_of_text: u32,
    shard: Option<ShardWriter>,
    /// Tokens that the shards already hold of the first chunk
    skip: u64,
}

impl<'a> Output<'a> {
    pub fn new(
        folder: &'a Path,
        manifest: Manifest,
        vocabulary: Fingerprint,
        end_of_text: u32,
    ) -> Self {
        let skip = manifest.next().skip;
        Self { folder, manifest, vocabulary, end_of_text, shard: None, skip }
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn width(&self) -> usize {
        Width::for_ids(self.vocabulary.ids).bytes()
    }

    /// Appends the tokens of the next chunk, which starts at `at`. So many documents end there.
    pub fn push(
        &mut self,
        at: Position,
        tokens: &[u8],
        documents: u64,
    ) -> Result<()> {
        let width = self.width();
        let total = (tokens.len() / width) as u64;
        let mut done = std::mem::take(&mut self.skip);
        while done < total {
            let size = self.manifest.recipe.shard_tokens;
            let shard = match &mut self.shard {
                Some(shard) => shard,
                none => none.insert(ShardWriter::create(
                    &self.folder.join(name(self.manifest.shards.len())),
                    self.vocabulary,
                    self.end_of_text,
                )?),
            };
            let end = total.min(done + size - shard.tokens());
            let part = &tokens[done as usize * width..end as usize * width];
            let documents = match part.len() == tokens.len() {
                true => documents,
                false => ends(part, width, self.end_of_text),
            };
            shard.push_encoded(part, documents)?;
            done = end;
            if shard.tokens() == size {
                self.finish_shard(Position { skip: done, ..at })?;
            }
        }
        Ok(())
    }

    /// Finishes the last shard, and with it the folder.
    pub fn finish(mut self, end: Position) -> Result<Manifest> {
        self.finish_shard(end)?;
        ensure!(
            !self.manifest.shards.is_empty(),
            "there is no text in these files"
        );
        self.manifest.complete = true;
        self.manifest.write(self.folder)?;
        Ok(self.manifest)
    }

    fn finish_shard(&mut self, next: Position) -> Result<()> {
        let Some(shard) = self.shard.take() else { return Ok(()) };
        let header = shard.finish()?;
        let file = name(self.manifest.shards.len());
        let (tokens, documents) = (header.tokens, header.documents);
        let checksum = header.checksum;
        let entry = Entry { file, tokens, documents, checksum, next };
        self.manifest.shards.push(entry);
        self.manifest.write(self.folder)
    }
}

/// What shard `i` is called.
fn name(i: usize) -> String {
    format!("{i:05}.tokens")
}

/// How many of these tokens end a document.
fn ends(tokens: &[u8], width: usize, end: u32) -> u64 {
    let count = if width == 2 {
        let ids = tokens.as_chunks().0.iter().map(|&id| u16::from_le_bytes(id));
        ids.filter(|&id| u32::from(id) == end).count()
    } else {
        let ids = tokens.as_chunks().0.iter().map(|&id| u32::from_le_bytes(id));
        ids.filter(|&id| id == end).count()
    };
    count as u64
}
