//! Shows what each control does, and writes texts with them.
//!
//! ```console
//! $ cargo run -p ch09
//! $ cargo run --release -p ch09 -- generate --prompt "Once there was a fox" --top-p 0.9
//! ```

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use ch01::{END_OF_TEXT, Tokenizer};
use ch04::Gpt2;
use ch09::{Ended, Nucleus, Options, Sampling, Written, generate, toy};
use clap::{Args, Parser, Subcommand};
use device::DeviceChoice;
use serde_json::json;

/// Choose the next token: what each control does to nine chances, or a text from a model
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run -p ch09
  cargo run --release -p ch09 -- generate
  cargo run --release -p ch09 -- generate --prompt \"Once there was a fox\" --temperature 0.7
  cargo run --release -p ch09 -- generate --top-p 0.9 --samples 3 --stop \".\" --json")]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Let a model write on
    Generate(Box<Generate>),
}

#[derive(Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch09 -- generate --prompt \"Once there was a fox\" --temperature 0
  cargo run --release -p ch09 -- generate --top-p 0.9 --samples 3 --stop \".\" --json")]
struct Generate {
    /// The model's folder: chapter 5's, or one from Hugging Face
    #[arg(long, default_value = "datasets/trained/stories")]
    checkpoint: PathBuf,

    /// How the text begins; nothing is the beginning of a new text
    #[arg(long, default_value = "")]
    prompt: String,

    /// The most tokens to write
    #[arg(long, default_value_t = 200)]
    tokens: usize,

    /// Above 1 bolder, below 1 more careful; 0 always takes the likeliest token
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    temperature: f64,

    /// Choose among this many tokens
    #[arg(long, allow_negative_numbers = true)]
    top_k: Option<i64>,

    /// Choose among the likeliest tokens that together have this chance
    #[arg(long, allow_negative_numbers = true)]
    top_p: Option<f64>,

    /// Whether the token that crosses --top-p stays
    #[arg(long, value_enum, default_value_t)]
    nucleus: Nucleus,

    /// Choose among tokens with at least this share of the best chance
    #[arg(long, allow_negative_numbers = true)]
    min_p: Option<f64>,

    /// Divide the scores of tokens in prompt and text; 1 does nothing
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    repetition_penalty: f64,

    /// Take this from the score of each token in the written text
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    presence_penalty: f64,

    /// Take this from a token's score for each time it was written
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    frequency_penalty: f64,

    /// End before this text; may be given several times
    #[arg(long)]
    stop: Vec<String>,

    /// Another seed, other texts
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// How many texts to write
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    samples: u64,

    /// Print prompt, settings and texts as JSON
    #[arg(long)]
    json: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::run_on_tensors(|| match cli.task {
        None => toy::tour(&mut io::stdout().lock()),
        Some(Task::Generate(args)) => write_texts(&args),
    })
}

impl Generate {
    fn sampling(&self) -> Sampling {
        Sampling {
            temperature: self.temperature,
            top_k: self.top_k,
            top_p: self.top_p,
            nucleus: self.nucleus,
            min_p: self.min_p,
            repetition_penalty: self.repetition_penalty,
            presence_penalty: self.presence_penalty,
            frequency_penalty: self.frequency_penalty,
        }
    }
}

fn write_texts(args: &Generate) -> Result<()> {
    let sampling = args.sampling();
    sampling.validate()?;
    let device = args.device.resolve()?;
    let folder = &args.checkpoint;
    let (_variables, model) =
        ch06::load_model(folder, device).with_context(|| {
            format!(
                "no model in {}: `cargo run --release -p ch05` trains one for \
                 datasets/trained/stories",
                folder.display()
            )
        })?;
    let tokenizer = ch06::load_tokenizer(folder, model.config())?;
    let end = tokenizer.special_id(END_OF_TEXT);
    let mut prompt = tokenizer.encode_with_special(&args.prompt);
    if prompt.is_empty() {
        prompt.extend(end); // a text begins where another one ended
    }
    ensure!(!prompt.is_empty(), "this model needs a --prompt to begin with");
    let options = Options {
        sampling,
        seed: args.seed,
        sample: 0,
        tokens: args.tokens,
        stop: args.stop.clone(),
        end,
    };
    match args.json {
        true => print_json(args, &model, &tokenizer, &prompt, &options),
        false => stream_texts(args, &model, &tokenizer, &prompt, &options),
    }
}

/// Shows every text while it is being written.
fn stream_texts(
    args: &Generate,
    model: &Gpt2,
    tokenizer: &Tokenizer,
    prompt: &[u32],
    options: &Options,
) -> Result<()> {
    let mut out = io::stdout().lock();
    for sample in 0..args.samples {
        if sample > 0 {
            writeln!(out, "\n---\n")?;
        }
        write!(out, "{}", args.prompt)?;
        out.flush()?;
        let options = Options { sample, ..options.clone() };
        // A closed pipe shows at the next write; until then it costs a few tokens.
        let written = generate(model, tokenizer, prompt, &options, |piece| {
            let _ = out.write_all(piece.as_bytes()).and_then(|()| out.flush());
        })?;
        writeln!(out)?;
        eprintln!("({} tokens, {})", written.ids.len(), reason(&written));
    }
    Ok(())
}

/// What ended a text, in words.
fn reason(written: &Written) -> String {
    match &written.ended {
        Ended::EndOfText => "ended by the model".into(),
        Ended::Stop(stop) => format!("ended by the stop string {stop:?}"),
        Ended::Tokens => "ended by --tokens".into(),
    }
}

fn print_json(
    args: &Generate,
    model: &Gpt2,
    tokenizer: &Tokenizer,
    prompt: &[u32],
    options: &Options,
) -> Result<()> {
    let one = |sample| {
        let options = Options { sample, ..options.clone() };
        generate(model, tokenizer, prompt, &options, |_| ())
    };
    let samples = (0..args.samples).map(one).collect::<Result<Vec<_>>>()?;
    let report = json!({
        "prompt": args.prompt,
        "prompt_ids": prompt,
        "sampling": options.sampling,
        "seed": options.seed,
        "stop": options.stop,
        "samples": samples,
    });
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &report)?;
    writeln!(out)?;
    Ok(())
}
