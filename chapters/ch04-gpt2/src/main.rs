//! GPT-2 with random weights: its size, its logits, its first words.
//!
//! ```console
//! $ cargo run -p ch04
//! $ cargo run -p ch04 -- --prompt "Every effort moves you" --size gpt2-medium
//! $ cargo run -p ch04 -- params
//! ```

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use ch01::Tokenizer;
use ch04::{Gpt2, Gpt2Config, Parameters, Size, generate_greedy};
use clap::{Parser, Subcommand, ValueEnum, value_parser};
use device::DeviceChoice;
use indicatif::{ProgressBar, ProgressStyle};
use tch::nn::{ModuleT, VarStore};
use tch::{Device, IndexOp, Kind, Tensor};

/// Build GPT-2 with random weights, run a prompt through it, and let it write on
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run -p ch04
  cargo run -p ch04 -- --prompt \"Hello, I am\" --tokens 20
  cargo run -p ch04 -- --size gpt2-medium
  cargo run -p ch04 -- params")]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,

    /// The text to write on from
    #[arg(long, default_value = "Every effort moves you")]
    prompt: String,

    /// Which of the four sizes
    #[arg(long, value_enum, default_value_t)]
    size: Size,

    /// How many tokens to write
    #[arg(long, default_value_t = 10, value_parser = value_parser!(i64).range(0..))]
    tokens: i64,

    /// Seed of the random weights
    #[arg(long, default_value_t = 123)]
    seed: i64,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

#[derive(Subcommand)]
enum Task {
    /// Print the parameters and the memory of all four sizes
    Params {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    cli::run(run)
}

fn run() -> Result<()> {
    let cli = Cli::parse();
    let out = &mut io::stdout().lock();
    match cli.task {
        Some(Task::Params { json: true }) => params_as_json(out),
        Some(Task::Params { json: false }) => params_as_table(out),
        None => speak(out, &cli),
    }
}

/// Builds the model, runs the prompt, writes on.
fn speak(out: &mut impl Write, cli: &Cli) -> Result<()> {
    let device = cli.device.resolve()?;
    let tokenizer = Tokenizer::gpt2();
    let prompt = tokenizer.encode(&cli.prompt);
    ensure!(
        !prompt.is_empty(),
        "the prompt is empty: give the model a token to begin with"
    );

    let config = Gpt2Config::released(cli.size);
    print_parts(out, cli.size, &Parameters::of(&config))?;
    tch::manual_seed(cli.seed);
    let variables = VarStore::new(device);
    let model = with_spinner("making random weights", || {
        Gpt2::new(&variables.root(), &config)
    });

    writeln!(out, "\nprompt   {:?}", cli.prompt)?;
    writeln!(out, "ids      {}", joined(&prompt))?;
    let ids = to_tensor(&prompt, device); // (1, t)
    print_logits(out, &model, &tokenizer, &ids)?;

    let bar = token_bar(cli.tokens);
    let written = generate_greedy(&model, &ids, cli.tokens, || bar.inc(1));
    bar.finish_and_clear();
    let written = to_ids(&written.i((0, prompt.len() as i64..)))?;
    writeln!(out, "\nwritten  {}", joined(&written))?;
    writeln!(out, "text     {}{}", cli.prompt, tokenizer.decode(&written)?)?;
    writeln!(
        out,
        "\nThe weights are random, so the words are too: training comes in chapter 5."
    )?;
    Ok(())
}

/// The table of one size.
fn print_parts(
    out: &mut impl Write,
    size: Size,
    parameters: &Parameters,
) -> Result<()> {
    for (name, count) in parameters.parts() {
        let shared = if count == 0 { "  (the token table again)" } else { "" };
        writeln!(out, "{name:16} {:>13}{shared}", grouped(count))?;
    }
    let total = parameters.total();
    writeln!(
        out,
        "{:16} {:>13}  {:.0} MiB in f32",
        name_of(size),
        grouped(total),
        mebibytes(4 * total)
    )?;
    Ok(())
}

/// The scores for the next token, and how sure they are.
fn print_logits(
    out: &mut impl Write,
    model: &Gpt2,
    tokenizer: &Tokenizer,
    ids: &Tensor,
) -> Result<()> {
    let logits = tch::no_grad(|| model.forward_t(ids, false)); // (1, t, v)
    writeln!(out, "logits   (b, t, v) = {:?}", logits.size())?;
    let next = logits.i((0, -1)).softmax(-1, Kind::Float); // (v)
    let (chances, likeliest) = next.topk(3, -1, true, true);
    write!(out, "next    ")?;
    for (chance, id) in
        Vec::<f32>::try_from(chances)?.iter().zip(to_ids(&likeliest)?)
    {
        write!(out, " {:?} {:.3} %", tokenizer.decode(&[id])?, chance * 100.0)?;
    }
    let even = 100.0 / model.config().vocab_size as f64;
    writeln!(out, " (if all were alike: {even:.3} %)")?;
    Ok(())
}

const SIZES: [Size; 4] =
    [Size::Gpt2, Size::Gpt2Medium, Size::Gpt2Large, Size::Gpt2Xl];

fn params_as_table(out: &mut impl Write) -> Result<()> {
    writeln!(
        out,
        "size         layers  width  heads     parameters    untied head   f32 MiB  bf16 MiB  training MiB"
    )?;
    for size in SIZES {
        let config = Gpt2Config::released(size);
        let total = Parameters::of(&config).total();
        let untied = Parameters::of(&Gpt2Config {
            tie_word_embeddings: false,
            ..config.clone()
        });
        writeln!(
            out,
            "{:12} {:>6} {:>6} {:>6} {:>14} {:>14} {:>9.0} {:>9.0} {:>13.0}",
            name_of(size),
            config.n_layer,
            config.n_embd,
            config.n_head,
            grouped(total),
            grouped(untied.total()),
            mebibytes(4 * total),
            mebibytes(2 * total),
            mebibytes(16 * total),
        )?;
    }
    writeln!(
        out,
        "training: weights, gradients and AdamW's two averages in f32; activations come on top"
    )?;
    Ok(())
}

fn params_as_json(out: &mut impl Write) -> Result<()> {
    let sizes = SIZES.map(|size| {
        let config = Gpt2Config::released(size);
        let parameters = Parameters::of(&config);
        let total = parameters.total();
        serde_json::json!({
            "size": name_of(size), "config": config, "parts": parameters, "total": total,
            "bytes_f32": 4 * total,
        })
    });
    serde_json::to_writer_pretty(&mut *out, &sizes)?;
    writeln!(out)?;
    Ok(())
}

fn name_of(size: Size) -> String {
    size.to_possible_value()
        .map(|value| value.get_name().to_string())
        .unwrap_or_default()
}

fn mebibytes(bytes: i64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

/// `1234567` as `1,234,567`.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> =
        digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

fn joined(ids: &[u32]) -> String {
    ids.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")
}

fn to_tensor(ids: &[u32], device: Device) -> Tensor {
    let ids: Vec<i64> = ids.iter().map(|&id| i64::from(id)).collect();
    Tensor::from_slice(&ids).unsqueeze(0).to_device(device)
}

fn to_ids(tensor: &Tensor) -> Result<Vec<u32>> {
    let ids = Vec::<i64>::try_from(tensor)?;
    Ok(ids.into_iter().map(u32::try_from).collect::<Result<_, _>>()?)
}

/// Shows that something is happening while `work` runs, with the seconds it has taken.
fn with_spinner<T>(what: &'static str, work: impl FnOnce() -> T) -> T {
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
    let spinner = ProgressBar::new_spinner().with_message(what);
    spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    spinner.enable_steady_tick(Duration::from_millis(100));
    let result = work();
    spinner.finish_and_clear();
    result
}

fn token_bar(tokens: i64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{bar:30} {pos}/{len} tokens, {per_sec}, {eta} left",
    );
    let bar = ProgressBar::new(tokens.unsigned_abs());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
