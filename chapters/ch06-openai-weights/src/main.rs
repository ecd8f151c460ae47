//! Weights that somebody else trained: look into them, convert them, use them.
//!
//! ```console
//! $ cargo run -p ch06
//! $ cargo run -p ch06 -- inspect DIR
//! $ cargo run -p ch06 -- generate --checkpoint DIR --prompt "Every effort moves you"
//! ```

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use ch01::{DecodeStream, END_OF_TEXT, Tokenizer};
use ch04::Switches;
use ch05::{Checkpoint, Precision, sample};
use ch06::{Pretrained, print_likeliest, print_logits, print_model, show_example};
use clap::{Args, Parser, Subcommand};
use device::DeviceChoice;
use tch::nn::ModuleT;
use tch::{Device, Tensor};

/// Read GPT-2's weights from OpenAI's or Hugging Face's files, look into them, write them
#[derive(Parser)]
#[command(
    after_help = "Every DIR is a folder of OpenAI's or Hugging Face's, or a model that was \
fetched, by its name: `cargo run -p datasets -- fetch gpt2-124m`.

Examples:
  cargo run -p ch06
  cargo run -p ch06 -- inspect gpt2-124m
  cargo run -p ch06 -- import --from gpt2-124m --out datasets/trained/gpt2
  cargo run -p ch06 -- export --checkpoint datasets/trained/stories --out stories --precision bf16
  cargo run -p ch06 -- logits --checkpoint gpt2-124m --ids 6109,3626,6100 --last
  cargo run --release -p ch06 -- generate --checkpoint gpt2-124m --prompt \"Every effort moves you\""
)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// List sizes and tensors
    Inspect {
        /// The model's folder
        dir: PathBuf,

        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a checkpoint folder of this book from somebody else's
    Import {
        /// The folder to read
        #[arg(long)]
        from: PathBuf,

        /// The folder to make
        #[arg(long)]
        out: PathBuf,
    },
    /// Make a folder that Hugging Face's transformers opens
    Export {
        /// The model's folder
        #[arg(long)]
        checkpoint: PathBuf,

        /// The folder to make
        #[arg(long)]
        out: PathBuf,

        /// Bits of a weight in the file
        #[arg(long, value_enum, default_value_t)]
        precision: Precision,
    },
    /// Score every possible next token, after each of the given ones
    Logits(Logits),
    /// Write on with the likeliest token, again and again
    Generate(Generate),
}

#[derive(Args)]
struct Logits {
    /// The model's folder
    #[arg(long)]
    checkpoint: PathBuf,

    /// The tokens, as ids
    #[arg(long, value_delimiter = ',', required = true)]
    ids: Vec<i64>,

    /// Only after the last one
    #[arg(long)]
    last: bool,

    /// All logits as JSON, instead of the largest ones
    #[arg(long)]
    json: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

#[derive(Args)]
struct Generate {
    /// The model's folder
    #[arg(long)]
    checkpoint: PathBuf,

    /// The text to write on from
    #[arg(long, default_value = "", conflicts_with = "ids")]
    prompt: String,

    /// The tokens to write on from, as ids, for a model without a tokenizer
    #[arg(long, value_delimiter = ',')]
    ids: Vec<i64>,

    /// How many tokens to write
    #[arg(long, default_value_t = 25)]
    tokens: usize,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let out = &mut io::stdout().lock();
    cli::run_on_tensors(|| match &cli.task {
        None => show_example(out),
        Some(Task::Inspect { dir, json }) => print_model(out, &open(dir)?, *json),
        Some(Task::Import { from, out }) => convert(from, out, Precision::F32),
        Some(Task::Export { checkpoint, out, precision }) => {
            convert(checkpoint, out, *precision)
        }
        Some(Task::Logits(args)) => logits(out, args),
        Some(Task::Generate(args)) => generate(out, args),
    })
}

/// Opens a folder, or a model that was fetched, by its name.
fn open(dir: &Path) -> Result<Pretrained> {
    ch06::open(&datasets::folder_or_fetched(dir)?)
}

/// Reads a folder of either format and writes one of Hugging Face's, which is ours too.
fn convert(from: &Path, to: &Path, precision: Precision) -> Result<()> {
    ensure!(
        !to.exists(),
        "{} is there already: give another --out, or remove it",
        to.display()
    );
    let pretrained = open(from)?;
    let switches = Switches::of(&pretrained.config);
    ensure!(
        switches.are_gpt2s(),
        "Hugging Face's GPT-2 has no {switches}: {} is for this book's chapters alone, which read it as it is",
        from.display()
    );
    let (variables, _model) = pretrained.load(Device::Cpu)?;
    let tokenizer = tokenizer(&pretrained);
    Checkpoint::new(to).save_model(
        &variables,
        &pretrained.config,
        tokenizer.as_ref(),
        precision,
    )?;
    eprintln!("the model is in {}", to.display());
    Ok(())
}

/// The tokenizer, or a note that there is none: much can be done without one.
fn tokenizer(pretrained: &Pretrained) -> Option<Tokenizer> {
    pretrained
        .tokenizer()
        .inspect_err(|why| eprintln!("no tokenizer: {why:#}"))
        .ok()
}

fn logits(out: &mut impl Write, args: &Logits) -> Result<()> {
    let device = args.device.resolve()?;
    let pretrained = open(&args.checkpoint)?;
    check_ids(&args.ids, &pretrained, pretrained.config.n_positions)?;
    let (_variables, model) = pretrained.load(device)?;
    let ids = Tensor::from_slice(&args.ids).unsqueeze(0).to_device(device); // (1, t)
    let logits = tch::no_grad(|| match args.last {
        true => model.next_logits(&ids), // (1, v)
        false => model.forward_t(&ids, false).squeeze_dim(0), // (t, v)
    });
    match args.json {
        true => print_logits(out, &args.ids, &logits),
        false => print_likeliest(
            out,
            &args.ids,
            &logits,
            tokenizer(&pretrained).as_ref(),
        ),
    }
}

fn check_ids(ids: &[i64], pretrained: &Pretrained, most: i64) -> Result<()> {
    let v = pretrained.config.vocab_size;
    if let Some(id) = ids.iter().find(|id| !(0..v).contains(*id)) {
        bail!("there is no id {id}: this model's ids are 0 to {}", v - 1);
    }
    ensure!(
        ids.len() as i64 <= most,
        "{} tokens are more than the {most} that this model sees at once",
        ids.len()
    );
    Ok(())
}

fn generate(out: &mut impl Write, args: &Generate) -> Result<()> {
    let device = args.device.resolve()?;
    let pretrained = open(&args.checkpoint)?;
    let tokenizer = match args.ids.is_empty() {
        true => Some(pretrained.tokenizer().context(
            "a prompt needs a tokenizer: give --ids instead, or the tokenizer's files",
        )?),
        false => tokenizer(&pretrained),
    };
    let ids = prompt(args, tokenizer.as_ref())?;
    check_ids(&ids, &pretrained, i64::MAX)?;
    let (_variables, model) = pretrained.load(device)?;
    let start = Tensor::from_slice(&ids).unsqueeze(0).to_device(device); // (1, t)
    let end = tokenizer.as_ref().and_then(|it| it.special_id(END_OF_TEXT));
    let end = end.map_or(-1, i64::from);
    let likeliest = 1;
    let Some(tokenizer) = tokenizer else {
        let written = sample(&model, &start, args.tokens, likeliest, end, |_| ());
        let written: Vec<_> = written.iter().map(ToString::to_string).collect();
        return Ok(writeln!(out, "{}", written.join(","))?);
    };
    write!(out, "{}", args.prompt)?;
    let mut stream = DecodeStream::new(&tokenizer);
    let mut failed = Ok(());
    sample(&model, &start, args.tokens, likeliest, end, |id| {
        if failed.is_ok() {
            failed = show(out, &mut stream, id);
        }
    });
    failed?;
    writeln!(out, "{}", stream.finish())?;
    Ok(())
}

/// The ids to begin with: those of the prompt, or the given ones, or the end of a text before.
fn prompt(args: &Generate, tokenizer: Option<&Tokenizer>) -> Result<Vec<i64>> {
    if !args.ids.is_empty() {
        return Ok(args.ids.clone());
    }
    let tokenizer = tokenizer.context("a prompt needs a tokenizer")?;
    let mut ids = tokenizer.encode(&args.prompt);
    if ids.is_empty() {
        ids.extend(tokenizer.special_id(END_OF_TEXT));
    }
    ensure!(
        !ids.is_empty(),
        "the prompt is empty: give the model a token to begin with"
    );
    Ok(ids.into_iter().map(i64::from).collect())
}

/// Writes the characters that a token completes, at once.
fn show(
    out: &mut impl Write,
    stream: &mut DecodeStream<'_>,
    id: i64,
) -> Result<()> {
    // A model may have more ids than its tokenizer: the rest fills its table up.
    let text =
        stream.push(u32::try_from(id)?).unwrap_or_else(|_| format!("[{id}]"));
    write!(out, "{text}")?;
    out.flush()?;
    Ok(())
}
