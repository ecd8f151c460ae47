//! `compare`: two vocabularies on the same texts.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use ch01::Vocab;
use clap::Args;
use serde_json::json;

use super::analyse::of_files;
use super::input::VocabOption;

/// Two vocabularies on the same texts: which needs fewer tokens
#[derive(Args)]
#[command(after_help = "Example:
  cargo run --release -p ch01 -- compare --vocab datasets/trained/tokenizer notes.txt")]
pub struct Compare {
    /// Files of UTF-8 text
    #[arg(required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    vocab: VocabOption,

    /// The vocabulary to compare with
    #[arg(long, default_value = "gpt2", value_name = "NAME|PATH")]
    with: Vocab,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Encodes all files twice and prints the sizes side by side.
pub fn run(args: &Compare, out: &mut impl Write) -> Result<()> {
    let tokenizers = [args.vocab.vocab.open()?, args.with.open()?];
    let [ours, theirs] = &tokenizers;
    let ours = of_files(ours, &args.files)?;
    let theirs = of_files(theirs, &args.files)?;
    let names = [&args.vocab.vocab, &args.with].map(ToString::to_string);
    if args.json {
        let texts = ours.texts().iter().zip(theirs.texts()).map(|(a, b)| {
            json!({"name": a.name, "bytes": a.bytes, "tokens": [a.tokens, b.tokens]})
        });
        let texts: Vec<_> = texts.collect();
        writeln!(out, "{}", json!({"vocabularies": names, "texts": texts}))?;
        return Ok(());
    }
    for (letter, (name, tokenizer)) in
        ["A", "B"].iter().zip(names.iter().zip(&tokenizers))
    {
        writeln!(out, "{letter}  {name}, {} ids", tokenizer.vocab_size())?;
    }
    writeln!(
        out,
        "\n     bytes  tokens: A         B  bytes/token: A       B  text"
    )?;
    let totals = (ours.texts().len() > 1).then(|| (ours.total(), theirs.total()));
    let pairs = ours.texts().iter().zip(theirs.texts());
    for (a, b) in pairs.chain(totals.as_ref().map(|(a, b)| (a, b))) {
        writeln!(
            out,
            "{:>10}{:>11}{:>10}{:>16.2}{:>8.2}  {}",
            a.bytes,
            a.tokens,
            b.tokens,
            a.bytes_per_token(),
            b.bytes_per_token(),
            a.name
        )?;
    }
    Ok(())
}
