//! The sizes, from `config.json` or `hparams.json`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use ch04::{Gelu, Gpt2Config};
use serde::Deserialize;
use serde_json::{Value, json};

/// Reads Hugging Face's `config.json`.
///
/// # Errors
/// When the file is missing or broken, or describes a model that this book's GPT-2 is not.
pub fn read_config(path: &Path) -> Result<Gpt2Config> {
    let mut json: Value = read_json(path)?;
    check_switches(&json)
        .and_then(|()| {
            rename_activation(&mut json);
            Ok(serde_json::from_value(json)?)
        })
        .and_then(check_sizes)
        .with_context(|| path.display().to_string())
}

/// Refuses what would be computed differently. A switch that is not there has its usual value.
fn check_switches(json: &Value) -> Result<()> {
    let n_embd = json["n_embd"].as_i64().unwrap_or(768);
    let model_type = &json["model_type"];
    ensure!(
        model_type.is_null()
            || model_type == "gpt2"
            || model_type == "gpt2-variant",
        "model_type is {model_type}, and this book reads only \"gpt2\" and, written by itself, \
         \"gpt2-variant\""
    );
    let usual = [
        ("scale_attn_weights", json!(true)),
        ("scale_attn_by_inverse_layer_idx", json!(false)),
        ("reorder_and_upcast_attn", json!(false)),
        ("add_cross_attention", json!(false)),
        ("n_inner", json!(4 * n_embd)),
    ];
    for (switch, usual) in usual {
        let value = &json[switch];
        ensure!(
            value.is_null() || *value == usual,
            "{switch} is {value}, and this book's GPT-2 knows only {usual}"
        );
    }
    Ok(())
}

/// Hugging Face has several names for the same two functions.
fn rename_activation(json: &mut Value) {
    let renamed = match json["activation_function"].as_str() {
        Some("gelu_pytorch_tanh" | "gelu_fast") => json!(Gelu::Tanh),
        Some("gelu_python") => json!(Gelu::Exact),
        _ => return,
    };
    json["activation_function"] = renamed;
}

#[derive(Deserialize)]
struct Hparams {
    n_vocab: i64,
    n_ctx: i64,
    n_embd: i64,
    n_head: i64,
    n_layer: i64,
}

/// Reads OpenAI's `hparams.json`.
///
/// # Errors
/// When the file is missing or broken.
pub fn read_hparams(path: &Path) -> Result<Gpt2Config> {
    let Hparams { n_vocab, n_ctx, n_embd, n_head, n_layer } = read_json(path)?;
    let config = Gpt2Config {
        vocab_size: n_vocab,
        n_positions: n_ctx,
        n_embd,
        n_head,
        n_layer,
        ..Gpt2Config::default()
    };
    check_sizes(config).with_context(|| path.display().to_string())
}

/// The largest size that any field may have: far beyond all models, and safe to multiply.
const LARGEST: i64 = 1 << 24;

fn check_sizes(config: Gpt2Config) -> Result<Gpt2Config> {
    config.validate()?;
    let Gpt2Config { vocab_size, n_positions, n_embd, n_layer, .. } = config;
    let largest = vocab_size.max(n_positions).max(n_embd).max(n_layer);
    ensure!(largest <= LARGEST, "a size of {largest} is more than any model has");
    Ok(config)
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is broken", path.display()))
}
