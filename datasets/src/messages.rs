//! Text messages that are spam or not.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use crate::source::{Loaded, load};

static BUILT_IN: &str = include_str!("../builtin/messages.tsv");

/// What the files may be called: the UCI collection's zip, its text, or ours.
const NAMES: [&str; 4] = [
    "sms_spam_collection.zip",
    "sms+spam+collection.zip",
    "SMSSpamCollection",
    "messages.tsv",
];

/// The file inside the UCI collection's zip.
const INSIDE_ZIP: &str = "SMSSpamCollection";

/// Whether a message is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// A message somebody wants.
    Ham,
    /// Advertising, fraud and the like.
    Spam,
}

/// A text message with its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Whether it is wanted.
    pub label: Label,
    /// What it says.
    pub text: String,
}

/// The messages of the SMS Spam Collection in the reader's folder, or else the built-in ones.
///
/// # Errors
/// When `data` is named and holds no messages, or the file is malformed; the message names the
/// file and the line.
pub fn messages(data: Option<&Path>) -> Result<Loaded<Vec<Message>>> {
    load(&NAMES, data, "messages", read, built_in_messages)
}

/// The built-in messages, whatever the reader has.
///
/// # Errors
/// None, as long as the tests pass.
pub fn built_in_messages() -> Result<Vec<Message>> {
    parse(BUILT_IN).context("the built-in messages.tsv")
}

fn read(path: &Path) -> Result<Vec<Message>> {
    let zipped = path.extension().is_some_and(|extension| extension == "zip");
    let bytes = if zipped {
        unzip(path)?
    } else {
        fs::read(path).with_context(|| name(path))?
    };
    let text = String::from_utf8(bytes)
        .with_context(|| format!("{} is not UTF-8", name(path)))?;
    parse(&text).with_context(|| name(path))
}

fn unzip(path: &Path) -> Result<Vec<u8>> {
    let file = File::open(path).with_context(|| name(path))?;
    let mut archive = ZipArchive::new(file)
        .with_context(|| format!("{} is no zip file", name(path)))?;
    let mut inside = archive
        .by_name(INSIDE_ZIP)
        .with_context(|| format!("{} holds no {INSIDE_ZIP}", name(path)))?;
    let mut bytes = Vec::new();
    inside
        .read_to_end(&mut bytes)
        .with_context(|| format!("{} is damaged", name(path)))?;
    Ok(bytes)
}

/// Reads lines of label, tab, text. A quotation mark is a quotation mark: the collection is full
/// of single ones, and a CSV reader would glue the lines between two of them together.
fn parse(text: &str) -> Result<Vec<Message>> {
    let lines =
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| message(line).with_context(|| format!("line {}", at + 1)))
        .collect()
}

fn message(line: &str) -> Result<Message> {
    let Some((label, text)) = line.split_once('\t') else {
        bail!("no tab between a label and a message");
    };
    let label = match label {
        "ham" => Label::Ham,
        "spam" => Label::Spam,
        other => bail!("the label is `{other}`, not `ham` or `spam`"),
    };
    Ok(Message { label, text: text.to_string() })
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::FileOptions;

    use super::*;

    #[test]
    fn stray_quotes_are_text() {
        let found = parse("ham\t\"Hello\nspam\twin \"now\tor never\n").unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0],
            Message { label: Label::Ham, text: "\"Hello".to_string() }
        );
        assert_eq!(found[1].text, "win \"now\tor never");
    }

    #[test]
    fn a_wrong_line_is_named() {
        let error = |text| format!("{:#}", parse(text).unwrap_err());
        assert_eq!(
            error("ham\thi\nham hi"),
            "line 2: no tab between a label and a message"
        );
        assert_eq!(
            error("eggs\thi"),
            "line 1: the label is `eggs`, not `ham` or `spam`"
        );
    }

    #[test]
    fn the_collection_is_read_out_of_its_zip() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sms_spam_collection.zip");
        let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
        archive.start_file(INSIDE_ZIP, FileOptions::default()).unwrap();
        archive.write_all(b"spam\tcall now\n").unwrap();
        archive.finish().unwrap();
        let loaded = messages(Some(folder.path())).unwrap();
        assert_eq!(
            loaded.value,
            [Message { label: Label::Spam, text: "call now".to_string() }]
        );
        assert!(loaded.source.to_string().ends_with("sms_spam_collection.zip"));
    }

    #[test]
    fn a_damaged_zip_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("sms_spam_collection.zip"), "no zip").unwrap();
        let error = format!("{:#}", messages(Some(folder.path())).unwrap_err());
        assert!(
            error.contains("sms_spam_collection.zip is no zip file"),
            "{error}"
        );
    }
}
