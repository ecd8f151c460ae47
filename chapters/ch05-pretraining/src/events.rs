//! Numbers for TensorBoard.
//!
//! TensorBoard reads *event files*. Each record in one is
//!
//! ```text
//! length (8 bytes) | checksum of the length (4) | the event (length) | checksum of the event (4)
//! ```
//!
//! and the event is a message of Protocol Buffers. The checksums are CRC-32C, masked as
//! TensorFlow's records are.
//!
//! Source: TensorFlow, `core/lib/io/record_writer.h`, `core/util/event.proto` and
//! `core/framework/summary.proto`.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use prost::Message;

/// What every event file's name begins with.
pub(crate) const PREFIX: &str = "events.out.tfevents.";
/// How long an event may wait until it is in the file.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Message)]
struct Event {
    /// Seconds since 1970
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    /// In the first event of a file
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
    #[prost(message, optional, tag = "7")]
    session: Option<SessionLog>,
}

#[derive(Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    values: Vec<Value>,
}

#[derive(Message)]
struct Value {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, optional, tag = "2")]
    number: Option<f32>,
}

#[derive(Message)]
struct SessionLog {
    #[prost(int32, tag = "1")]
    status: i32,
}

/// A run begins, or goes on. What was written before for this step and later ones is void.
const STARTED: i32 = 1;

/// A file of events in a run's folder, for `tensorboard --logdir`.
///
/// The file is opened for each write and closed again: a checkpoint takes the place of the whole
/// folder, and brings the file with it.
#[derive(Debug)]
pub struct EventLog {
    path: PathBuf,
    waiting: Vec<u8>,
    written: Instant,
}

impl EventLog {
    /// A new file in `folder`, which need not exist yet. If the run goes on after `step` steps,
    /// TensorBoard forgets what came later.
    ///
    /// # Errors
    /// When it can't be written; the sentence names it.
    pub fn begin(folder: &Path, step: i64) -> Result<Self> {
        let path = folder.join(format!("{PREFIX}{:010}.ch05", now() as u64));
        let mut log = Self { path, waiting: Vec::new(), written: Instant::now() };
        let version = Some("brain.Event:2".to_owned());
        log.push(Event { file_version: version, ..Event::default() });
        if step > 0 {
            let session = Some(SessionLog { status: STARTED });
            log.push(Event { step: step + 1, session, ..Event::default() });
        }
        log.flush()?;
        Ok(log)
    }

    /// Notes these numbers, by name, after `step` steps. A slash in a name makes a group.
    ///
    /// # Errors
    /// When the file can't be written; the sentence names it.
    pub fn add(&mut self, step: i64, numbers: &[(&str, f64)]) -> Result<()> {
        let value = |&(tag, number): &(&str, f64)| Value {
            tag: tag.to_owned(),
            number: Some(number as f32),
        };
        let summary = Summary { values: numbers.iter().map(value).collect() };
        self.push(Event { step, summary: Some(summary), ..Event::default() });
        match self.written.elapsed() >= PATIENCE {
            true => self.flush(),
            false => Ok(()),
        }
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// When the file can't be written; the sentence names it.
    pub fn flush(&mut self) -> Result<()> {
        let cannot = || format!("cannot write {}", self.path.display());
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(cannot)?;
        let file = OpenOptions::new().append(true).create(true).open(&self.path);
        file.and_then(|mut file| file.write_all(&self.waiting))
            .with_context(cannot)?;
        self.waiting.clear();
        self.written = Instant::now();
        Ok(())
    }

    fn push(&mut self, event: Event) {
        let event = Event { wall_time: now(), ..event }.encode_to_vec();
        let length = (event.len() as u64).to_le_bytes();
        for part in [&length[..], &event] {
            self.waiting.extend_from_slice(part);
            self.waiting.extend(masked_checksum(part).to_le_bytes());
        }
    }
}

impl Drop for EventLog {
    /// A run that ends early leaves what it knew.
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

/// A checksum of a text that holds checksums itself would say little, so TensorFlow turns and
/// shifts it.
fn masked_checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Seconds since 1970.
fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}
