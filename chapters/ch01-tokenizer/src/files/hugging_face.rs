//! Hugging Face's `tokenizer.json`: one file with tokens, merges, special tokens, pattern and
//! normal form. Their libraries in Python, Rust and JavaScript read it.
//!
//! Read is what is byte-level BPE with a pattern we know; anything else is refused, for it would
//! give other ids. What concerns batches (`truncation`, `padding`) is not ours. (Normal forms
//! follow the Unicode of the library that makes them: the newest characters may differ.)

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::letters::letters;
use super::tokens::{Merges, Tokens};
use super::{read, tokenizer, write};
use crate::{Normalization, Pattern, Tokenizer};

/// GPT-4's pattern as their library's regex engine needs it, which has other words for "never
/// give back" and for the end of the text.
const CL100K: &str = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+\z|\s*[\r\n]|\s+(?!\S)|\s";

#[derive(Serialize, Deserialize)]
struct File {
    version: Value,
    #[serde(default)]
    truncation: Value,
    #[serde(default)]
    padding: Value,
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    pre_tokenizer: Value,
    #[serde(default)]
    post_processor: Value,
    #[serde(default)]
    decoder: Value,
    model: Model,
}

#[derive(Serialize, Deserialize)]
struct AddedToken {
    id: u32,
    content: String,
    #[serde(default)]
    single_word: bool,
    #[serde(default)]
    lstrip: bool,
    #[serde(default)]
    rstrip: bool,
    #[serde(default)]
    normalized: bool,
    #[serde(default)]
    special: bool,
}

#[derive(Serialize, Deserialize)]
struct Model {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    dropout: Option<f64>,
    #[serde(default)]
    unk_token: Option<String>,
    #[serde(default)]
    continuing_subword_prefix: Option<String>,
    #[serde(default)]
    end_of_word_suffix: Option<String>,
    #[serde(default)]
    fuse_unk: bool,
    #[serde(default)]
    byte_fallback: bool,
    #[serde(default)]
    ignore_merges: bool,
    vocab: Tokens,
    merges: Vec<Merge>,
}

/// Written as `"t h"` by old versions and as `["t", "h"]` by new ones.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Merge {
    Line(String),
    Pair(String, String),
}

/// What is looked at before the rest: other models have other fields.
#[derive(Deserialize)]
struct Kind {
    model: KindOfModel,
}

#[derive(Deserialize)]
struct KindOfModel {
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Tokenizer {
    /// Writes one file `tokenizer.json`, which Hugging Face's libraries read.
    ///
    /// # Errors
    /// When the file can't be written, or a special token is also an ordinary one.
    pub fn save_json(&self, path: &Path) -> Result<()> {
        let json = to_json(self)
            .with_context(|| format!("cannot write {}", path.display()))?;
        write(path, &json)
    }

    /// Reads Hugging Face's `tokenizer.json`. All of its added tokens become special tokens,
    /// so [`encode_with_special`](Self::encode_with_special) gives the ids of their `encode`.
    ///
    /// # Errors
    /// When the file is missing, broken, or no byte-level BPE that we know; the sentence names
    /// the file and, where there is one, the line.
    pub fn load_json(path: &Path) -> Result<Self> {
        Self::from_json(&read(path)?).with_context(|| path.display().to_string())
    }

    /// As [`load_json`](Self::load_json), from what the file would hold.
    ///
    /// # Errors
    /// When it is broken, or no byte-level BPE that we know.
    pub fn from_json(json: &str) -> Result<Self> {
        let kind: Kind =
            serde_json::from_str(json).context("not a tokenizer.json")?;
        let kind = kind.model.kind.unwrap_or_else(|| "BPE".to_owned());
        ensure!(kind == "BPE", "the model is {kind}, and only BPE is known here");
        let mut file: File =
            serde_json::from_str(json).context("not a tokenizer.json")?;
        file.model.check()?;

        let added = std::mem::take(&mut file.added_tokens);
        for token in &added {
            token.check(&file.normalizer, &file.model.vocab)?;
        }
        let special: Vec<_> =
            added.into_iter().map(|token| (token.content, token.id)).collect();
        file.model.vocab.take(|text| special.iter().any(|(it, _)| it == text));

        let mut vocabulary = file.model.vocab.vocabulary(&file.model.merges()?)?;
        if file.model.ignore_merges {
            vocabulary = vocabulary.taking_whole_pieces();
        }
        check_decoder(&file.decoder, &file.post_processor)?;
        Ok(tokenizer(vocabulary, special)?
            .with_pattern(pattern(&file.pre_tokenizer)?)
            .with_normalization(normalization(&file.normalizer)?))
    }
}

fn to_json(tokenizer: &Tokenizer) -> Result<String> {
    let added = tokenizer.special().iter().map(|(text, id)| AddedToken {
        id: *id,
        content: text.clone(),
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false, // looked for in the text as it is
        special: true,
    });
    let mut added: Vec<_> = added.collect();
    added.sort_by_key(|token| token.id);
    let vocabulary = tokenizer.vocabulary();
    let text = |id| vocabulary.bytes(id).map(letters).expect("merges join tokens");
    let merges = vocabulary.merges();
    let merges = merges.iter().map(|&(l, r, _)| Merge::Pair(text(l), text(r)));
    let normalizer = match tokenizer.normalization() {
        Normalization::None => Value::Null,
        Normalization::Nfc => json!({"type": "NFC"}),
        Normalization::Nfkc => json!({"type": "NFKC"}),
    };
    let file = File {
        version: "1.0".into(),
        truncation: Value::Null,
        padding: Value::Null,
        added_tokens: added,
        normalizer,
        pre_tokenizer: pre_tokenizer(tokenizer.pattern()),
        post_processor: Value::Null,
        decoder: byte_level(true),
        model: Model {
            kind: Some("BPE".into()),
            dropout: None,
            unk_token: None,
            continuing_subword_prefix: None,
            end_of_word_suffix: None,
            fuse_unk: false,
            byte_fallback: false,
            ignore_merges: vocabulary.takes_whole_pieces(),
            // The special ones too: the library counts new ids on from the last one here.
            vocab: Tokens::of(tokenizer, true)?,
            merges: merges.collect(),
        },
    };
    Ok(serde_json::to_string(&file)?)
}

impl Model {
    /// Refuses what would give other ids than ours.
    fn check(&self) -> Result<()> {
        let is_set =
            |text: &Option<String>| text.as_ref().is_some_and(|it| !it.is_empty());
        let odd = [
            ("dropout", self.dropout.is_some_and(|share| share > 0.0)),
            ("continuing_subword_prefix", is_set(&self.continuing_subword_prefix)),
            ("end_of_word_suffix", is_set(&self.end_of_word_suffix)),
            ("byte_fallback", self.byte_fallback),
        ];
        for (name, is_used) in odd {
            ensure!(!is_used, "the model uses {name}, which is not known here");
        }
        Ok(())
    }

    fn merges(&self) -> Result<Merges> {
        let mut merges = Merges::default();
        for (merge, number) in self.merges.iter().zip(1..) {
            let parts = match merge {
                Merge::Pair(left, right) => Some((left.as_str(), right.as_str())),
                Merge::Line(line) => line.split_once(' '),
            };
            parts
                .context("not two tokens and a space")
                .and_then(|(left, right)| merges.push(&self.vocab, left, right))
                .with_context(|| format!("merge {number}"))?;
        }
        Ok(merges)
    }
}

impl AddedToken {
    fn check(&self, normalizer: &Value, vocab: &Tokens) -> Result<()> {
        let Self { content, id, .. } = self;
        let takes_more = self.single_word || self.lstrip || self.rstrip;
        ensure!(
            !takes_more,
            "added token {content:?} looks at what stands around it, which is not known here"
        );
        ensure!(
            !self.normalized || normalizer.is_null(),
            "added token {content:?} is looked for in normalised text, which is not known here"
        );
        let known = vocab.id(content).unwrap_or(*id);
        ensure!(
            known == *id,
            "added token {content:?} has the ids {known} and {id}"
        );
        Ok(())
    }
}

fn byte_level(use_regex: bool) -> Value {
    json!({
        "type": "ByteLevel",
        "add_prefix_space": false,
        "trim_offsets": true,
        "use_regex": use_regex,
    })
}

fn pre_tokenizer(pattern: Pattern) -> Value {
    let split = |regex: &str| {
        json!({
            "type": "Split",
            "pattern": {"Regex": regex},
            "behavior": "Isolated",
            "invert": false,
        })
    };
    match pattern {
        Pattern::Gpt2 => byte_level(true),
        Pattern::Cl100k => json!({
            "type": "Sequence",
            "pretokenizers": [split(CL100K), byte_level(false)],
        }),
    }
}

/// The pattern that the field `pre_tokenizer` means.
fn pattern(value: &Value) -> Result<Pattern> {
    let means =
        |pattern| essential(pre_tokenizer(pattern)) == essential(value.clone());
    let known = [Pattern::Gpt2, Pattern::Cl100k].into_iter().find(|&it| means(it));
    known.with_context(|| {
        format!("the pre_tokenizer {value} is neither GPT-2's nor GPT-4's")
    })
}

/// What matters to ids: not where a token stands, and what is left out has its default.
fn essential(mut value: Value) -> Value {
    if let Some(steps) =
        value.get_mut("pretokenizers").and_then(Value::as_array_mut)
    {
        steps.iter_mut().for_each(|step| *step = essential(step.take()));
    }
    if value["type"] == "ByteLevel"
        && let Some(fields) = value.as_object_mut()
    {
        fields.remove("trim_offsets");
        fields.entry("use_regex").or_insert(true.into());
    }
    value
}

fn normalization(value: &Value) -> Result<Normalization> {
    match value["type"].as_str() {
        None if value.is_null() => Ok(Normalization::None),
        Some("NFC") => Ok(Normalization::Nfc),
        Some("NFKC") => Ok(Normalization::Nfkc),
        _ => bail!("the normalizer {value} is not known here"),
    }
}

fn check_decoder(decoder: &Value, post_processor: &Value) -> Result<()> {
    let is_known = |value: &Value| value.is_null() || value["type"] == "ByteLevel";
    ensure!(is_known(decoder), "the decoder {decoder} is not known here");
    ensure!(
        is_known(post_processor),
        "the post_processor {post_processor} adds tokens, which is not known here"
    );
    Ok(())
}
