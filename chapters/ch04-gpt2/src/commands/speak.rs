//! Without a task: a model with random weights reads a prompt and writes on.

use std::io::Write;
use std::time::Duration;

use anyhow::{Result, ensure};
use ch01::Tokenizer;
use ch04::{Gpt2, Gpt2Config, Parameters, Size, generate_greedy};
use clap::{Args, value_parser};
use device::DeviceChoice;
use indicatif::{ProgressBar, ProgressStyle};
use tch::nn::{ModuleT, VarStore};
use tch::{Device, IndexOp, Kind, Tensor};

use super::numbers::{grouped, mebibytes, name_of};

/// What to write on from, and with which model
#[derive(Args)]
pub struct Speak {
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

/// Builds the model, runs the prompt, writes on.
pub fn run(args: &Speak, out: &mut impl Write) -> Result<()> {
    let device = args.device.resolve()?;
    let tokenizer = Tokenizer::gpt2();
    let prompt = tokenizer.encode(&args.prompt);
    ensure!(
        !prompt.is_empty(),
        "the prompt is empty: give the model a token to begin with"
    );

    let config = Gpt2Config::released(args.size);
    print_parts(out, args.size, &Parameters::of(&config))?;
    tch::manual_seed(args.seed);
    let variables = VarStore::new(device);
    let model = with_spinner("making random weights", || {
        Gpt2::new(&variables.root(), &config)
    });

    writeln!(out, "\nprompt   {:?}", args.prompt)?;
    writeln!(out, "ids      {}", joined(&prompt))?;
    let ids = to_tensor(&prompt, device); // (1, t)
    print_logits(out, &model, &tokenizer, &ids)?;

    let bar = token_bar(args.tokens);
    let written = generate_greedy(&model, &ids, args.tokens, || bar.inc(1));
    bar.finish_and_clear();
    let written = to_ids(&written.i((0, prompt.len() as i64..)))?;
    writeln!(out, "\nwritten  {}", joined(&written))?;
    writeln!(out, "text     {}{}", args.prompt, tokenizer.decode(&written)?)?;
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
