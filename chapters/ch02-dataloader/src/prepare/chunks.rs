//! Files, read in stretches that can be encoded one by one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use anyhow::{Context, Result};
use ch01::END_OF_TEXT;
use ch01::train::safe_cut;
use serde::{Deserialize, Serialize};

use super::DocumentRule;

/// A place in the row of all files' tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Which file, from 0
    pub file: usize,
    /// Where in it a stretch of text begins
    pub byte: u64,
    /// Tokens of this stretch that are before the place
    pub skip: u64,
}

/// A stretch of a file.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Its place in the row of all
    pub number: u64,
    /// Where it starts; `skip` is 0
    pub at: Position,
    /// What stands there
    pub text: Vec<u8>,
    /// Whether the file ends with it
    pub is_last: bool,
    /// How its documents are told apart
    pub rule: DocumentRule,
}

/// Cuts files where it makes no difference to the ids.
pub struct Chunks<'a> {
    files: &'a [PathBuf],
    rule: DocumentRule,
    in_parts: bool,
    size: usize,
    open: Option<File>,
    rest: Vec<u8>, // read, but behind the last cut
    at: Position,
    number: u64,
}

impl<'a> Chunks<'a> {
    /// The chunks from a place on, each of about `size` bytes. `in_parts` says whether the
    /// tokenizer leaves text as it is. If not, it may join what is before a cut with what is
    /// behind it, and a document must stay whole.
    pub fn new(
        files: &'a [PathBuf],
        from: Position,
        rule: DocumentRule,
        in_parts: bool,
        size: usize,
    ) -> Self {
        let at = Position { skip: 0, ..from };
        let (open, rest) = (None, Vec::new());
        Self { files, rule, in_parts, size, open, rest, at, number: 0 }
    }

    /// Fills `chunk` with the next one; `false` when there is none.
    pub fn read(&mut self, chunk: &mut Chunk) -> Result<bool> {
        let Some(path) = self.files.get(self.at.file) else { return Ok(false) };
        let context = || format!("cannot read {}", path.display());
        if self.open.is_none() {
            let mut file = File::open(path).with_context(context)?;
            file.seek(SeekFrom::Start(self.at.byte)).with_context(context)?;
            self.open = Some(file);
        }
        chunk.number = self.number;
        chunk.at = self.at;
        chunk.rule = self.rule.of(path);
        let cutter = Cutter::new(chunk.rule, self.in_parts);
        self.fill(chunk, &cutter).with_context(context)?;
        self.number += 1;
        self.at.byte += chunk.text.len() as u64;
        if chunk.is_last {
            self.open = None;
            self.at = Position { file: self.at.file + 1, ..Position::default() };
        }
        Ok(true)
    }

    /// Reads until there is a place to cut, or the file ends.
    fn fill(&mut self, chunk: &mut Chunk, cutter: &Cutter) -> io::Result<()> {
        let Some(file) = &mut self.open else { return Ok(()) };
        chunk.text.clear();
        chunk.text.append(&mut self.rest);
        let mut wanted = self.size.max(chunk.text.len() + 1);
        loop {
            let missing = (wanted - chunk.text.len()) as u64;
            file.take(missing).read_to_end(&mut chunk.text)?;
            chunk.is_last = chunk.text.len() < wanted;
            if chunk.is_last {
                return Ok(());
            }
            if let Some(cut) = cutter.cut(&chunk.text) {
                self.rest.extend_from_slice(&chunk.text[cut..]);
                chunk.text.truncate(cut);
                return Ok(());
            }
            wanted *= 2; // one long word, or one long line
        }
    }
}

/// Where a stretch may end.
enum Cutter {
    /// Where no token and no marker reaches across
    Safe([String; 1]),
    /// Behind a line
    Line,
    /// Nowhere
    Never,
}

impl Cutter {
    fn new(rule: DocumentRule, in_parts: bool) -> Self {
        match rule {
            DocumentRule::Lines | DocumentRule::Jsonl => Self::Line,
            _ if in_parts => Self::Safe([END_OF_TEXT.into()]),
            _ => Self::Never,
        }
    }

    fn cut(&self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Safe(markers) => safe_cut(text, markers),
            Self::Line => memchr::memrchr(b'\n', text).map(|end| end + 1),
            Self::Never => None,
        }
    }
}
