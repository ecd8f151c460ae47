//! `report`: what a data set looks like.

use std::io::Write;

use anyhow::{Context, Result, ensure};
use ch01::{Tokenizer, spell};
use ch02::Report;
use serde_json::json;

use super::show::at_least_one;
use super::source::Source;

/// Numbers on a data set: compression, lengths, fill of windows, most frequent words and tokens
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch02 -- report
  cargo run --release -p ch02 -- report --context 256 --top 5 notes.txt
  cargo run --release -p ch02 -- report --vocab datasets/trained/tokenizer --json pages.jsonl")]
pub struct Args {
    #[command(flatten)]
    source: Source,

    /// The vocabulary: gpt2, a folder with vocab.json and merges.txt, or a tokenizer.json
    #[arg(long, default_value = "gpt2", value_name = "NAME|PATH")]
    vocab: String,

    /// Tokens in a window
    #[arg(long, default_value_t = 1024, value_parser = at_least_one)]
    context: usize,

    /// How many of the most frequent tokens and words to list
    #[arg(long, default_value_t = 10)]
    top: usize,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Goes through all documents and prints what they are like.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let tokenizer = match args.vocab.as_str() {
        "gpt2" => Tokenizer::gpt2(),
        path => Tokenizer::open(path.as_ref())
            .context("--vocab is gpt2, a folder or a file")?,
    };
    let mut report = Report::new(&tokenizer, args.context);
    args.source.open()?.each("reading", |document| {
        report.add(&document.text);
        Ok(())
    })?;
    ensure!(report.documents() > 0, "there is no document to report on");
    match args.json {
        true => print_json(&report, &tokenizer, args, out),
        false => print(&report, &tokenizer, args, out),
    }
}

fn print(
    report: &Report,
    tokenizer: &Tokenizer,
    args: &Args,
    out: &mut impl Write,
) -> Result<()> {
    let (all, documents) = (report.analysis().total(), report.documents());
    let copies = 100.0 * report.copies() as f64 / documents as f64;
    let used = report.analysis().used();
    let of = tokenizer.vocab_size();
    writeln!(out, "{documents:>12} documents, {copies:.1} % of them copies")?;
    writeln!(out, "{:>12} bytes", all.bytes)?;
    writeln!(out, "{:>12} tokens", all.tokens)?;
    writeln!(out, "{:>12.2} bytes per token", all.bytes_per_token())?;
    let share = 100.0 * used as f64 / of as f64;
    writeln!(out, "{used:>12} of {of} ids used, {share:.1} %")?;
    let (fill, context) = (100.0 * report.fill(), args.context);
    writeln!(
        out,
        "{fill:>10.1} % of the positions filled, in windows of {context}"
    )?;
    writeln!(out, "{:>12} different words", report.different_words())?;

    writeln!(out, "\ntokens a document")?;
    let lengths = report.lengths();
    let most = lengths.iter().map(|&(_, count)| count).max().unwrap_or(1).max(1);
    for (limit, count) in lengths.into_iter().skip_while(|&(_, count)| count == 0) {
        let bar = "#".repeat((40 * count).div_ceil(most));
        writeln!(out, "{:>12} {count:>8}  {bar}", format!("up to {limit}"))?;
    }

    writeln!(out, "\n   times  token              times  word")?;
    let tokens = report.analysis().most_used(args.top);
    let words = report.most_frequent_words(args.top);
    for place in 0..tokens.len().max(words.len()) {
        let token = tokens.get(place).map(|&(id, count)| {
            let text = spell(tokenizer.token(id).unwrap_or_default());
            format!("{count:>8}  {text}")
        });
        let word =
            words.get(place).map(|(word, count)| format!("{count:>8}  {word}"));
        let (token, word) = (token.unwrap_or_default(), word.unwrap_or_default());
        writeln!(out, "{}", format!("{token:<26}{word}").trim_end())?;
    }
    Ok(())
}

fn print_json(
    report: &Report,
    tokenizer: &Tokenizer,
    args: &Args,
    out: &mut impl Write,
) -> Result<()> {
    let all = report.analysis().total();
    let tokens = report.analysis().most_used(args.top);
    let tokens = tokens.iter().map(|(id, count)| {
        let text = spell(tokenizer.token(*id).unwrap_or_default());
        json!({"id": id, "count": count, "text": text})
    });
    let words = report.most_frequent_words(args.top).into_iter();
    let words = words.map(|(word, count)| json!({"word": word, "count": count}));
    let lengths = report.lengths().into_iter();
    let lengths =
        lengths.map(|(limit, count)| json!({"up_to": limit, "count": count}));
    let report = json!({
        "documents": report.documents(),
        "copies": report.copies(),
        "bytes": all.bytes,
        "characters": all.characters,
        "tokens": all.tokens,
        "vocab_size": tokenizer.vocab_size(),
        "used": report.analysis().used(),
        "context": args.context,
        "fill": report.fill(),
        "different_words": report.different_words(),
        "lengths": lengths.collect::<Vec<_>>(),
        "most_used": tokens.collect::<Vec<_>>(),
        "most_frequent_words": words.collect::<Vec<_>>(),
    });
    writeln!(out, "{report}")?;
    Ok(())
}
