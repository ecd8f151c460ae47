//! `prepare`: texts to token shards.

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use ch01::Vocab;
use ch02::prepare::{DocumentRule, Manifest, PrepareOptions, prepare};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::options::{grouped, large};
use super::show::at_least_one;

/// Turn texts into token shards
///
/// Run it again after it was stopped, and it goes on with the first shard that is missing.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch02 -- prepare --out stories TinyStoriesV2-GPT4-train.txt
  cargo run --release -p ch02 -- prepare --out web web-*.jsonl
  cargo run -p ch02 -- peek stories")]
pub struct Args {
    /// Files of UTF-8 text, as large as you like
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Folder for the shards
    #[arg(long)]
    out: PathBuf,

    /// The vocabulary: gpt2, a folder with vocab.json and merges.txt, a tokenizer.json or a
    /// rank file such as cl100k_base.tiktoken
    #[arg(long, default_value_t = Vocab::Gpt2, value_name = "NAME|PATH")]
    vocab: Vocab,

    /// How documents are told apart: by the marker `<|endoftext|>`, by lines, or as jsonl, one
    /// JSON object with a field "text" in each line; by-name is jsonl for files .jsonl and
    /// marker for others
    #[arg(long, default_value_t, value_name = "by-name|marker|lines|jsonl")]
    documents: DocumentRule,

    /// Tokens in a shard; k, M and G are thousands, millions and billions
    #[arg(long, default_value = "100M", value_parser = large)]
    shard_tokens: u64,

    /// How many threads encode [default: all cores]
    #[arg(long, value_parser = at_least_one)]
    threads: Option<usize>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Prepares, and says what came out.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let tokenizer = args.vocab.open()?;
    let defaults = PrepareOptions::default();
    let options = PrepareOptions {
        documents: args.documents,
        shard_tokens: args.shard_tokens,
        threads: args.threads.unwrap_or(defaults.threads),
        ..defaults
    };
    let bar = bar();
    let (start, mut kept) = (Instant::now(), None);
    let manifest =
        prepare(&args.files, &args.out, &tokenizer, &options, |progress| {
            if kept.is_none() {
                kept = Some(progress.shards);
                bar.set_length(progress.of);
                bar.reset_eta();
            }
            bar.set_position(progress.bytes);
            Ok(())
        })?;
    bar.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();
    match kept {
        None => eprintln!("everything was there already"),
        Some(0) => {}
        Some(shards) => eprintln!("{shards} shards were there already"),
    }
    report(args, &manifest, seconds, out)
}

fn report(
    args: &Args,
    manifest: &Manifest,
    seconds: f64,
    out: &mut impl Write,
) -> Result<()> {
    let files = &manifest.recipe.files;
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    let (tokens, documents) = (manifest.tokens(), manifest.documents());
    if args.json {
        let report = json!({
            "folder": args.out, "files": files.len(), "bytes": bytes,
            "documents": documents, "tokens": tokens,
            "shards": manifest.shards.len(), "seconds": seconds,
        });
        writeln!(out, "{report}")?;
        return Ok(());
    }
    writeln!(out, "files      {:>15}", grouped(files.len() as u64))?;
    writeln!(out, "bytes      {:>15}", grouped(bytes))?;
    writeln!(out, "documents  {:>15}", grouped(documents))?;
    writeln!(out, "tokens     {:>15}", grouped(tokens))?;
    writeln!(out, "shards     {:>15}", grouped(manifest.shards.len() as u64))?;
    Ok(())
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
    );
    let bar = ProgressBar::new(0);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
