//! Reading, encoding and writing at the same time.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use super::Progress;
use super::chunks::{Chunk, Chunks, Position};
use super::manifest::Manifest;
use super::output::Output;
use super::rule::{Encoder, Stretch};
use crate::shards::append_encoded;

/// Buffers for each thread: one to work on, one that waits to be written, one to spare.
const BUFFERS: usize = 3;

/// A buffer that goes round: text comes in, tokens go out.
#[derive(Default)]
struct Job {
    chunk: Chunk,
    ids: Vec<u32>,
    tokens: Vec<u8>,
    documents: u64,
}

/// Where threads take a buffer with text.
struct Intake<'a> {
    chunks: Chunks<'a>,
    empty: Receiver<Job>,
}

impl Intake<'_> {
    /// The next chunk, in a buffer that is free. Chunks are numbered in the order in which
    /// buffers are taken, so the one that must be written next always has a buffer: nobody
    /// waits for ever.
    fn next(&mut self) -> Result<Option<Job>> {
        let Ok(mut job) = self.empty.recv() else { return Ok(None) }; // it is all over
        Ok(self.chunks.read(&mut job.chunk)?.then_some(job))
    }
}

/// Encodes all chunks with so many threads, and writes the shards.
pub fn run(
    files: &[PathBuf],
    chunks: Chunks,
    encoder: &Encoder,
    output: Output,
    threads: usize,
    progress: impl FnMut(Progress) -> Result<()>,
) -> Result<Manifest> {
    let threads = threads.max(1);
    let (give_back, empty) = channel();
    for _ in 0..BUFFERS * threads {
        give_back.send(Job::default()).expect("`empty` is still here");
    }
    let intake = Mutex::new(Intake { chunks, empty });
    let (done, finished) = channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (intake, done) = (&intake, done.clone());
            scope.spawn(move || work(files, intake, encoder, &done));
        }
        drop(done);
        // When this returns, well or not, its ends of the channels are gone and all threads stop.
        collect(files, output, finished, give_back, progress)
    })
}

/// A thread: encodes chunks until there are no more.
fn work(
    files: &[PathBuf],
    intake: &Mutex<Intake>,
    encoder: &Encoder,
    done: &Sender<Result<Job>>,
) {
    let _alarm = Alarm(done);
    loop {
        let job = intake.lock().expect("no thread panics").next();
        let job = job
            .and_then(|job| job.map(|job| encode(files, encoder, job)).transpose());
        let Some(job) = job.transpose() else { return };
        let is_over = job.is_err();
        if done.send(job).is_err() || is_over {
            return;
        }
    }
}

/// Text to tokens, within one buffer.
fn encode(files: &[PathBuf], encoder: &Encoder, mut job: Job) -> Result<Job> {
    let Chunk { at, ref text, is_last, rule, .. } = job.chunk;
    let file = || files[at.file].display();
    // The standard library's check costs a twentieth of the time that encoding takes.
    let text = match simdutf8::compat::from_utf8(text) {
        Ok(text) => text,
        Err(error) => bail!(
            "{} is not UTF-8 text: see byte {}",
            file(),
            at.byte + error.valid_up_to() as u64
        ),
    };
    let stretch = Stretch { text, is_first: at.byte == 0, is_last };
    job.ids.clear();
    job.documents = encoder
        .encode(rule, &stretch, &mut job.ids)
        .with_context(|| format!("{}, byte {}", file(), at.byte))?;
    job.tokens.clear();
    append_encoded(encoder.width, &job.ids, &mut job.tokens);
    Ok(job)
}

/// Puts the chunks in order, writes them, and gives the buffers back.
fn collect(
    files: &[PathBuf],
    mut output: Output,
    finished: Receiver<Result<Job>>,
    give_back: Sender<Job>,
    mut progress: impl FnMut(Progress) -> Result<()>,
) -> Result<Manifest> {
    let sizes = output.manifest().recipe.files.iter().map(|file| file.bytes);
    let before: Vec<u64> = sizes
        .scan(0, |sum, bytes| {
            *sum += bytes;
            Some(*sum - bytes)
        })
        .collect();
    let of = output.manifest().recipe.files.iter().map(|file| file.bytes).sum();
    let mut early = BTreeMap::new();
    let mut next = 0;
    for job in finished {
        let job = job?;
        early.insert(job.chunk.number, job);
        while let Some(job) = early.remove(&next) {
            let at = job.chunk.at;
            output.push(at, &job.tokens, job.documents)?;
            let bytes = before[at.file] + at.byte + job.chunk.text.len() as u64;
            let shards = output.manifest().shards.len();
            progress(Progress { bytes, of, shards })?;
            next += 1;
            let _ = give_back.send(job); // nobody wants it at the end
        }
    }
    output.finish(Position { file: files.len(), ..Position::default() })
}

/// Tells the others when a thread panics: they would wait for its chunk for ever.
struct Alarm<'a>(&'a Sender<Result<Job>>);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.0.send(Err(anyhow!("a thread panicked")));
        }
    }
}
