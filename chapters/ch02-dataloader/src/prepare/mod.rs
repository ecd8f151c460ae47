//! Any number of texts to a folder of token shards.
//!
//! Everything happens at once: while one thread encodes a stretch of text, another reads the
//! next, or writes the one before. A fixed number of buffers goes round between them, so memory
//! is flat however large the files are:
//!
//! ```text
//!       ┌────────────── empty buffers ◄────────────┐
//!       ▼                                          │
//!   read a chunk ──► encode it ──► put in order ──► write
//!   (one at a time)  (all threads)       (one thread)
//! ```
//!
//! The result does not depend on the number of threads. Each finished shard is noted in
//! `manifest.json`, with the place where the next one begins, so that a stopped run goes on there.

mod chunks;
mod manifest;
mod output;
mod pipeline;
mod rule;

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, ensure};
use ch01::{END_OF_TEXT, Normalization, Tokenizer};

pub use chunks::Position;
pub use manifest::{Entry, InputFile, Manifest, Recipe};
pub use rule::DocumentRule;

use chunks::Chunks;
use output::Output;
use rule::Encoder;

use crate::shards::{Fingerprint, Width};

/// How to prepare.
#[derive(Clone, Debug)]
pub struct PrepareOptions {
    /// How documents are told apart
    pub documents: DocumentRule,
    /// Tokens of a full shard
    pub shard_tokens: u64,
    /// How many threads encode
    pub threads: usize,
    /// About how many bytes are encoded at once
    pub chunk: usize,
}

impl Default for PrepareOptions {
    /// Shards of 100 million tokens, and all cores.
    fn default() -> Self {
        Self {
            documents: DocumentRule::default(),
            shard_tokens: 100_000_000,
            threads: thread::available_parallelism().map_or(1, NonZero::get),
            chunk: 1 << 18, // text, ids and tables fit together into a core's cache
        }
    }
}

/// How far the work has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of text that are done
    pub bytes: u64,
    /// The bytes of all files
    pub of: u64,
    /// Shards that are finished
    pub shards: usize,
}

/// Fills `folder` with the tokens of `files`, and says what is in it. If the folder already
/// holds some of these shards, they are kept; if it holds all, nothing is done.
///
/// `progress` hears of every chunk. An error of its stops the work, as a power cut would.
///
/// # Errors
/// When a file can't be read or is not UTF-8, when the folder holds something else, when there is
/// no text, or when the vocabulary has no `<|endoftext|>`.
pub fn prepare(
    files: &[PathBuf],
    folder: &Path,
    tokenizer: &Tokenizer,
    options: &PrepareOptions,
    progress: impl FnMut(Progress) -> Result<()>,
) -> Result<Manifest> {
    ensure!(options.shard_tokens > 0, "a shard holds at least one token");
    let end_of_text = tokenizer.special_id(END_OF_TEXT).with_context(|| {
        format!("the vocabulary has no {END_OF_TEXT}, which ends a document")
    })?;
    let vocabulary = Fingerprint::of(tokenizer);
    let inputs: Result<Vec<_>> =
        files.iter().map(|file| InputFile::of(file)).collect();
    let recipe = Recipe {
        vocabulary: vocabulary.to_string(),
        documents: options.documents,
        shard_tokens: options.shard_tokens,
        files: inputs?,
    };
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let manifest = Manifest::resume(folder, recipe)?;
    if manifest.complete {
        return Ok(manifest);
    }
    manifest.write(folder)?;

    let in_parts = tokenizer.normalization() == Normalization::None;
    let (rule, from) = (options.documents, manifest.next());
    let chunks = Chunks::new(files, from, rule, in_parts, options.chunk);
    let width = Width::for_ids(vocabulary.ids);
    let encoder = Encoder { tokenizer, end_of_text, width };
    let output = Output::new(folder, manifest, vocabulary, end_of_text);
    pipeline::run(files, chunks, &encoder, output, options.threads, progress)
}
