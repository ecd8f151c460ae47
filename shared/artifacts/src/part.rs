//! A file that is not whole yet: `NAME.part`, and `NAME.part.json`, which says where it is from.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::sha256::{copy, hex};

/// What the beginning of a file was, so that no other file's end is put to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// The address it came from.
    pub url: String,
    /// The strong `ETag`, or else the `Last-Modified`, of what the server sent.
    pub validator: Option<String>,
    /// How many bytes the whole file has.
    pub total: Option<u64>,
}

/// A file on its way: what has arrived, and its checksum so far.
#[derive(Debug)]
pub(crate) struct Part {
    path: PathBuf,
    file: File,
    bytes: u64,
    hasher: Sha256,
    origin: Origin,
}

impl Part {
    /// The part of `target` that an earlier fetch left, or an empty one.
    pub fn open(target: &Path) -> io::Result<Self> {
        let path = beside(target, "part");
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).create(true).open(&path)?;
        let mut hasher = Sha256::new();
        let bytes = copy(&mut file, &mut hasher)?;
        let origin = fs::read(beside(&path, "json")).ok();
        let origin = origin.and_then(|it| serde_json::from_slice(&it).ok());
        Ok(Self { path, file, bytes, hasher, origin: origin.unwrap_or_default() })
    }

    /// How many bytes have arrived.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where they are from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The folder it is in.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Says where the bytes are from, before the first of them is written.
    pub fn set_origin(&mut self, origin: Origin) -> io::Result<()> {
        let json = serde_json::to_vec(&origin)?;
        self.origin = origin;
        fs::write(beside(&self.path, "json"), json)
    }

    /// Forgets what has arrived.
    pub fn restart(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.bytes = 0;
        self.hasher = Sha256::new();
        self.origin = Origin::default();
        Ok(())
    }

    /// Adds what comes next.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// The checksum of what has arrived.
    pub fn sha256(&self) -> String {
        hex(self.hasher.clone())
    }

    /// Gives the whole file its name.
    pub fn finish(self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        drop(self.file); // Windows renames no open file
        fs::rename(&self.path, target)?;
        remove(&beside(&self.path, "json"))
    }

    /// Removes it, if it is empty: nothing is left of a fetch that brought nothing.
    pub fn tidy(self) {
        if self.bytes == 0 {
            drop(self.file);
            let _ = remove(&self.path);
            let _ = remove(&beside(&self.path, "json"));
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// `PATH.ending`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(OsStr::new("."));
    name.push(ending);
    PathBuf::from(name)
}
