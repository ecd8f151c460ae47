//! `bench`: how fast batches come, and how long a model would wait for them.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use ch01::{END_OF_TEXT, Tokenizer};
use ch02::samplers::{Cursor, Order};
use ch02::shards::{Fingerprint, HEADER_BYTES, Header, Shard, Shards, Width};
use ch02::{Loader, LoaderOptions};
use device::DeviceChoice;
use serde_json::json;

use super::options::{grouped, large};
use super::show::at_least_one;

/// How fast batches come from shards, with workers in the background and without
///
/// The numbers of workers take turns, so that all meet the same weather on the machine; the
/// median of their rounds is shown. Compare the figures of one run only.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch02 -- bench stories
  cargo run --release -p ch02 -- bench --tokens 15G        (30 GB that take no room on the disk)
  cargo run --release -p ch02 -- bench stories --step 5ms  (a model that needs 5 ms for a batch)")]
pub struct Args {
    /// A folder of shards, or a shard
    #[arg(required_unless_present = "tokens", conflicts_with = "tokens")]
    path: Option<PathBuf>,

    /// Make a shard of so many tokens instead, all 0, and remove it at the end; k, M and G are
    /// thousands, millions and billions
    #[arg(long, value_parser = large)]
    tokens: Option<u64>,

    /// Which window comes when; may be given several times
    #[arg(long, value_name = "sequential|documents|shuffled|random")]
    order: Vec<Order>,

    /// How many workers; may be given several times [default: 0, 1 and 2]
    #[arg(long)]
    workers: Vec<usize>,

    /// Windows in a batch
    #[arg(long, default_value_t = 12, value_parser = at_least_one)]
    batch_size: usize,

    /// Tokens in a window
    #[arg(long, default_value_t = 1024, value_parser = at_least_one)]
    context: usize,

    /// Batches in a round
    #[arg(long, default_value_t = 1000, value_parser = at_least_one)]
    batches: usize,

    /// Rounds
    #[arg(long, default_value_t = 5, value_parser = at_least_one)]
    rounds: usize,

    /// How long a model would be busy with each batch, such as 500us or 5ms
    #[arg(long, default_value = "0ms", value_parser = duration)]
    step: Duration,

    /// Where batches are wanted
    #[arg(long, value_enum, default_value = "cpu")]
    device: DeviceChoice,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix("us") {
        Some(number) => (number, 1e-6),
        None => (text.strip_suffix("ms").unwrap_or(text), 1e-3),
    };
    let number = number.parse().ok().filter(|it: &f64| (0.0..1e6).contains(it));
    number
        .map(|number| Duration::from_secs_f64(number * unit))
        .ok_or_else(|| "must be a time such as 500us or 5ms".into())
}

/// What is measured: an order and a number of workers.
struct Line {
    order: Order,
    workers: usize,
    rounds: Vec<Round>,
}

/// One round of it.
#[derive(Clone, Copy)]
struct Round {
    tokens_per_second: f64,
    starved: f64,
    longest: Duration,
}

/// Times the loaders in turn and prints a table.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let shards = Arc::new(match (&args.path, args.tokens) {
        (Some(path), _) => Shards::open(path)?,
        (None, tokens) => Shards::new(vec![all_zero(tokens.unwrap_or_default())?])?,
    });
    let device = args.device.resolve()?;
    let orders =
        if args.order.is_empty() { &[Order::Shuffled] } else { &args.order[..] };
    let workers =
        if args.workers.is_empty() { &[0, 1, 2] } else { &args.workers[..] };
    let line = |order| {
        workers.iter().map(move |&workers| {
            let rounds = Vec::new();
            Line { order, workers, rounds }
        })
    };
    let mut lines: Vec<Line> = orders.iter().copied().flat_map(line).collect();
    let mut memory = Memory::default();
    for round in 0..args.rounds {
        for line in &mut lines {
            let options = LoaderOptions {
                batch_size: args.batch_size,
                workers: line.workers,
                ahead: 4,
                device,
                ..LoaderOptions::default()
            };
            let sampler =
                line.order.sampler(shards.clone(), args.context, args.context);
            let loader =
                Loader::new(sampler, Cursor::start(round as u64), options)?;
            line.rounds.push(time(args, loader, &mut memory)?);
        }
    }
    print(args, &shards, &lines, memory, out)
}

/// One round.
fn time(args: &Args, mut loader: Loader, memory: &mut Memory) -> Result<Round> {
    loader.next_batch()?; // the workers have started
    loader.reset_waits();
    let start = Instant::now();
    for batch in 0..args.batches {
        let ids = loader.next_batch()?;
        be_busy(args.step);
        drop(ids);
        if batch % 100 == 0 {
            memory.look();
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    memory.look();
    let waits = loader.waits();
    let tokens = args.batches * args.batch_size * args.context;
    Ok(Round {
        tokens_per_second: tokens as f64 / seconds,
        starved: waits.waited.as_secs_f64() / seconds,
        longest: waits.longest,
    })
}

/// Does what a model would do with the processor: keep it.
fn be_busy(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

fn median(rounds: &[Round]) -> Round {
    let mut rounds = rounds.to_vec();
    rounds.sort_by(|a, b| a.tokens_per_second.total_cmp(&b.tokens_per_second));
    rounds[rounds.len() / 2]
}

fn print(
    args: &Args,
    shards: &Shards,
    lines: &[Line],
    memory: Memory,
    out: &mut impl Write,
) -> Result<()> {
    let medians = lines.iter().map(|line| (line, median(&line.rounds)));
    if args.json {
        let lines = medians.map(|(line, median)| {
            json!({
                "order": line.order.name(), "workers": line.workers,
                "tokens_per_second": median.tokens_per_second,
                "starved": median.starved,
                "longest_wait_seconds": median.longest.as_secs_f64(),
            })
        });
        let report = json!({
            "tokens": shards.tokens(), "batch_size": args.batch_size,
            "context": args.context, "loaders": lines.collect::<Vec<_>>(),
            "own_memory_bytes": memory.own, "mapped_bytes": memory.mapped,
        });
        writeln!(out, "{report}")?;
        return Ok(());
    }
    writeln!(out, "{} tokens in shards", grouped(shards.tokens()))?;
    writeln!(out, "order       workers  million tokens/s  starved  longest wait")?;
    for (line, median) in medians {
        // Without a model there is nothing to do but wait.
        let starved = match args.step.is_zero() {
            true => "–".to_owned(),
            false => format!("{:.1} %", 100.0 * median.starved),
        };
        writeln!(
            out,
            "{:<12}{:>7}{:>18.1}{starved:>9}{:>11.2} ms",
            line.order,
            line.workers,
            median.tokens_per_second / 1e6,
            1e3 * median.longest.as_secs_f64()
        )?;
    }
    if memory.own > 0 {
        writeln!(
            out,
            "memory at most: {:.0} MB of its own, {:.0} MB of the files mapped",
            memory.own as f64 / 1e6,
            memory.mapped as f64 / 1e6
        )?;
    }
    Ok(())
}

/// The most memory that was seen in use.
#[derive(Clone, Copy, Default)]
struct Memory {
    /// The program's own, in bytes; 0 where the system does not tell
    own: u64,
    /// Pages of files, which the system takes back whenever it needs them
    mapped: u64,
}

impl Memory {
    fn look(&mut self) {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.trim().strip_suffix("kB"));
            number.and_then(|it| it.trim().parse().ok()).unwrap_or(0) * 1024
        };
        self.own = self.own.max(bytes("RssAnon:"));
        self.mapped = self.mapped.max(bytes("RssFile:"));
    }
}

/// A shard whose tokens were never written: the file system gives zeros, and keeps nothing. Its
/// name is gone before it is used, so nothing stays behind.
fn all_zero(tokens: u64) -> Result<Shard> {
    let tokenizer = Tokenizer::gpt2();
    let vocabulary = Fingerprint::of(&tokenizer);
    let end_of_text = tokenizer.special_id(END_OF_TEXT);
    let header = Header {
        width: Width::for_ids(vocabulary.ids),
        tokens,
        documents: 0,
        vocabulary,
        end_of_text: end_of_text.context("GPT-2 has an end of text")?,
        checksum: 0, // nobody reads it all
    };
    let bytes = tokens
        .checked_mul(header.width.bytes() as u64)
        .and_then(|bytes| bytes.checked_add(HEADER_BYTES as u64))
        .context("so many tokens fit into no file")?;
    let name = format!("ch02-bench-{}.tokens", std::process::id());
    let path = std::env::temp_dir().join(name);
    let make = || {
        let mut file = File::create(&path)?;
        file.set_len(bytes)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&header.to_bytes())
    };
    make().with_context(|| format!("cannot make {}", path.display()))?;
    let shard = Shard::open(&path);
    fs::remove_file(&path)
        .with_context(|| format!("cannot remove {}", path.display()))?;
    let shard = shard?;
    ensure!(shard.tokens() as u64 == tokens, "the file has another length");
    Ok(shard)
}
