//! Documents: what is cleaned, judged and compared one by one.

use std::io::{BufRead, Write};
use std::path::Path;

use anyhow::{Context, Result};
use ch01::END_OF_TEXT;
use serde_json::{Map, Value};

/// How a file holds its documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text, with `<|endoftext|>` between two documents. A file without it is one document.
    Text,
    /// One JSON object a line, with the text in its field `text`.
    JsonLines,
}

impl Form {
    /// The form that the name of a file promises.
    ///
    /// ```
    /// use ch02::Form;
    /// use std::path::Path;
    ///
    /// assert_eq!(Form::of(Path::new("pages.jsonl")), Form::JsonLines);
    /// assert_eq!(Form::of(Path::new("story.txt")), Form::Text);
    /// ```
    pub fn of(file: &Path) -> Self {
        match file.extension().and_then(|it| it.to_str()) {
            Some("jsonl" | "ndjson") => Self::JsonLines,
            _ => Self::Text,
        }
    }
}

/// One text of a data set: a story, a page, a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it says
    pub text: String,
    // The other fields of its line, where it came from JSON: they go out as they came in.
    fields: Option<Map<String, Value>>,
}

impl Document {
    /// A document that is nothing but its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), fields: None }
    }

    /// Writes the document in the form in which it was read.
    ///
    /// # Errors
    /// When `out` can't be written.
    pub fn write(&self, out: &mut impl Write) -> Result<()> {
        match &self.fields {
            None => writeln!(out, "{}\n{END_OF_TEXT}", self.text)?,
            Some(fields) => {
                let mut line = fields.clone();
                line.insert("text".into(), self.text.clone().into());
                writeln!(out, "{}", Value::Object(line))?;
            }
        }
        Ok(())
    }
}

/// Calls `each` with every document of `source`, in order. Empty ones are left out. Only one is in
/// memory at a time.
///
/// # Errors
/// When a document is not UTF-8, a line is not an object with a `text`, or `each` fails; the
/// message counts documents and lines from 1.
pub fn each_document(
    source: impl BufRead,
    form: Form,
    each: impl FnMut(Document) -> Result<()>,
) -> Result<()> {
    match form {
        Form::Text => each_between_marks(source, each),
        Form::JsonLines => each_line(source, each),
    }
}

fn each_between_marks(
    mut source: impl BufRead,
    mut each: impl FnMut(Document) -> Result<()>,
) -> Result<()> {
    let (mut bytes, mut number) = (Vec::new(), 1);
    loop {
        // The mark ends with '>', so every mark ends where one of these parts ends.
        let at_end = source.read_until(b'>', &mut bytes)? == 0;
        let marked = bytes.ends_with(END_OF_TEXT.as_bytes());
        if !marked && !at_end {
            continue;
        }
        let length = bytes.len() - if marked { END_OF_TEXT.len() } else { 0 };
        let text = str::from_utf8(&bytes[..length])
            .with_context(|| format!("document {number} is not UTF-8 text"))?;
        let text = text.trim_matches(['\r', '\n']);
        if !text.is_empty() {
            each(Document::new(text))?;
            number += 1;
        }
        if at_end {
            return Ok(());
        }
        bytes.clear();
    }
}

fn each_line(
    source: impl BufRead,
    mut each: impl FnMut(Document) -> Result<()>,
) -> Result<()> {
    for (line, number) in source.lines().zip(1..) {
        let line = line.with_context(|| format!("line {number}"))?;
        if line.trim().is_empty() {
            continue;
        }
        let document = of_line(&line).with_context(|| format!("line {number}"))?;
        if !document.text.is_empty() {
            each(document)?;
        }
    }
    Ok(())
}

fn of_line(line: &str) -> Result<Document> {
    let mut fields: Map<String, Value> =
        serde_json::from_str(line).context("is not a JSON object")?;
    match fields.remove("text") {
        Some(Value::String(text)) => Ok(Document { text, fields: Some(fields) }),
        _ => anyhow::bail!("has no field \"text\" with a string"),
    }
}
