//! All shards of a data set.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use ch01::Tokenizer;

use super::Shard;
use crate::prepare::Manifest;

/// The shards of a data set, in order. All of them belong to one vocabulary.
#[derive(Debug)]
pub struct Shards(Vec<Shard>);

impl Shards {
    /// Opens a folder that `prepare` has filled, or a single shard.
    ///
    /// # Errors
    /// When the folder is not finished, or a shard is missing, damaged or of another vocabulary
    /// than the first one; the sentence names the file.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            return Ok(Self(vec![Shard::open(path)?]));
        }
        let manifest = Manifest::read(path)?.with_context(|| {
            let path = path.display();
            format!("{path} holds no manifest.json: fill it with `ch02 prepare`")
        })?;
        ensure!(
            manifest.complete,
            "{} is not finished: run the same `ch02 prepare` again, it goes on where it stopped",
            path.display()
        );
        let files = manifest.shards.iter().map(|shard| path.join(&shard.file));
        let shards: Result<_> = files.map(|file| Shard::open(&file)).collect();
        Self::new(shards?)
    }

    /// These shards.
    ///
    /// # Errors
    /// When there is none, or they belong to different vocabularies.
    pub fn new(shards: Vec<Shard>) -> Result<Self> {
        let first = shards.first().context("there is no shard")?.header();
        for shard in &shards {
            let header = shard.header();
            ensure!(
                (header.vocabulary, header.end_of_text)
                    == (first.vocabulary, first.end_of_text),
                "{} has another vocabulary than the shards before it: {}, not {}",
                shard.path().display(),
                header.vocabulary,
                first.vocabulary
            );
        }
        Ok(Self(shards))
    }

    /// One after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Shard> {
        self.0.iter()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Shard `i`.
    ///
    /// # Panics
    /// When there is none.
    pub fn get(&self, i: usize) -> &Shard {
        &self.0[i]
    }

    /// The tokens of all shards.
    pub fn tokens(&self) -> u64 {
        self.iter().map(|shard| shard.header().tokens).sum()
    }

    /// The documents of all shards.
    pub fn documents(&self) -> u64 {
        self.iter().map(|shard| shard.header().documents).sum()
    }

    /// Makes sure that the ids mean what they mean to `tokenizer`.
    ///
    /// # Errors
    /// When the shards were made with another vocabulary.
    pub fn expect_vocabulary(&self, tokenizer: &Tokenizer) -> Result<()> {
        self.get(0).expect_vocabulary(tokenizer) // the others have the first one's
    }
}
