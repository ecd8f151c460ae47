//! Situations with four ways to go on, of which one makes sense: multiple choice for a model that
//! can only tell how likely a text is.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};

use crate::source::{Loaded, load};

static BUILT_IN: &str = include_str!("../builtin/completions.json");

/// What the files may be called: HellaSwag's validation set, or ours.
const NAMES: [&str; 2] = ["hellaswag_val.jsonl", "completions.json"];

/// How many endings there are to choose from.
const ENDINGS: usize = 4;

/// A situation with its endings, in HellaSwag's fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// The situation, which breaks off in the middle; a space goes before the ending.
    pub ctx: String,
    /// Four ways to go on.
    pub endings: [String; ENDINGS],
    /// Which of the endings makes sense, counted from 0.
    #[serde(deserialize_with = "label")]
    pub label: usize,
}

/// The completions of HellaSwag in the reader's folder, or else the built-in ones.
///
/// # Errors
/// When `data` is named and holds no completions, or the file is malformed; the message names
/// the file and the line.
pub fn completions(data: Option<&Path>) -> Result<Loaded<Vec<Completion>>> {
    load(&NAMES, data, "completions", read, built_in_completions)
}

/// The built-in completions, whatever the reader has.
///
/// # Errors
/// None, as long as the tests pass.
pub fn built_in_completions() -> Result<Vec<Completion>> {
    parse(BUILT_IN).context("the built-in completions.json")
}

fn read(path: &Path) -> Result<Vec<Completion>> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {} as UTF-8 text", path.display()))?;
    let lines = path.extension().is_some_and(|extension| extension == "jsonl");
    let found = if lines { parse_lines(&text) } else { parse(&text) };
    found.with_context(|| path.display().to_string())
}

/// Reads a JSON array; serde's errors tell the line.
fn parse(text: &str) -> Result<Vec<Completion>> {
    serde_json::from_str(text).context("not a JSON array of completions")
}

/// Reads one JSON object after the other, as HellaSwag has one on every line.
fn parse_lines(text: &str) -> Result<Vec<Completion>> {
    let objects = serde_json::Deserializer::from_str(text).into_iter();
    objects.collect::<Result<_, _>>().context("not JSON lines of completions")
}

/// Reads the number of an ending.
fn label<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let label = usize::deserialize(deserializer)?;
    if label >= ENDINGS {
        let message = format!("the label is {label}, not 0 to {}", ENDINGS - 1);
        return Err(D::Error::custom(message));
    }
    Ok(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `text` as the file that a reader downloads.
    fn hellaswag(text: &str) -> Result<Vec<Completion>> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("hellaswag_val.jsonl"), text)?;
        Ok(completions(Some(folder.path()))?.value)
    }

    #[test]
    fn hellaswags_lines_are_read_and_its_other_fields_do_not_matter() {
        let text = r#"{"ind": 1, "ctx_b": "he", "ctx": "A man sits. he", "label": 2, "endings": ["a.", "b.", "stands up.", "d."]}
{"ind": 2, "ctx_b": "she", "ctx": "A woman sings. she", "label": 0, "endings": ["bows.", "b.", "c.", "d."]}
"#;
        let found = hellaswag(text).unwrap();
        let right: Vec<&str> =
            found.iter().map(|item| item.endings[item.label].as_str()).collect();
        assert_eq!(right, ["stands up.", "bows."]);
        assert_eq!(found[0].ctx, "A man sits. he");
    }

    #[test]
    fn a_wrong_line_is_named() {
        let good = r#"{"ctx": "c", "endings": ["a", "b", "c", "d"], "label": 3}"#;
        let three = r#"{"ctx": "c", "endings": ["a", "b", "c"], "label": 0}"#;
        let error = |bad: &str| {
            format!("{:#}", hellaswag(&format!("{good}\n{bad}\n")).unwrap_err())
        };
        assert!(error(three).contains("invalid length 3"), "{}", error(three));
        let beyond = good.replace('3', "4");
        let error = error(&beyond);
        assert!(error.contains("hellaswag_val.jsonl"), "{error}");
        assert!(error.contains("the label is 4, not 0 to 3 at line 2"), "{error}");
    }
}
