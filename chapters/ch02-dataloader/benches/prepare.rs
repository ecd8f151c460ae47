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

    /// About how many bytes are encoded at once
    #[arg(long, default_value_t = PrepareOptions::default().chunk)]
    chunk: usize,

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
        let options =
            PrepareOptions { chunk: cli.chunk, ..PrepareOptions::default() };
        let parts: Vec<&str> =
            texts.iter().flat_map(|text| cut(text, options.chunk)).collect();

        let folder = TempDir::new()?;
        let (mut encoding, mut preparing) = (Cost::default(), Cost::default());
        for pass in 0..cli.passes {
            encoding.add(|| {
                black_box(tokenizer.encode_batch(black_box(&parts)));
                Ok(())
            })?;
            let out = folder.path().join(pass.to_string());
            preparing.add(|| {
                prepare(&cli.files, &out, &tokenizer, &options, |_| Ok(()))?;
                Ok(())
            })?;
            fs::remove_dir_all(out)?;
        }
        let rate = |cost: &Cost| size as f64 / 1e6 / cost.best;
        println!("encode   {:>8.1} MB/s", rate(&encoding));
        println!("prepare  {:>8.1} MB/s", rate(&preparing));
        println!("         {:>8.1} %", 100.0 * encoding.best / preparing.best);
        if encoding.processor > 0.0 {
            let share = encoding.processor / preparing.processor;
            println!("         {:>8.1} % by the processor's time", 100.0 * share);
        }
        Ok(())
    })
}

/// What some passes took, in seconds.
struct Cost {
    best: f64,
    /// Of all processors together, in all passes; 0 where the system does not tell
    processor: f64,
}

impl Default for Cost {
    fn default() -> Self {
        Self { best: f64::INFINITY, processor: 0.0 }
    }
}

impl Cost {
    fn add(&mut self, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let (start, before) = (Instant::now(), processor_seconds());
        work()?;
        self.best = self.best.min(start.elapsed().as_secs_f64());
        self.processor += processor_seconds() - before;
        Ok(())
    }
}

/// What this process has had of the processors so far, as Linux tells it: in hundredths.
fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.filter_map(|it| it.parse::<f64>().ok()).sum::<f64>() / 100.0
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
