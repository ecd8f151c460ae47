//! `peek`: windows as text.

use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use ch01::{Style, Tokenizer, Vocab, show};
use ch02::Windows;
use ch02::samplers::{Cursor, InOrder, Order, Sampler, Shuffled};
use ch02::shards::Shards;

use super::options::{grouped, is_data_set};
use super::show::at_least_one;

/// Show windows of a data set or of a text, with the borders of their tokens
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run -p ch02 -- peek notes.txt
  cargo run -p ch02 -- peek stories --order sequential --context 32 --count 8
  cargo run -p ch02 -- peek stories --epoch 3 --place 1000")]
pub struct Args {
    /// A folder of shards, a shard or a text
    path: PathBuf,

    /// The vocabulary, as for prepare
    #[arg(long, default_value_t = Vocab::Gpt2, value_name = "NAME|PATH")]
    vocab: Vocab,

    /// Which window comes when; a text has no documents to mix
    #[arg(
        long,
        default_value_t,
        value_name = "sequential|documents|shuffled|random"
    )]
    order: Order,

    /// Tokens in a window
    #[arg(long, default_value_t = 16, value_parser = at_least_one)]
    context: usize,

    /// Tokens from one window's start to the next one's [default: as many as a window has]
    #[arg(long, value_parser = at_least_one)]
    stride: Option<usize>,

    /// How many windows to show
    #[arg(long, default_value_t = 4)]
    count: u64,

    /// Decides the order
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// How often the data have been gone through
    #[arg(long, default_value_t = 0)]
    epoch: u64,

    /// The first window to show
    #[arg(long, default_value_t = 0)]
    place: u64,
}

/// Prints windows: colours in a terminal, bars elsewhere.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let tokenizer = args.vocab.open()?;
    let sampler = sampler(args, &tokenizer, out)?;
    let windows = sampler.windows();
    ensure!(
        windows > 0,
        "there are too few tokens for one window of {}: lower --context",
        args.context
    );
    ensure!(
        args.place < windows,
        "--place {} is beyond the end: an epoch has {windows} windows",
        args.place
    );
    writeln!(out, "{} windows in each epoch", grouped(windows))?;

    let in_colours =
        io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
    let style = if in_colours { Style::Coloured } else { Style::Plain };
    let (seed, epoch, place) = (args.seed, args.epoch, args.place);
    let start = Cursor { seed, epoch, place };
    for step in 0..args.count {
        let at = start.after(step, windows);
        let mut ids = Vec::new();
        sampler.read(at, &mut ids);
        let ids: Vec<u32> =
            ids.into_iter().map(u32::try_from).collect::<Result<_, _>>()?;
        let text = show(&tokenizer, &ids[..args.context], style)?;
        let target = show(&tokenizer, &ids[args.context..], style)?;
        writeln!(out, "\nepoch {}, place {}", at.epoch, at.place)?;
        writeln!(out, "{}", text.trim_end_matches('\n'))?;
        writeln!(out, "  → {}", target.trim_end_matches('\n'))?;
    }
    Ok(())
}

/// The sampler that was asked for.
fn sampler(
    args: &Args,
    tokenizer: &Tokenizer,
    out: &mut impl Write,
) -> Result<Arc<dyn Sampler>> {
    let (path, context) = (&args.path, args.context);
    let stride = args.stride.unwrap_or(context);
    if is_data_set(path) {
        let shards = Shards::open(path)?;
        shards.expect_vocabulary(tokenizer)?;
        writeln!(
            out,
            "{} tokens, {} documents, {} shards",
            grouped(shards.tokens()),
            grouped(shards.documents()),
            grouped(shards.count() as u64)
        )?;
        return Ok(args.order.sampler(Arc::new(shards), context, stride));
    }
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {} as UTF-8 text", path.display()))?;
    let ids = tokenizer.encode(&text);
    writeln!(out, "{} tokens", grouped(ids.len() as u64))?;
    let windows = Windows::new(ids, context, stride);
    Ok(match args.order {
        Order::Sequential => Arc::new(InOrder(windows)),
        Order::Shuffled => Arc::new(Shuffled(windows)),
        other => anyhow::bail!(
            "--order {other} needs shards: make some with `ch02 prepare`"
        ),
    })
}
