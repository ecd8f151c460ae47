//! Text in chunks, so that it need not fit into memory.
//!
//! A chunk must end where a piece ends, and not in a special token, else cutting would change
//! what is counted. Where is that, if only the chunk is known?
//!
//! **Behind a letter or a number, where no letter and no number follows.** Proof, for GPT-2's
//! pattern and for cl100k's. A letter or a number stands in a piece that one of the pattern's
//! alternatives has matched, and in none of them does anything but a letter or a number follow
//! a letter or a number. So the whole text has a border there. What is before it gives the same
//! pieces alone: the only alternatives that look further than they take are `\s+(?!\S)` and
//! cl100k's `\s+$`, and they look at what is behind white space. What is behind it gives the same pieces alone,
//! because no alternative looks back. ∎
//!
//! With special tokens the text is cut at these first, and a place inside of one must not be
//! taken. If no special token's text reaches across the place, then the leftmost-longest search
//! finds the same ones on both sides as in the whole.
//!
//! Bytes that are not UTF-8 end a piece as well. A place between two whole characters is never
//! in the middle of such bytes, because a character's first byte is never another's later one.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result};

use super::TrainOptions;
use crate::classes::{Class, class};

// ANCHOR: safe_cut
/// The last place in `text` where a chunk may end: the pieces before it and the pieces behind it
/// are the pieces of the whole, whatever follows `text`. `None` if there is no such place.
pub fn safe_cut(text: &[u8], specials: &[String]) -> Option<usize> {
    let longest = specials.iter().map(String::len).max().unwrap_or(0);
    // What stands here may reach so far beyond the end, unseen.
    let reach = longest.saturating_sub(1).max(MAX_CHARACTER);
    (1..=text.len().saturating_sub(reach)).rev().find(|&place| {
        character_before(text, place).is_some_and(is_word)
            && character_at(text, place).is_some_and(|next| !is_word(next))
            && !specials.iter().any(|special| crosses(text, place, special))
    })
}
// ANCHOR_END: safe_cut

/// The longest character of UTF-8 has four bytes.
const MAX_CHARACTER: usize = 4;

/// Whether this is a letter or a number, as the patterns understand them.
fn is_word(character: char) -> bool {
    matches!(class(character.into()), Class::Letter | Class::Number)
}

/// The character that starts at `place`, if it is one.
fn character_at(text: &[u8], place: usize) -> Option<char> {
    let end = text.len().min(place + MAX_CHARACTER);
    text[place..end].utf8_chunks().next()?.valid().chars().next()
}

/// The character that ends at `place`, if it is one.
fn character_before(text: &[u8], place: usize) -> Option<char> {
    let earliest = place.saturating_sub(MAX_CHARACTER);
    let start = (earliest..place).rev().find(|&i| text[i] & 0xC0 != 0x80)?;
    let mut characters = str::from_utf8(&text[start..place]).ok()?.chars();
    characters.next_back()
}

/// Whether `special` stands in `text` across `place`.
fn crosses(text: &[u8], place: usize, special: &str) -> bool {
    let inside = special.len().saturating_sub(1);
    let start = place.saturating_sub(inside);
    let end = text.len().min(place + inside);
    let mut windows = text[start..end].windows(special.len().max(1));
    windows.any(|window| window == special.as_bytes())
}

/// Files in chunks, each file a text of its own.
pub(super) struct Files<'a> {
    /// Those that were not opened yet.
    paths: VecDeque<&'a Path>,
    open: Option<Box<dyn Read + Send>>,
    /// What was read behind the last safe place.
    rest: Vec<u8>,
    bytes: u64,
    options: &'a TrainOptions,
}

impl<'a> Files<'a> {
    /// Nothing is read yet, but a missing file is an error.
    pub(super) fn new(
        paths: &'a [impl AsRef<Path>],
        options: &'a TrainOptions,
    ) -> Result<Self> {
        let paths: VecDeque<&Path> = paths.iter().map(AsRef::as_ref).collect();
        let mut bytes = 0;
        for path in paths.iter().filter(|path| !is_standard_input(path)) {
            bytes += path.metadata().with_context(|| cannot_read(path))?.len();
        }
        Ok(Self { paths, open: None, rest: Vec::new(), bytes, options })
    }

    /// The size of all files together.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Puts the next chunk into `chunk`; it stays empty after the last.
    pub(super) fn read(&mut self, chunk: &mut Vec<u8>) -> Result<()> {
        chunk.clear();
        while let Some(&path) = self.paths.front() {
            if let Err(error) = self.read_from(path, chunk) {
                self.paths.clear(); // the other threads need not go on
                return Err(error).with_context(|| cannot_read(path));
            }
            if !chunk.is_empty() {
                return Ok(());
            }
            self.open = None;
            self.paths.pop_front();
        }
        Ok(())
    }

    /// Puts the next chunk of this file into `chunk`, or nothing.
    ///
    /// A chunk grows until it has a safe place: a text without one has to be kept whole.
    fn read_from(&mut self, path: &Path, chunk: &mut Vec<u8>) -> io::Result<()> {
        let file = match &mut self.open {
            Some(file) => file,
            closed => closed.insert(open(path)?),
        };
        chunk.append(&mut self.rest);
        let mut wanted = self.options.chunk.max(1);
        loop {
            let missing = wanted.saturating_sub(chunk.len()) as u64;
            file.take(missing).read_to_end(chunk)?;
            if chunk.len() < wanted {
                return Ok(()); // the end: all that is left
            }
            if let Some(cut) = safe_cut(chunk, &self.options.specials) {
                self.rest.extend_from_slice(&chunk[cut..]);
                chunk.truncate(cut);
                return Ok(());
            }
            wanted = 2 * chunk.len();
        }
    }
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    Ok(match is_standard_input(path) {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(path)?),
    })
}

fn cannot_read(path: &Path) -> String {
    format!("cannot read {}", path.display())
}

/// A text that is in memory, cut into chunks of about `size` bytes.
pub(super) fn chunks_of<'a>(
    mut text: &'a str,
    specials: &[String],
    size: usize,
) -> Vec<&'a str> {
    let mut chunks = Vec::new();
    let mut wanted = size.max(1);
    while text.len() > wanted {
        match safe_cut(&text.as_bytes()[..wanted], specials) {
            Some(cut) => {
                chunks.push(&text[..cut]);
                text = &text[cut..];
                wanted = size.max(1);
            }
            None => wanted *= 2,
        }
    }
    chunks.push(text);
    chunks
}
