//! `vocab.json` and `merges.txt`, as OpenAI and Hugging Face write them for GPT-2.
//!
//! `vocab.json` maps each token to its id; `merges.txt` has the two parts of each merge in a
//! line, in the order they were learned. There is no place for the pattern that cuts the text:
//! it is GPT-2's. Nor is there one for what is special: that is a token which no merge makes
//! and which is written `<like this>` or `[like this]`.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::tokens::{Merges, Tokens};
use super::{letters::letters, read, tokenizer, write};
use crate::{Normalization, Pattern, Tokenizer};

impl Tokenizer {
    /// Writes `vocab.json` and `merges.txt` into `folder`, which must exist.
    ///
    /// # Errors
    /// When a file can't be written, or the two have no place for something that this tokenizer
    /// has; then [`save_json`](Self::save_json) will do.
    pub fn save(&self, folder: &Path) -> Result<()> {
        let (vocab, merges) = self.to_texts().with_context(|| {
            format!("cannot write vocab.json into {}", folder.display())
        })?;
        write(&folder.join("vocab.json"), &vocab)?;
        write(&folder.join("merges.txt"), &merges)
    }

    fn to_texts(&self) -> Result<(String, String)> {
        ensure!(
            self.pattern() == Pattern::Gpt2
                && self.normalization() == Normalization::None,
            "it has no place for a pattern or a normal form; write tokenizer.json"
        );
        for (text, _) in self.special() {
            ensure!(
                looks_special(text),
                "it has no place to say that {text:?} is special; write tokenizer.json"
            );
        }
        let vocab = serde_json::to_string(&Tokens::of(self, true)?)?;
        let mut merges = String::from("#version: 0.2\n");
        for (left, right, _) in self.vocabulary().merges() {
            let text = |id| self.vocabulary().bytes(id).map(letters);
            let parts = text(left).zip(text(right));
            let (left, right) = parts.expect("merges join tokens");
            merges += &format!("{left} {right}\n");
        }
        Ok((vocab, merges))
    }

    /// Reads `vocab.json` and `merges.txt` from `folder`.
    ///
    /// # Errors
    /// When a file is missing or broken, or the two do not fit together; the sentence names file
    /// and line.
    pub fn load(folder: &Path) -> Result<Self> {
        Self::from_files(&folder.join("vocab.json"), &folder.join("merges.txt"))
    }

    /// As [`load`](Self::load), for files that bear other names: OpenAI released its own as
    /// `encoder.json` and `vocab.bpe`.
    ///
    /// # Errors
    /// When a file is missing or broken, or the two do not fit together; the sentence names file
    /// and line.
    pub fn from_files(vocab: &Path, merges: &Path) -> Result<Self> {
        let texts = (read(vocab)?, read(merges)?);
        let names = [vocab, merges].map(|path| path.display().to_string());
        parse((&texts.0, &names[0]), (&texts.1, &names[1]))
    }

    /// As [`load`](Self::load), from what the two files would hold.
    ///
    /// # Errors
    /// When a text is broken, or the two do not fit together.
    pub fn from_texts(vocab: &str, merges: &str) -> Result<Self> {
        parse((vocab, "the vocabulary"), (merges, "the merges"))
    }
}

/// Makes a tokenizer of two texts, each with the name that errors give it.
fn parse(
    (vocab, vocab_name): (&str, &str),
    (merges, merges_name): (&str, &str),
) -> Result<Tokenizer> {
    let mut tokens: Tokens =
        serde_json::from_str(vocab).with_context(|| vocab_name.to_owned())?;
    let (merges, made) =
        parse_merges(merges, &tokens).with_context(|| merges_name.to_owned())?;
    let special = tokens.take(|text| looks_special(text) && !made.contains(text));
    if let Some(text) = tokens.longer().find(|&text| !made.contains(text)) {
        bail!("{merges_name}: no merge makes token {text:?}");
    }
    let vocabulary =
        tokens.vocabulary(&merges).with_context(|| vocab_name.to_owned())?;
    tokenizer(vocabulary, special).with_context(|| vocab_name.to_owned())
}

/// The merges in the lines, and all the tokens that they make.
fn parse_merges(text: &str, tokens: &Tokens) -> Result<(Merges, HashSet<String>)> {
    let (mut merges, mut made) = (Merges::default(), HashSet::new());
    for (line, number) in text.lines().zip(1..) {
        if line.is_empty() || (number == 1 && line.starts_with("#version")) {
            continue;
        }
        let mut read = || {
            let parts = line.split_once(' ');
            let (left, right) = parts.with_context(|| {
                format!("{line:?} is not two tokens and a space")
            })?;
            for part in [left, right] {
                let known = part.chars().nth(1).is_none() || made.contains(part);
                ensure!(known, "no line before makes token {part:?}");
            }
            made.insert(format!("{left}{right}"));
            merges.push(tokens, left, right)
        };
        read().with_context(|| format!("line {number}"))?;
    }
    Ok((merges, made))
}

/// Whether a token that no merge makes is a special one.
fn looks_special(text: &str) -> bool {
    [('<', '>'), ('[', ']')].iter().any(|&(first, last)| {
        text.len() > 1 && text.starts_with(first) && text.ends_with(last)
    })
}
