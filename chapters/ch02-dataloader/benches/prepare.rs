//! What preparing costs beside encoding: reading, checking, putting in order and writing.
//!
//! ```console
//! $ cargo bench -p ch02 --bench prepare -- FILE…
//! ```
//!
//! The two take turns, so that both meet the same weather on the machine, and the best pass of
//! each counts. Encoding has the text in memory already and gives its ids to nobody.

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, ensure};
use ch01::train::safe_cut;
use ch01::{END_OF_TEXT, Tokenizer};
use ch02::prepare::{PrepareOptions, prepare};
use clap::Parser;
use tempfile::TempDir;

/// Time preparing beside encoding
#[derive(Parser)]
struct Cli {
    /// Files of UTF-8 text
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// How often each does its work
    #[arg(long, default_value_t = 7)]
    passes: usize,

    /// What cargo adds
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    cli::run(|| {
        let cli = Cli::parse();
        let texts: Result<Vec<String>, _> =
            cli.files.iter().map(fs::read_to_string).collect();
        let texts = texts?;
        let size: usize = texts.iter().map(String::len).sum();
        ensure!(size > 0, "there is no text");
        let tokenizer = Tokenizer::gpt2();
        let options = PrepareOptions::default();
        let parts: Vec<&str> =
            texts.iter().flat_map(|text| cut(text, options.chunk)).collect();

        let folder = TempDir::new()?;
        let (mut encoding, mut preparing) = (f64::INFINITY, f64::INFINITY);
        for pass in 0..cli.passes {
            let start = Instant::now();
            black_box(tokenizer.encode_batch(black_box(&parts)));
            encoding = encoding.min(start.elapsed().as_secs_f64());

            let out = folder.path().join(pass.to_string());
            let start = Instant::now();
            prepare(&cli.files, &out, &tokenizer, &options, |_| Ok(()))?;
            preparing = preparing.min(start.elapsed().as_secs_f64());
            fs::remove_dir_all(out)?;
        }
        let rate = |seconds: f64| size as f64 / 1e6 / seconds;
        println!("encode   {:>8.1} MB/s", rate(encoding));
        println!("prepare  {:>8.1} MB/s", rate(preparing));
        println!("         {:>8.1} %", 100.0 * encoding / preparing);
        Ok(())
    })
}

/// A text in parts of about `size` bytes.
fn cut(mut text: &str, size: usize) -> Vec<&str> {
    let marker = [END_OF_TEXT.to_string()];
    let mut parts = Vec::new();
    while text.len() > size {
        let place = safe_cut(&text.as_bytes()[..size], &marker);
        let (part, rest) = text.split_at(place.unwrap_or(text.len()));
        parts.push(part);
        text = rest;
    }
    parts.push(text);
    parts
}
