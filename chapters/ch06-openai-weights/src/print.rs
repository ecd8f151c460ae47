//! Results as text and as JSON.

use std::io::Write;

use anyhow::Result;
use ch01::Tokenizer;
use serde_json::json;
use tch::{Kind, Tensor};

use crate::{Pretrained, Statistics, statistics};

/// A shape as the book writes it: `(12, 36)`.
pub fn shape(axes: &[i64]) -> String {
    let axes: Vec<_> = axes.iter().map(ToString::to_string).collect();
    format!("({})", axes.join(", "))
}

/// Sizes, a line for each parameter, and the total.
///
/// # Errors
/// When the weights do not fit the sizes or can't be read, or `out` can't be written to.
pub fn print_model(
    out: &mut impl Write,
    pretrained: &Pretrained,
    as_json: bool,
) -> Result<()> {
    let lines = statistics(pretrained)?;
    let total: i64 = lines.iter().map(|line| line.count).sum();
    if as_json {
        let json = json!({
            "format": pretrained.format,
            "config": pretrained.config,
            "parameters": total,
            "tensors": lines,
        });
        writeln!(out, "{}", serde_json::to_string_pretty(&json)?)?;
        return Ok(());
    }
    let config = &pretrained.config;
    writeln!(
        out,
        "{} files: {} layers, {} heads, {} channels, {} positions, {} ids, head {}\n",
        pretrained.format,
        config.n_layer,
        config.n_head,
        config.n_embd,
        config.n_positions,
        config.vocab_size,
        if config.tie_word_embeddings { "tied" } else { "untied" }
    )?;
    print_table(out, &lines)?;
    writeln!(out, "\n{total} parameters in {} tensors", lines.len())?;
    Ok(())
}

fn print_table(out: &mut impl Write, lines: &[Statistics]) -> Result<()> {
    let widest = |text: fn(&Statistics) -> usize, least: usize| {
        lines.iter().map(text).fold(least, usize::max)
    };
    let name = widest(|line| line.stored_name.len(), "in the file".len());
    let form = widest(|line| shape(&line.stored_shape).len(), "shape".len());
    let count = widest(|line| line.count.to_string().len(), "numbers".len());
    writeln!(
        out,
        "{:name$}  dtype  {:form$}  {:>count$}     mean     std",
        "in the file", "shape", "numbers"
    )?;
    for line in lines {
        writeln!(
            out,
            "{:name$}  {:5}  {:form$}  {:>count$}  {:+.4}  {:.4}",
            line.stored_name,
            line.dtype,
            shape(&line.stored_shape),
            line.count,
            line.mean,
            line.std
        )?;
    }
    Ok(())
}

/// The logits as JSON: `{"ids": […], "shape": [t, v], "logits": [[…], …]}`.
///
/// # Shapes
/// - `logits`: `(t, v)`
///
/// # Errors
/// When `out` can't be written to.
pub fn print_logits(
    out: &mut impl Write,
    ids: &[i64],
    logits: &Tensor,
) -> Result<()> {
    let rows = Vec::<Vec<f32>>::try_from(logits.to_kind(Kind::Float))?;
    let json = json!({ "ids": ids, "shape": logits.size(), "logits": rows });
    writeln!(out, "{json}")?;
    Ok(())
}

/// How many of the likeliest tokens a line shows.
const SHOWN: i64 = 5;

/// A line for each place: the likeliest next tokens with their logits.
///
/// # Shapes
/// - `logits`: `(t, v)`
///
/// # Errors
/// When `out` can't be written to.
pub fn print_likeliest(
    out: &mut impl Write,
    ids: &[i64],
    logits: &Tensor,
    tokenizer: Option<&Tokenizer>,
) -> Result<()> {
    let shown = SHOWN.min(logits.size()[1]);
    let (best, places) = logits.topk(shown, -1, true, true); // (t, shown)
    let best = Vec::<Vec<f32>>::try_from(best.to_kind(Kind::Float))?;
    let places = Vec::<Vec<i64>>::try_from(places)?;
    let name = |id: i64| {
        let bytes = tokenizer.and_then(|it| it.token(u32::try_from(id).ok()?));
        bytes.map_or(id.to_string(), |bytes| {
            format!("{:?}", String::from_utf8_lossy(bytes))
        })
    };
    // The last rows are there even when only they were asked for.
    let ids = &ids[ids.len() - best.len()..];
    for ((id, best), places) in ids.iter().zip(best).zip(places) {
        write!(out, "after {:12}", name(*id))?;
        for (logit, place) in best.iter().zip(places) {
            write!(out, "  {} {logit:.3}", name(place))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
