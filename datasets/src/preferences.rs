//! Pairs of answers to one instruction, of which people like one better.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::source::{Loaded, load};

static BUILT_IN: &str = include_str!("../builtin/preferences.json");

/// What the files may be called: Raschka's set with preferences, or ours.
const NAMES: [&str; 2] =
    ["instruction-data-with-preference.json", "preferences.json"];

/// An instruction with a good answer and one that is worse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preference {
    /// What to do.
    pub instruction: String,
    /// What to do it with; empty where the instruction says it all.
    #[serde(default)]
    pub input: String,
    /// The answer that people like better.
    pub chosen: String,
    /// The answer that they like less.
    pub rejected: String,
    /// What is wrong with the rejected answer, such as `rude`; only the built-in ones say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The preferences in the reader's folder, or else the built-in ones.
///
/// # Errors
/// When `data` is named and holds no preferences, or the file is malformed; the message names
/// the file and the line.
pub fn preferences(data: Option<&Path>) -> Result<Loaded<Vec<Preference>>> {
    load(&NAMES, data, "preferences", read, built_in_preferences)
}

/// The built-in preferences, whatever the reader has.
///
/// # Errors
/// None, as long as the tests pass.
pub fn built_in_preferences() -> Result<Vec<Preference>> {
    parse(BUILT_IN).context("the built-in preferences.json")
}

fn read(path: &Path) -> Result<Vec<Preference>> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {} as UTF-8 text", path.display()))?;
    parse(&text).with_context(|| path.display().to_string())
}

/// Reads a JSON array; serde's errors tell the line.
fn parse(text: &str) -> Result<Vec<Preference>> {
    serde_json::from_str(text).context("not a JSON array of preferences")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readers_file_comes_first_and_its_other_fields_do_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"[{"instruction": "Say hi.", "input": "", "output": "Hi.",
            "rejected": "What?", "chosen": "Hello!"}]"#;
        let path = folder.path().join("instruction-data-with-preference.json");
        fs::write(path, text).unwrap();
        let found = preferences(Some(folder.path())).unwrap().value;
        let answers = [found[0].chosen.as_str(), found[0].rejected.as_str()];
        assert_eq!((found.len(), answers), (1, ["Hello!", "What?"]));
        assert_eq!(found[0].fault, None);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[\n{\"instruction\": \"Say hi.\", \"chosen\": \"Hi.\"}\n]";
        fs::write(folder.path().join("preferences.json"), text).unwrap();
        let error = format!("{:#}", preferences(Some(folder.path())).unwrap_err());
        assert!(error.contains("preferences.json"), "{error}");
        assert!(error.contains("missing field `rejected` at line 2"), "{error}");
    }
}
