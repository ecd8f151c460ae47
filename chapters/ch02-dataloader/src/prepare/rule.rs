//! Where one document ends and the next begins.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use ch01::{END_OF_TEXT, Tokenizer};
use memchr::memmem;
use serde::{Deserialize, Serialize};

use crate::shards::Width;

/// How the documents of a file are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentRule {
    /// [`Jsonl`](Self::Jsonl) for a file `….jsonl` or `….ndjson`, [`Marker`](Self::Marker) for others.
    #[default]
    ByName,
    /// `<|endoftext|>` stands between them. A file without it is one document. Line ends around
    /// a document are no part of it.
    Marker,
    /// Each line that is not empty is one.
    Lines,
    /// Each line is a JSON object with a field `text`.
    Jsonl,
}

impl DocumentRule {
    const NAMES: [(&str, Self); 4] = [
        ("by-name", Self::ByName),
        ("marker", Self::Marker),
        ("lines", Self::Lines),
        ("jsonl", Self::Jsonl),
    ];

    /// The rule for a file: never [`ByName`](Self::ByName).
    pub(super) fn of(self, file: &Path) -> Self {
        let extension = file.extension().and_then(|it| it.to_str());
        match (self, extension) {
            (Self::ByName, Some("jsonl" | "ndjson")) => Self::Jsonl,
            (Self::ByName, _) => Self::Marker,
            (rule, _) => rule,
        }
    }
}

impl fmt::Display for DocumentRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Self::NAMES.iter().find(|(_, rule)| rule == self);
        f.pad(found.map_or("", |(name, _)| name))
    }
}

impl FromStr for DocumentRule {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        let Some(&(_, rule)) = Self::NAMES.iter().find(|(known, _)| *known == name)
        else {
            bail!(
                "documents are told apart by-name, by marker, lines or jsonl, not by {name}"
            )
        };
        Ok(rule)
    }
}

/// A line of JSON; what else is in it is passed over.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// Turns text into ids, with one id behind each document.
pub struct Encoder<'a> {
    pub tokenizer: &'a Tokenizer,
    pub end_of_text: u32,
    pub width: Width,
}

/// A stretch of a file.
pub struct Stretch<'a> {
    pub text: &'a str,
    pub is_first: bool,
    pub is_last: bool,
}

impl Encoder<'_> {
    /// Appends the ids of a stretch, and says how many documents end in it.
    pub fn encode(
        &self,
        rule: DocumentRule,
        stretch: &Stretch,
        ids: &mut Vec<u32>,
    ) -> Result<u64> {
        match rule {
            DocumentRule::ByName | DocumentRule::Marker => {
                Ok(self.marked(stretch, ids))
            }
            DocumentRule::Lines => {
                let documents = lines(stretch.text);
                Ok(documents.map(|line| self.document(line, ids)).sum())
            }
            DocumentRule::Jsonl => lines(stretch.text)
                .map(|line| {
                    let record: Record = serde_json::from_str(line)
                        .with_context(|| broken(stretch.text, line))?;
                    Ok(self.document(&record.text, ids))
                })
                .sum(),
        }
    }

    /// Documents between markers. The first may have begun in an earlier stretch, and the last
    /// may go on in a later one.
    fn marked(&self, stretch: &Stretch, ids: &mut Vec<u32>) -> u64 {
        let text = stretch.text;
        let (mut start, mut has_begun) = (0, !stretch.is_first);
        let markers = memmem::find_iter(text.as_bytes(), END_OF_TEXT)
            .map(|marker| (marker, true));
        let mut documents = 0;
        for (end, is_marker) in markers.chain([(text.len(), false)]) {
            let mut part = &text[start..end];
            if !has_begun {
                part = part.trim_start_matches(LINE_ENDS);
            }
            let ends = is_marker || stretch.is_last;
            if ends {
                part = part.trim_end_matches(LINE_ENDS);
            }
            match ends && (has_begun || !part.is_empty()) {
                true => documents += self.document(part, ids),
                false => self.tokenizer.encode_into(part, ids),
            }
            start = end + END_OF_TEXT.len();
            has_begun = false;
        }
        documents
    }

    /// Appends a document, or the end of one.
    fn document(&self, text: &str, ids: &mut Vec<u32>) -> u64 {
        self.tokenizer.encode_into(text, ids);
        ids.push(self.end_of_text);
        1
    }
}

/// What stands between a marker and a document.
const LINE_ENDS: [char; 2] = ['\n', '\r'];

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}

/// What is wrong with a line.
fn broken(text: &str, line: &str) -> String {
    let number =
        text[..line.as_ptr().addr() - text.as_ptr().addr()].matches('\n').count();
    format!(
        "line {} from there is no JSON object with a field \"text\"",
        number + 1
    )
}
