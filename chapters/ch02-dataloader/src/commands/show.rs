//! Without a task: the first batch of a text, and its vectors.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use ch01::Tokenizer;
use ch02::{Batches, InputEmbedding, Windows};
use datasets::Loaded;
use device::DeviceChoice;
use tch::nn::{Module, VarStore};
use tch::{Kind, Tensor};

#[derive(clap::Args)]
pub struct Args {
    /// Folder that holds the-verdict.txt [default: $LLM_IN_RUST_DATA, else what was fetched, else
    /// the built-in story]
    #[arg(long)]
    data: Option<PathBuf>,

    /// Windows in a batch
    #[arg(long, default_value_t = 4, value_parser = at_least_one)]
    batch_size: usize,

    /// Tokens in a window
    #[arg(long, default_value_t = 8, value_parser = at_least_one)]
    context: usize,

    /// Tokens from one window's start to the next one's
    #[arg(long, default_value_t = 8, value_parser = at_least_one)]
    stride: usize,

    /// Shuffle the windows with this seed
    #[arg(long)]
    seed: Option<u64>,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

/// A whole number that is not 0.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("must be a whole number, at least 1".to_string()),
        Ok(number) => Ok(number),
    }
}

/// Cuts the text into windows, shows the first batch and looks up its vectors.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let device = args.device.resolve()?;
    let Loaded { value: text, source } =
        datasets::text("the-verdict.txt", args.data.as_deref())?;
    eprintln!("{}", source.note());

    let tokenizer = Tokenizer::gpt2();
    let ids = tokenizer.encode(&text);
    let windows = Windows::new(ids.clone(), args.context, args.stride);
    let batches = match args.seed {
        Some(seed) => Batches::shuffled(&windows, args.batch_size, seed, device),
        None => Batches::in_order(&windows, args.batch_size, device),
    };
    writeln!(out, "{} characters, {} tokens", text.chars().count(), ids.len())?;
    writeln!(out, "{} windows, {} batches", windows.len(), batches.iter().len())?;
    let Some(batch) = batches.iter().next() else {
        bail!(
            "the text is too short for one batch: lower --batch-size or --context"
        )
    };

    writeln!(out, "\nfirst batch: inputs (b, t) = {:?}", batch.inputs.size())?;
    print_ids(out, &batch.inputs)?;
    writeln!(out, "targets: the same, one token further on")?;
    print_ids(out, &batch.targets)?;
    let first = Vec::<i64>::try_from(batch.inputs.get(0))?;
    let first: Vec<u32> =
        first.into_iter().map(u32::try_from).collect::<Result<_, _>>()?;
    writeln!(out, "first window: {:?}", tokenizer.decode(&first)?)?;

    tch::manual_seed(123);
    let variables = VarStore::new(device);
    let (v, positions) = (tokenizer.vocab_size() as i64, args.context as i64);
    let embedding = InputEmbedding::new(&variables.root(), v, positions, 256, 0.02);
    let vectors = embedding.forward(&batch.inputs);
    writeln!(out, "\nas vectors: (b, t, c) = {:?}", vectors.size())?;
    Ok(())
}

/// One line for each window.
fn print_ids(out: &mut impl Write, ids: &Tensor) -> Result<()> {
    for row in Vec::<Vec<i64>>::try_from(ids.to_kind(Kind::Int64))? {
        writeln!(
            out,
            "{}",
            row.iter().map(|id| format!("{id:>7}")).collect::<String>()
        )?;
    }
    Ok(())
}
