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

/// What the threads share.
struct Shop<'a> {
    files: &'a [PathBuf],
    encoder: &'a Encoder<'a>,
    empty: Mutex<Receiver<Job>>,
    chunks: Mutex<Chunks<'a>>,
}

impl Shop<'_> {
    /// The next chunk, encoded in this buffer; `None` when there are no more.
    ///
    /// A chunk gets its number when it has a buffer already. So the one that must be written
    /// next always has one, and nobody waits for ever.
    fn serve(&self, mut job: Job) -> Result<Option<Job>> {
        let is_there =
            self.chunks.lock().expect("no thread panics").read(&mut job.chunk)?;
        is_there.then(|| encode(self.files, self.encoder, job)).transpose()
    }

    /// An empty buffer, as soon as there is one; `None` when it is all over.
    fn wait_for_buffer(&self) -> Option<Job> {
        self.empty.lock().expect("no thread panics").recv().ok()
    }

    /// An empty buffer, if there is one.
    fn buffer(&self) -> Option<Job> {
        self.empty.try_lock().ok()?.try_recv().ok()
    }
}

/// Encodes all chunks with so many threads, and writes the shards. The calling thread writes, and
/// encodes too while there is nothing to write.
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
    let (empty, chunks) = (Mutex::new(empty), Mutex::new(chunks));
    let shop = Shop { files, encoder, empty, chunks };
    let (done, finished) = channel();
    thread::scope(|scope| {
        for _ in 1..threads {
            let (shop, done) = (&shop, done.clone());
            scope.spawn(move || work(shop, &done));
        }
        drop(done);
        // When this returns, well or not, its ends of the channels are gone and all threads stop.
        let writer = Writer::new(output, give_back, progress);
        write(&shop, finished, writer)
    })
}

/// A thread that encodes until there are no more chunks.
fn work(shop: &Shop, done: &Sender<Result<Job>>) {
    let _alarm = Alarm(done);
    while let Some(buffer) = shop.wait_for_buffer() {
        let Some(job) = shop.serve(buffer).transpose() else { return };
        let is_over = job.is_err();
        if done.send(job).is_err() || is_over {
            return;
        }
    }
}

/// The thread that writes.
fn write<P: FnMut(Progress) -> Result<()>>(
    shop: &Shop,
    finished: Receiver<Result<Job>>,
    mut writer: Writer<P>,
) -> Result<Manifest> {
    loop {
        for job in finished.try_iter() {
            writer.take(job?)?;
        }
        match shop.buffer() {
            Some(buffer) => match shop.serve(buffer)? {
                Some(job) => writer.take(job)?,
                None => break, // what is left is with the others
            },
            None => match finished.recv() {
                Ok(job) => writer.take(job?)?,
                Err(_) => break,
            },
        }
    }
    for job in finished {
        writer.take(job?)?;
    }
    writer.output.finish(Position { file: shop.files.len(), ..Position::default() })
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

/// Puts chunks in order, writes them, and gives the buffers back.
struct Writer<'a, P> {
    output: Output<'a>,
    give_back: Sender<Job>,
    progress: P,
    /// Bytes of the files before each one
    before: Vec<u64>,
    of: u64,
    /// Chunks that came before their turn
    early: BTreeMap<u64, Job>,
    next: u64,
}

impl<'a, P: FnMut(Progress) -> Result<()>> Writer<'a, P> {
    fn new(output: Output<'a>, give_back: Sender<Job>, progress: P) -> Self {
        let mut of = 0;
        let sizes = output.manifest().recipe.files.iter().map(|file| file.bytes);
        let before = sizes.map(|bytes| {
            of += bytes;
            of - bytes
        });
        let before = before.collect();
        let (early, next) = (BTreeMap::new(), 0);
        Self { output, give_back, progress, before, of, early, next }
    }

    /// Writes this chunk and those that waited for it, or keeps it for later.
    fn take(&mut self, job: Job) -> Result<()> {
        self.early.insert(job.chunk.number, job);
        while let Some(job) = self.early.remove(&self.next) {
            let Chunk { at, ref text, .. } = job.chunk;
            self.output.push(at, &job.tokens, job.documents)?;
            let bytes = self.before[at.file] + at.byte + text.len() as u64;
            let shards = self.output.manifest().shards.len();
            (self.progress)(Progress { bytes, of: self.of, shards })?;
            self.next += 1;
            let _ = self.give_back.send(job); // nobody wants it at the end
        }
        Ok(())
    }
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
