//! tiktoken's rank files: in each line the bytes of a token in base 64, a space, and its rank,
//! which is also its id.
//!
//! The merges need not be there: two neighbours merge when their union is a token, the one of
//! lowest rank first. Neither are the pattern and the special tokens; tiktoken has those in its
//! program, by the name of the vocabulary.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{read, write};
use crate::{END_OF_TEXT, Pattern, Tokenizer, Vocabulary};

/// The special tokens of `cl100k_base`.
const CL100K: [(&str, u32); 5] = [
    (END_OF_TEXT, 100_257),
    ("<|fim_prefix|>", 100_258),
    ("<|fim_middle|>", 100_259),
    ("<|fim_suffix|>", 100_260),
    ("<|endofprompt|>", 100_276),
];

impl Tokenizer {
    /// Reads a rank file. One named `cl100k_base.tiktoken` gets GPT-4's pattern and special
    /// tokens; any other gets GPT-2's pattern, and [`END_OF_TEXT`] after the last id.
    ///
    /// # Errors
    /// When the file is missing or broken; the sentence names file and line.
    pub fn load_ranks(path: &Path) -> Result<Self> {
        let vocabulary = Vocabulary::from_rank_lines(&read(path)?)
            .with_context(|| path.display().to_string())?;
        let is_cl100k = path.file_stem().is_some_and(|name| name == "cl100k_base");
        Ok(match is_cl100k {
            false => Self::new(vocabulary, &[END_OF_TEXT]),
            true => {
                let special = CL100K.map(|(text, id)| (text.to_owned(), id));
                Self::with_special_ids(vocabulary, special.into())
                    .with_pattern(Pattern::Cl100k)
            }
        })
    }

    /// Writes the ordinary tokens as a rank file. Special tokens, pattern and normal form are
    /// for the reading program to know.
    ///
    /// # Errors
    /// When the file can't be written, or ids are not in the order of the merges.
    pub fn save_ranks(&self, path: &Path) -> Result<()> {
        let lines = self
            .vocabulary()
            .to_rank_lines()
            .with_context(|| format!("cannot write {}", path.display()))?;
        write(path, &lines)
    }
}

impl Vocabulary {
    /// The vocabulary that the text of a rank file means.
    ///
    /// # Errors
    /// When it is broken; the sentence names the line.
    pub fn from_rank_lines(text: &str) -> Result<Self> {
        let mut tokens = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            if !line.is_empty() {
                let token = parse_line(line);
                tokens.push(token.with_context(|| format!("line {number}"))?);
            }
        }
        tokens.sort_by_key(|&(_, rank)| rank);
        Self::with_ids(tokens)
    }

    fn to_rank_lines(&self) -> Result<String> {
        let tokens: Vec<_> =
            self.entries().map(|(id, token)| (token.to_vec(), id)).collect();
        let lines: String = tokens
            .iter()
            .map(|(token, id)| format!("{} {id}\n", STANDARD.encode(token)))
            .collect();
        let ranked = Self::with_ids(tokens)?;
        ensure!(
            ranked.merges() == self.merges(),
            "in a rank file ids are the order of the merges, and here they are not"
        );
        Ok(lines)
    }
}

fn parse_line(line: &str) -> Result<(Vec<u8>, u32)> {
    let (token, rank) =
        line.split_once(' ').context("not a token, a space and a rank")?;
    let token = STANDARD
        .decode(token)
        .with_context(|| format!("{token:?} is not base 64"))?;
    let rank =
        rank.trim_end().parse().with_context(|| format!("{rank:?} is no rank"))?;
    Ok((token, rank))
}
