//! Which vocabulary, as a person names it.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result};

use crate::Tokenizer;

/// A tokenizer's vocabulary, as it is named on the command line: `gpt2` or a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vocab {
    /// OpenAI's for GPT-2, built in
    Gpt2,
    /// A folder or a file, see [`Tokenizer::open`]
    At(PathBuf),
}

impl FromStr for Vocab {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(match name {
            "gpt2" => Self::Gpt2,
            path => Self::At(path.into()),
        })
    }
}

impl fmt::Display for Vocab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gpt2 => f.write_str("gpt2"),
            Self::At(path) => path.display().fmt(f),
        }
    }
}

impl Vocab {
    /// The tokenizer that has it.
    ///
    /// # Errors
    /// When the path leads to no tokenizer.
    pub fn open(&self) -> Result<Tokenizer> {
        match self {
            Self::Gpt2 => Ok(Tokenizer::gpt2()),
            Self::At(path) => {
                let tokenizer = Tokenizer::open(path);
                tokenizer.context("--vocab is gpt2, a folder or a file")
            }
        }
    }
}
