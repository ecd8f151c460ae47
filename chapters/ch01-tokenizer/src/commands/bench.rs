//! `bench`: how fast the rungs encode.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use anyhow::{Result, ensure};
use ch01::Tokenizer;
use ch01::encode::Rung;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use super::input::{Text, VocabOption};

/// How fast the rungs of the ladder encode
///
/// The rungs take turns, so that all meet the same weather on the machine; the median of their
/// passes is shown. Compare the figures of one run only.
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch01 -- bench notes.txt
  cargo run --release -p ch01 -- bench --rung fast --passes 9 notes.txt")]
pub struct Bench {
    #[command(flatten)]
    text: Text,

    #[command(flatten)]
    vocab: VocabOption,

    /// Only these rungs; may be given several times
    #[arg(long)]
    rung: Vec<Rung>,

    /// How often each encodes the text
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    passes: u32,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// The slow rungs get only so many bytes: the first would take hours for a large file.
fn limit(rung: Rung) -> usize {
    match rung {
        Rung::Replay => 20_000,
        Rung::LowestRank | Rung::Cached => 10_000_000,
        Rung::Fast => usize::MAX,
    }
}

/// What a rung did in one pass.
struct Pass {
    bytes: usize,
    tokens: usize,
    seconds: f64,
}

/// Times the rungs in turn and prints a table.
pub fn run(args: &Bench, out: &mut impl Write) -> Result<()> {
    let tokenizer = args.vocab.vocab.open()?;
    let text = args.text.read()?;
    ensure!(!text.is_empty(), "there is no text to encode");
    let rungs = if args.rung.is_empty() { &Rung::ALL[..] } else { &args.rung };

    let mut passes: Vec<Vec<Pass>> = rungs.iter().map(|_| Vec::new()).collect();
    let bar = ProgressBar::new(u64::from(args.passes) * rungs.len() as u64);
    for _ in 0..args.passes {
        for (&rung, passes) in rungs.iter().zip(&mut passes) {
            passes.push(time(&tokenizer, rung, &text));
            bar.inc(1);
        }
    }
    bar.finish_and_clear();

    let medians: Vec<_> = passes.into_iter().map(median).collect();
    let lines = rungs.iter().zip(&medians);
    if args.json {
        let lines = lines.map(|(rung, pass)| {
            json!({
                "rung": rung.name(),
                "bytes": pass.bytes,
                "tokens": pass.tokens,
                "seconds": pass.seconds,
            })
        });
        writeln!(out, "{}", json!({"rungs": lines.collect::<Vec<_>>()}))?;
        return Ok(());
    }
    writeln!(out, "rung               bytes      MB/s   million tokens/s")?;
    for (rung, pass) in lines {
        writeln!(
            out,
            "{rung:<12}{:>12}{:>10.3}{:>19.3}",
            pass.bytes,
            pass.bytes as f64 / 1e6 / pass.seconds,
            pass.tokens as f64 / 1e6 / pass.seconds
        )?;
    }
    Ok(())
}

fn time(tokenizer: &Tokenizer, rung: Rung, text: &str) -> Pass {
    let text = &text[..text.floor_char_boundary(limit(rung))];
    let start = Instant::now();
    let ids = black_box(tokenizer.encode_by(rung, black_box(text)));
    let seconds = start.elapsed().as_secs_f64();
    Pass { bytes: text.len(), tokens: ids.len(), seconds }
}

fn median(mut passes: Vec<Pass>) -> Pass {
    passes.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    passes.swap_remove(passes.len() / 2)
}
