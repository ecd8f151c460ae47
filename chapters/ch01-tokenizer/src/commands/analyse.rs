//! `analyse`: how well a vocabulary fits texts.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use ch01::{Analysis, Tokenizer, spell};
use clap::Args;
use serde_json::json;

use super::input::{VocabOption, each_part, name_of};

/// How well a vocabulary fits texts: compression, most used tokens, unused ones
#[derive(Args)]
#[command(after_help = "Example:
  cargo run --release -p ch01 -- analyse --vocab datasets/trained/tokenizer notes.txt code.rs")]
pub struct Analyse {
    /// Files of UTF-8 text; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    vocab: VocabOption,

    /// How many of the most used tokens to list
    #[arg(long, default_value_t = 10)]
    top: usize,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Encodes all files and prints what came out.
pub fn run(args: &Analyse, out: &mut impl Write) -> Result<()> {
    let tokenizer = args.vocab.vocab.open()?;
    let analysis = of_files(&tokenizer, &args.files)?;
    match args.json {
        true => print_json(&analysis, &tokenizer, args.top, out),
        false => print(&analysis, &tokenizer, args.top, out),
    }
}

/// The analysis of some files.
pub fn of_files<'a>(
    tokenizer: &'a Tokenizer,
    files: &[PathBuf],
) -> Result<Analysis<'a>> {
    let mut analysis = Analysis::new(tokenizer);
    for file in files {
        analysis.add(&name_of(file), "");
        each_part(file, Some(tokenizer), |part| {
            analysis.extend(part);
            Ok(())
        })?;
    }
    Ok(analysis)
}

fn print(
    analysis: &Analysis,
    tokenizer: &Tokenizer,
    top: usize,
    out: &mut impl Write,
) -> Result<()> {
    writeln!(out, "     bytes    tokens  bytes/token  tokens/character  text")?;
    let total = (analysis.texts().len() > 1).then(|| analysis.total());
    for text in analysis.texts().iter().chain(&total) {
        writeln!(
            out,
            "{:>10}{:>10}{:>13.2}{:>18.3}  {}",
            text.bytes,
            text.tokens,
            text.bytes_per_token(),
            text.tokens_per_character(),
            text.name
        )?;
    }
    let unused = analysis.unused();
    writeln!(
        out,
        "\n{} ids: {} used, {} ordinary ones unused",
        tokenizer.vocab_size(),
        analysis.used(),
        unused.len()
    )?;
    let spelled = |&id: &u32| spell(tokenizer.token(id).unwrap_or_default());
    let longest_first = {
        let mut ids = unused;
        let length = |id: &u32| tokenizer.token(*id).map_or(0, <[u8]>::len);
        ids.sort_by_key(|id| std::cmp::Reverse(length(id)));
        ids
    };
    let unused: Vec<_> =
        longest_first.iter().take(6).map(|id| short(&spelled(id))).collect();
    writeln!(out, "the longest unused: {}", unused.join(" "))?;
    writeln!(out, "\n     times        id  most used")?;
    for (id, count) in analysis.most_used(top) {
        writeln!(out, "{count:>10}{id:>10}  {}", spelled(&id))?;
    }
    Ok(())
}

/// The beginning of a long token.
fn short(token: &str) -> String {
    match token.char_indices().nth(12) {
        Some((end, _)) => format!("{}…", &token[..end]),
        None => token.to_owned(),
    }
}

fn print_json(
    analysis: &Analysis,
    tokenizer: &Tokenizer,
    top: usize,
    out: &mut impl Write,
) -> Result<()> {
    let texts = analysis.texts().iter().map(|text| {
        json!({
            "name": text.name,
            "bytes": text.bytes,
            "characters": text.characters,
            "tokens": text.tokens,
        })
    });
    let most_used = analysis.most_used(top);
    let most_used = most_used.iter().map(|(id, count)| {
        let text = spell(tokenizer.token(*id).unwrap_or_default());
        json!({"id": id, "count": count, "text": text})
    });
    let report = json!({
        "vocab_size": tokenizer.vocab_size(),
        "used": analysis.used(),
        "unused": analysis.unused().len(),
        "texts": texts.collect::<Vec<_>>(),
        "most_used": most_used.collect::<Vec<_>>(),
    });
    writeln!(out, "{report}")?;
    Ok(())
}
