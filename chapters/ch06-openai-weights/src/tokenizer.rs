//! The tokenizer that belongs to a model.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use ch01::{END_OF_TEXT, Tokenizer};
use ch04::Gpt2Config;
use serde::Deserialize;

/// The tokenizer of a folder: `vocab.json` and `merges.txt`, else `tokenizer.json`, else OpenAI's
/// `encoder.json` and `vocab.bpe`, else GPT-2's own if the model has GPT-2's 50,257 ids.
///
/// # Errors
/// When there is none, a file is broken, or the tokenizer knows ids that the model does not.
pub fn load_tokenizer(folder: &Path, config: &Gpt2Config) -> Result<Tokenizer> {
    let tokenizer = read_tokenizer(folder, config)?;
    ensure!(
        tokenizer.vocab_size() as i64 <= config.vocab_size,
        "the tokenizer in {} has {} ids, and the model only {}: one of them is another model's",
        folder.display(),
        tokenizer.vocab_size(),
        config.vocab_size
    );
    Ok(tokenizer)
}

fn read_tokenizer(folder: &Path, config: &Gpt2Config) -> Result<Tokenizer> {
    let has = |name: &str| folder.join(name).exists();
    if has("vocab.json") && has("merges.txt") {
        Tokenizer::load(folder)
    } else if has("tokenizer.json") {
        let path = folder.join("tokenizer.json");
        read_tokenizer_json(&path).with_context(|| path.display().to_string())
    } else if has("encoder.json") && has("vocab.bpe") {
        let [vocab, merges] =
            ["encoder.json", "vocab.bpe"].map(|it| folder.join(it));
        Tokenizer::from_files(&vocab, &merges)
    } else if config.vocab_size == Gpt2Config::default().vocab_size {
        Ok(Tokenizer::gpt2())
    } else {
        bail!(
            "{} holds no tokenizer, and its model of {} ids does not use GPT-2's: put \
             vocab.json and merges.txt there",
            folder.display(),
            config.vocab_size
        )
    }
}

/// The parts of Hugging Face's `tokenizer.json` that a byte-level BPE needs.
#[derive(Deserialize)]
struct TokenizerJson {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    model: Model,
}

#[derive(Deserialize)]
struct AddedToken {
    id: u32,
    content: String,
}

#[derive(Deserialize)]
struct Model {
    #[serde(rename = "type")]
    kind: Option<String>,
    vocab: BTreeMap<String, u32>,
    merges: Vec<Merge>,
}

/// Written as `"t h"` by old versions and as `["t", "h"]` by new ones.
#[derive(Deserialize)]
#[serde(untagged)]
enum Merge {
    Line(String),
    Pair(String, String),
}

fn read_tokenizer_json(path: &Path) -> Result<Tokenizer> {
    let text = fs::read_to_string(path).context("cannot read it")?;
    let TokenizerJson { added_tokens, mut model } =
        serde_json::from_str(&text).context("this is no byte-level BPE")?;
    ensure!(
        model.kind.as_deref().unwrap_or("BPE") == "BPE",
        "this is no byte-level BPE, the only kind that GPT-2 uses"
    );
    let end = added_tokens.into_iter().find(|token| token.content == END_OF_TEXT);
    model.vocab.extend(end.map(|end| (end.content, end.id)));
    let merges: Vec<String> = model
        .merges
        .into_iter()
        .map(|merge| match merge {
            Merge::Line(line) => line,
            Merge::Pair(left, right) => format!("{left} {right}"),
        })
        .collect();
    Tokenizer::from_texts(&serde_json::to_string(&model.vocab)?, &merges.join("\n"))
}
