//! What a folder of shards was made of, and how far the work has come.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::DocumentRule;
use super::chunks::Position;
use crate::shards::Shard;

/// The file's name.
const NAME: &str = "manifest.json";

/// The contents of `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// What the shards are made of
    pub recipe: Recipe,
    /// The finished shards, in order
    pub shards: Vec<Entry>,
    /// Whether these are all
    pub complete: bool,
}

/// All that decides which tokens come out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// The vocabulary's fingerprint
    pub vocabulary: String,
    /// How documents are told apart
    pub documents: DocumentRule,
    /// Tokens of a full shard
    pub shard_tokens: u64,
    /// The texts, in order
    pub files: Vec<InputFile>,
}

/// A text that shards are made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Where it was
    pub path: PathBuf,
    /// How long it was
    pub bytes: u64,
    /// When it was last written to, in seconds since 1970
    pub modified: u64,
}

impl InputFile {
    /// The file as it is now.
    pub fn of(path: &Path) -> Result<Self> {
        let context = || format!("cannot read {}", path.display());
        let data = fs::metadata(path).with_context(context)?;
        ensure!(data.is_file(), "{} is not a file", path.display());
        let modified = data.modified().ok();
        let age = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Self {
            path: path.into(),
            bytes: data.len(),
            modified: age.unwrap_or_default().as_secs(),
        })
    }
}

/// A finished shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name in the folder
    pub file: String,
    /// How many tokens it holds
    pub tokens: u64,
    /// How many documents end in it
    pub documents: u64,
    /// CRC-32 of its tokens
    pub checksum: u32,
    /// Where the next one begins
    pub next: Position,
}

impl Manifest {
    /// The manifest of a folder; `None` if there is none.
    ///
    /// # Errors
    /// When it can't be read or is none.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(NAME);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => {
                text.with_context(|| format!("cannot read {}", path.display()))?
            }
        };
        let manifest = serde_json::from_str(&text).with_context(|| {
            format!("{} is no manifest of token shards", path.display())
        })?;
        Ok(Some(manifest))
    }

    /// The manifest of a folder that holds what `recipe` gives, as far as it was made; else a
    /// new one.
    ///
    /// # Errors
    /// When the folder holds something else.
    pub fn resume(folder: &Path, recipe: Recipe) -> Result<Self> {
        let Some(mut found) = Self::read(folder)? else {
            return Ok(Self { recipe, shards: Vec::new(), complete: false });
        };
        ensure!(
            found.recipe == recipe,
            "{} holds shards made from other files or with other options, which {NAME} lists: \
             choose another --out, or remove the folder",
            folder.display()
        );
        let good = found.shards.iter().take_while(|entry| entry.is_good(folder));
        let good = good.count();
        if good < found.shards.len() {
            found.shards.truncate(good);
            found.complete = false;
        }
        Ok(found)
    }

    /// Puts it into the folder.
    ///
    /// # Errors
    /// When the disk is full or gone.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let (path, temporary) = (folder.join(NAME), folder.join("manifest.part"));
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(&temporary, text)
            .and_then(|()| fs::rename(&temporary, &path))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Where the next shard begins.
    pub fn next(&self) -> Position {
        self.shards.last().map(|entry| entry.next).unwrap_or_default()
    }

    /// The tokens of the finished shards.
    pub fn tokens(&self) -> u64 {
        self.shards.iter().map(|entry| entry.tokens).sum()
    }

    /// The documents that end in the finished shards.
    pub fn documents(&self) -> u64 {
        self.shards.iter().map(|entry| entry.documents).sum()
    }
}

impl Entry {
    /// Whether the shard is there, as it was written.
    fn is_good(&self, folder: &Path) -> bool {
        Shard::open(&folder.join(&self.file)).is_ok_and(|shard| {
            shard.header().tokens == self.tokens
                && shard.header().checksum == self.checksum
                && shard.verify().is_ok()
        })
    }
}
