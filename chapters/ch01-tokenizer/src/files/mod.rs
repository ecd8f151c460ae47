//! A tokenizer on disk.
//!
//! | form | files | holds |
//! |---|---|---|
//! | [GPT-2's](gpt2) | `vocab.json`, `merges.txt` (OpenAI: `encoder.json`, `vocab.bpe`) | tokens, ids, merges |
//! | [tiktoken's](tiktoken) | `cl100k_base.tiktoken` | tokens, ids |
//! | [Hugging Face's](hugging_face) | `tokenizer.json` | all, also special tokens and pattern |

mod gpt2;
mod hugging_face;
mod letters;
mod tiktoken;
mod tokens;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::{Tokenizer, Vocabulary};

impl Tokenizer {
    /// Reads whatever form `path` has: a `tokenizer.json`, a rank file `….tiktoken`, or a folder
    /// with `tokenizer.json`, with `vocab.json` and `merges.txt`, or with OpenAI's
    /// `encoder.json` and `vocab.bpe`.
    ///
    /// # Errors
    /// When there is none of these, or a file is broken; the sentence names the file.
    pub fn open(path: &Path) -> Result<Self> {
        if path.is_dir() {
            let file = |name| Some(path.join(name)).filter(|path| path.is_file());
            return match (file("tokenizer.json"), file("vocab.json")) {
                (Some(json), _) => Self::load_json(&json),
                (None, Some(_)) => Self::load(path),
                (None, None) => match (file("encoder.json"), file("vocab.bpe")) {
                    (Some(vocab), Some(merges)) => {
                        Self::from_files(&vocab, &merges)
                    }
                    _ => bail!(
                        "{} holds neither tokenizer.json nor vocab.json",
                        path.display()
                    ),
                },
            };
        }
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => Self::load_json(path),
            Some("tiktoken") => Self::load_ranks(path),
            _ if path.exists() => bail!(
                "{} is neither a folder nor a file .json or .tiktoken",
                path.display()
            ),
            _ => bail!("there is no {}", path.display()),
        }
    }
}

/// A tokenizer, unless its special tokens can't be told from each other or from ordinary ones.
fn tokenizer(
    vocabulary: Vocabulary,
    special: Vec<(String, u32)>,
) -> Result<Tokenizer> {
    let (mut texts, mut ids) = (HashSet::new(), HashSet::new());
    for (text, id) in &special {
        ensure!(!text.is_empty(), "special token {id} is empty");
        ensure!(texts.insert(text), "special token {text:?} is there twice");
        let is_free = ids.insert(id) && vocabulary.bytes(*id).is_none();
        ensure!(
            is_free,
            "special token {text:?} has id {id}, as has another token"
        );
        ensure!(*id < 1 << 21, "id {id} of special token {text:?} is too large");
    }
    Ok(Tokenizer::with_special_ids(vocabulary, special))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path)
        .with_context(|| format!("cannot read {} as UTF-8 text", path.display()))
}

/// Writes beside the file first, so that nobody ever finds half a file.
fn write(path: &Path, text: &str) -> Result<()> {
    let temporary = path.with_extension("part");
    fs::write(&temporary, text)
        .and_then(|()| fs::rename(&temporary, path))
        .with_context(|| format!("cannot write {}", path.display()))
}
