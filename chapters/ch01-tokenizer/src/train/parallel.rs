//! The fourth rung: all cores count, and all tables are flat.
//!
//! 1. The text comes in [chunks](super::chunks); each thread takes the next one and counts its
//!    pieces in a [table of its own](super::count), so nobody waits for anybody.
//! 2. The tables become one.
//! 3. The [joiner](super::joiner) learns the merges from it.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Result, ensure};

use super::TrainOptions;
use super::chunks::{Files, chunks_of};
use super::count::WordCounts;
use super::joiner::Joiner;
use super::options::Cutter;
use super::options::SIZES;
use crate::Vocabulary;

/// How far learning has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Pieces are being counted
    Counting {
        /// Bytes that were read
        bytes: u64,
        /// The bytes of all files
        of: u64,
    },
    /// Pairs are being joined
    Joining {
        /// The tokens there are
        tokens: usize,
        /// The tokens wanted
        of: usize,
    },
}

/// The tokens that `texts` teach.
pub(super) fn train<'a>(
    texts: impl Iterator<Item = &'a str>,
    options: &TrainOptions,
) -> Vocabulary {
    let chunks: Vec<&str> = texts
        .flat_map(|text| chunks_of(text, &options.specials, options.chunk))
        .collect();
    let bytes = chunks.iter().map(|chunk| chunk.len() as u64).sum();
    let cutter = options.cutter();
    let next = AtomicUsize::new(0);
    let counts = in_threads(options.threads_for(bytes), || {
        let mut counts = WordCounts::new();
        while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
            count_pieces(&cutter, chunk, &mut counts);
        }
        Ok(counts)
    });
    let joiner = counts.and_then(|counts| Joiner::new(counts, options));
    joiner.expect("the different words have less than 4 GiB").learn(|_| {})
}

/// Learns a vocabulary from files, as [`train`](super::train) does from texts. Each file is a
/// text of its own, and `-` is standard input.
///
/// Files are read in chunks and never held in memory; what is held are their different words.
/// Bytes that are not UTF-8 are passed over, and no piece reaches across them. `progress` hears
/// of every chunk and of every merge.
///
/// # Errors
/// When a file cannot be read, when `options.size` is below 256 or above two million, or when the different words
/// have 4 GiB together.
pub fn train_files(
    paths: &[impl AsRef<Path>],
    options: &TrainOptions,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Vocabulary> {
    let size = options.size;
    ensure!(
        SIZES.contains(&size),
        "a vocabulary has from {} to {} tokens, not {size}",
        SIZES.start(),
        SIZES.end()
    );
    let files = Files::new(paths, options)?;
    let (of, mut bytes) = (files.bytes(), 0);
    let counts = count_files(files, options, |read| {
        bytes += read;
        progress(Progress::Counting { bytes, of });
    })?;
    let joiner = Joiner::new(counts, options)?;
    Ok(joiner.learn(|tokens| progress(Progress::Joining { tokens, of: size })))
}

/// Counts the pieces of all files. `note` hears the size of every chunk.
fn count_files(
    files: Files<'_>,
    options: &TrainOptions,
    note: impl FnMut(u64) + Send,
) -> Result<WordCounts> {
    let cutter = options.cutter();
    let source = Mutex::new((files, note));
    in_threads(options.threads.max(1), || {
        let mut counts = WordCounts::new();
        let mut chunk = Vec::new();
        loop {
            {
                let (files, note) = &mut *source.lock().expect("no thread panics");
                files.read(&mut chunk)?;
                note(chunk.len() as u64);
            }
            if chunk.is_empty() {
                return Ok(counts);
            }
            for part in valid_parts(&chunk) {
                count_pieces(&cutter, part, &mut counts);
            }
        }
    })
}

/// Runs `count` on so many threads, and adds up their tables.
fn in_threads(
    threads: usize,
    count: impl Fn() -> Result<WordCounts> + Sync,
) -> Result<WordCounts> {
    if threads == 1 {
        return count();
    }
    thread::scope(|scope| {
        let workers: Vec<_> = (1..threads).map(|_| scope.spawn(&count)).collect();
        let mut sum = count()?;
        for worker in workers {
            sum.absorb(worker.join().expect("counting does not panic")?);
        }
        Ok(sum)
    })
}

/// Counts the pieces of a text.
fn count_pieces(cutter: &Cutter, text: &str, counts: &mut WordCounts) {
    let start = text.as_ptr().addr();
    cutter.each_piece(text, |piece| {
        counts.count(text.as_bytes(), piece.as_ptr().addr() - start, piece.len());
    });
}

/// What of a chunk is text: all of it, as a rule.
fn valid_parts(chunk: &[u8]) -> impl Iterator<Item = &str> {
    let whole = str::from_utf8(chunk); // checks much faster than it cuts
    let parts =
        whole.is_err().then(|| chunk.utf8_chunks().map(|part| part.valid()));
    whole.into_iter().chain(parts.into_iter().flatten())
}
