//! `train`: learns a vocabulary.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use ch01::train::{Progress, train_files};
use ch01::{END_OF_TEXT, Pattern, Tokenizer, TrainOptions, spell};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

/// Learn a vocabulary from text
///
/// Writes tokenizer.json for Hugging Face's libraries and, where these have a place for all,
/// GPT-2's vocab.json and merges.txt.
#[derive(Args)]
#[command(after_help = "Example:
  cargo run --release -p ch01 -- train --vocab-size 4096 --out datasets/trained/tokenizer *.txt")]
pub struct Train {
    /// Files of text, as large as you like; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// How many ids: the 256 bytes, the merges and the special tokens
    #[arg(long)]
    vocab_size: usize,

    /// Folder for the tokenizer
    #[arg(long)]
    out: PathBuf,

    /// A special token; may be given several times
    #[arg(long, default_value = END_OF_TEXT, value_name = "TOKEN")]
    special: Vec<String>,

    /// How text is cut into pieces
    #[arg(long, value_enum, default_value = "gpt2")]
    pattern: PatternName,

    /// How many threads count [default: all cores]
    #[arg(long)]
    threads: Option<usize>,
}

#[derive(Clone, Copy, ValueEnum)]
enum PatternName {
    /// GPT-2's
    Gpt2,
    /// GPT-4's
    Cl100k,
}

/// The files that a tokenizer consists of.
const FILES: [&str; 3] = ["tokenizer.json", "vocab.json", "merges.txt"];

/// Learns, saves, and says what was learned.
pub fn run(args: &Train, out: &mut impl Write) -> Result<()> {
    let pattern = match args.pattern {
        PatternName::Gpt2 => Pattern::Gpt2,
        PatternName::Cl100k => Pattern::Cl100k,
    };
    let least = 256 + args.special.len();
    ensure!(
        args.vocab_size >= least,
        "--vocab-size is at least {least}: 256 bytes and {} special",
        args.special.len()
    );
    for (place, special) in args.special.iter().enumerate() {
        let is_longer = special.chars().nth(1).is_some();
        ensure!(
            is_longer,
            "--special {special:?} is too short: it would stand everywhere"
        );
        let is_new = !args.special[..place].contains(special);
        ensure!(is_new, "--special {special:?} is given twice");
    }
    ensure_new(&args.out)?;
    let mut options = TrainOptions::new(args.vocab_size - args.special.len());
    options.specials.clone_from(&args.special);
    options.pattern = pattern;
    options.threads = args.threads.unwrap_or(options.threads);

    let bar = ProgressBar::new(0);
    let vocabulary =
        train_files(&args.files, &options, |progress| show(&bar, progress))?;
    bar.finish_and_clear();

    let special: Vec<&str> = args.special.iter().map(String::as_str).collect();
    let tokenizer = Tokenizer::new(vocabulary, &special).with_pattern(pattern);
    save(&tokenizer, &args.out)?;
    report(&tokenizer, args.vocab_size, out)
}

/// Somebody's tokenizer is not overwritten.
fn ensure_new(folder: &Path) -> Result<()> {
    for name in FILES {
        ensure!(
            !folder.join(name).exists(),
            "{} holds a tokenizer already: choose another --out, or remove it",
            folder.display()
        );
    }
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))
}

fn save(tokenizer: &Tokenizer, folder: &Path) -> Result<()> {
    tokenizer.save_json(&folder.join("tokenizer.json"))?;
    match tokenizer.pattern() {
        Pattern::Gpt2 => {
            if let Err(error) = tokenizer.save(folder) {
                eprintln!("only tokenizer.json was written: {error:#}");
            }
        }
        Pattern::Cl100k => {} // vocab.json has no place for a pattern
    }
    eprintln!("the tokenizer is in {}", folder.display());
    Ok(())
}

fn report(
    tokenizer: &Tokenizer,
    wanted: usize,
    out: &mut impl Write,
) -> Result<()> {
    let merges = tokenizer.vocabulary().merges();
    let special = tokenizer.special().len();
    writeln!(
        out,
        "{} ids: 256 bytes, {} merges, {special} special",
        tokenizer.vocab_size(),
        merges.len(),
    )?;
    let token = |&(_, _, id): &(u32, u32, u32)| {
        spell(tokenizer.token(id).unwrap_or_default())
    };
    let first: Vec<_> = merges.iter().take(12).map(token).collect();
    let last = merges.iter().rev().take(6).map(token);
    let mut last: Vec<_> = last.collect();
    last.reverse();
    writeln!(out, "first  {}", first.join(" "))?;
    writeln!(out, "last   {}", last.join(" "))?;
    if tokenizer.vocab_size() < wanted {
        eprintln!("fewer than {wanted}: no other pair of tokens occurs twice");
    }
    Ok(())
}

/// Two bars after each other: bytes that were counted, then merges.
fn show(bar: &ProgressBar, progress: Progress) {
    let (done, of, style) = match progress {
        Progress::Counting { bytes, of } => {
            (bytes, of, "counting {bar:30} {bytes} of {total_bytes}, {eta} left")
        }
        Progress::Joining { tokens, of } => {
            (tokens as u64, of as u64, "joining  {bar:30} {pos} of {len} tokens")
        }
    };
    if bar.length() != Some(of) {
        let style = ProgressStyle::with_template(style);
        bar.set_style(style.expect("the template is a constant"));
        bar.set_length(of);
    }
    bar.set_position(done);
}
