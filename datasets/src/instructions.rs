//! Instructions with the answers that a helpful model gives.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::source::{Loaded, load};

static BUILT_IN: &str = include_str!("../builtin/instructions.json");

/// What the files may be called: Raschka's set, or ours.
const NAMES: [&str; 2] = ["instruction-data.json", "instructions.json"];

/// An instruction and its answer, in the fields that Alpaca made common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// What sort of task it is, such as `arithmetic`; only the built-in ones say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What to do.
    pub instruction: String,
    /// What to do it with; empty where the instruction says it all.
    #[serde(default)]
    pub input: String,
    /// The answer.
    pub output: String,
}

/// The instructions in the reader's folder, or else the built-in ones.
///
/// # Errors
/// When `data` is named and holds no instructions, or the file is malformed; the message names
/// the file and the line.
pub fn instructions(data: Option<&Path>) -> Result<Loaded<Vec<Instruction>>> {
    load(&NAMES, data, "instructions", read, built_in_instructions)
}

/// The built-in instructions, whatever the reader has.
///
/// # Errors
/// None, as long as the tests pass.
pub fn built_in_instructions() -> Result<Vec<Instruction>> {
    parse(BUILT_IN).context("the built-in instructions.json")
}

fn read(path: &Path) -> Result<Vec<Instruction>> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {} as UTF-8 text", path.display()))?;
    parse(&text).with_context(|| path.display().to_string())
}

/// Reads a JSON array; serde's errors tell the line.
fn parse(text: &str) -> Result<Vec<Instruction>> {
    serde_json::from_str(text).context("not a JSON array of instructions")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_and_input_may_be_absent() {
        let found =
            parse(r#"[{"instruction": "Say hi.", "output": "Hi."}]"#).unwrap();
        assert_eq!((found[0].kind.as_deref(), found[0].input.as_str()), (None, ""));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[\n{\"instruction\": \"Say hi.\"}\n]";
        fs::write(folder.path().join("instruction-data.json"), text).unwrap();
        let error = format!("{:#}", instructions(Some(folder.path())).unwrap_err());
        assert!(error.contains("instruction-data.json"), "{error}");
        assert!(error.contains("missing field `output` at line 2"), "{error}");
    }
}
