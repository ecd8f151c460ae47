//! `shapes`: the way of a batch through the model.

use std::io::Write;

use anyhow::{Result, ensure};
use ch04::{FeedForwardKind, Gpt2Config, Size, Switches};
use clap::{Args, value_parser};

use super::numbers::{mebibytes, name_of, print_switches};

/// Print the shape of every tensor on the way from ids to logits
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run -p ch04 -- shapes
  cargo run -p ch04 -- shapes --size gpt2-xl --batch 8 --tokens 1024
  cargo run -p ch04 -- shapes --feed-forward swiglu --positions rotary")]
pub struct Shapes {
    /// Which of the four sizes
    #[arg(long, value_enum, default_value_t)]
    size: Size,

    /// `b`: texts at once
    #[arg(long, default_value_t = 2, value_parser = value_parser!(i64).range(1..=1_000_000))]
    batch: i64,

    /// `t`: tokens of each text
    #[arg(long, default_value_t = 4, value_parser = value_parser!(i64).range(1..))]
    tokens: i64,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    switches: Switches,
}

/// Follows the batch. Nothing is computed.
pub fn run(args: &Shapes, out: &mut impl Write) -> Result<()> {
    let config = args.switches.apply(Gpt2Config::released(args.size));
    ensure!(
        args.tokens <= config.n_positions,
        "{} tokens do not fit: the model has {} positions; give --tokens at most that",
        args.tokens,
        config.n_positions
    );
    let steps = ch04::shapes(&config, args.batch, args.tokens);
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &steps)?;
        writeln!(out)?;
        return Ok(());
    }
    print_switches(args.switches, out)?;
    let Gpt2Config { n_embd: c, n_head: h, n_layer: n, vocab_size: v, .. } = config;
    let f = match args.switches.feed_forward {
        FeedForwardKind::Gelu => String::new(), // 4c, and the shapes say so
        FeedForwardKind::SwiGlu => format!(", f = {}", config.feed_forward_width()),
    };
    writeln!(
        out,
        "{}: b = {}, t = {}, c = {c}, h = {h}, d = {}{f}, v = {v}, n = {n}",
        name_of(args.size),
        args.batch,
        args.tokens,
        c / h
    )?;
    let mut part = "";
    for step in &steps {
        if step.part != part {
            part = step.part;
            let times = match part {
                "attention" | "feed-forward" => format!(", in each of {n} blocks"),
                _ => String::new(),
            };
            writeln!(out, "\n{:71}{:>9}", format!("{part}{times}"), "MiB")?;
        }
        writeln!(
            out,
            "  {:35}{:13}{:20} {:>9.3}",
            step.makes,
            format!("({})", step.letters.replace(' ', ", ")),
            format!("{:?}", step.shape),
            mebibytes(step.numel() * if step.makes == "ids" { 8 } else { 4 }),
        )?;
    }
    Ok(())
}
