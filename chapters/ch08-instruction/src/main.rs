//! Teaches a pretrained model to answer, counts its right answers, and talks with it.
//!
//! ```console
//! $ cargo run --release -p ch08
//! $ cargo run --release -p ch08 -- chat
//! $ cargo run -p ch08 -- show --count 2
//! ```

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use ch01::Tokenizer;
use ch05::{Evaluation, Precision};
use ch08::{
    Assistant, Collate, Example, Outcome, Practice, Report, SPLIT_SEED, Scores,
    Split, TuneConfig, Tuner, ask, chat, drills, pad_and_shift, pad_inputs, split,
    training_text, tune, write_some,
};
use clap::{ArgAction, Args, Parser, Subcommand, value_parser};
use datasets::Instruction;
use device::DeviceChoice;
use tch::{Device, Kind};

/// Teach a pretrained model to answer instructions
#[derive(Parser)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  cargo run --release -p ch08
  cargo run --release -p ch08 -- --epochs 1 --drills 4000 --out datasets/trained/short
  cargo run --release -p ch08 -- eval
  cargo run --release -p ch08 -- chat
  cargo run --release -p ch08 -- chat --once \"Say the opposite.\" --input \"a tall man\"
  cargo run -p ch08 -- show --count 2
  cargo run -p ch08 -- collate"
)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,

    #[command(flatten)]
    train: Train,
}

#[derive(Subcommand)]
enum Task {
    /// Train, and compare the answers before and after (also without this word)
    Train(Train),
    /// Count a checkpoint's right answers to the test questions
    Eval(Eval),
    /// Talk with a checkpoint: answers on stdout, everything else on stderr
    Chat(Chat),
    /// Print instructions as the model sees them
    Show(Show),
    /// Print the three drafts of the collate for three short texts
    Collate,
}

#[derive(Args)]
struct Train {
    /// Folder of the pretrained model
    #[arg(long, default_value = "datasets/trained/stories")]
    checkpoint: PathBuf,

    #[command(flatten)]
    data: Data,

    /// Folder for the tuned model, its losses and its answers
    #[arg(long, default_value = "datasets/trained/instruct")]
    out: PathBuf,

    /// How often every instruction written by hand is seen
    #[arg(long, default_value_t = 4, value_parser = value_parser!(u16).range(1..))]
    epochs: u16,

    /// How many more are made by rule, each seen once [default: 32000 with the built-in
    /// instructions, else 0]
    #[arg(long)]
    drills: Option<usize>,

    /// Examples in a batch
    #[arg(long, default_value_t = 16, value_parser = value_parser!(u16).range(1..))]
    batch_size: u16,

    /// The largest learning rate
    #[arg(long, default_value_t = 1.5e-3)]
    lr: f64,

    /// Share of a matrix that fades away in a step of learning rate 1
    #[arg(long, default_value_t = 0.1)]
    weight_decay: f64,

    /// Share of entries set to 0 while training
    #[arg(long, default_value_t = 0.0)]
    dropout: f64,

    /// Learn only the answers, not the prompts before them
    #[arg(long, default_value_t = true, action = ArgAction::Set)]
    mask_instruction: bool,

    /// Seed of the order and the dropout; the test questions are the same for all
    #[arg(long, default_value_t = 1)]
    seed: i64,

    /// Bits of a weight while training [default: bf16 if the processor knows it, else f32]
    #[arg(long, value_enum)]
    precision: Option<Precision>,

    #[command(flatten)]
    answers: Answers,

    /// Print the table as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Eval {
    /// The checkpoint's folder
    #[arg(long, default_value = "datasets/trained/instruct")]
    checkpoint: PathBuf,

    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    answers: Answers,

    /// Print the table as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Chat {
    /// The checkpoint's folder
    #[arg(long, default_value = "datasets/trained/instruct")]
    checkpoint: PathBuf,

    /// Answer this instruction and end
    #[arg(long, value_name = "TEXT")]
    once: Option<String>,

    /// The input of --once
    #[arg(long, value_name = "TEXT", requires = "once", default_value = "")]
    input: String,

    #[command(flatten)]
    answers: Answers,
}

#[derive(Args)]
struct Show {
    #[command(flatten)]
    data: Data,

    /// How many instructions
    #[arg(long, default_value_t = 2)]
    count: usize,
}

#[derive(Args)]
struct Data {
    /// Folder with an instruction-data.json of yours [default: what was fetched, else the built-in
    /// instructions]
    #[arg(long = "data", value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Args)]
struct Answers {
    /// The longest answer, in tokens [default: a little more than the longest expected one;
    /// in a chat 64]
    #[arg(long)]
    max_tokens: Option<usize>,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

/// The commands that make the checkpoints.
const PRETRAIN: &str = "cargo run --release -p ch05";
const TUNE: &str = "cargo run --release -p ch08";
/// The longest answer in a chat, in tokens.
const CHAT_TOKENS: usize = 64;
/// Instructions made by rule.
const DRILLS: usize = 32_000;
/// Answers shown after training.
const SHOWN: usize = 6;

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::run_on_tensors(|| match cli.task {
        None => train(&cli.train),
        Some(Task::Train(args)) => train(&args),
        Some(Task::Eval(args)) => evaluate(&args),
        Some(Task::Chat(args)) => talk(&args),
        Some(Task::Show(args)) => show(&args),
        Some(Task::Collate) => show_drafts(),
    })
}

fn train(args: &Train) -> Result<()> {
    let start = Instant::now();
    Outcome::ensure_free(&args.out)?;
    let device = args.answers.device.resolve()?;
    let assistant = Assistant::load(&args.checkpoint, device, PRETRAIN)?;
    let Assistant { model, tokenizer, .. } = &assistant;
    let parts = split(args.data.read()?, SPLIT_SEED);
    announce(&parts);
    let longest = args.answers.max_tokens;
    let before = ask(model, tokenizer, &parts.test, longest)?;
    let made = args.drills(&parts)?;
    let (tuner, metrics) = learn(&assistant, &parts, &made, args.config())?;
    let after = ask(&tuner.model, tokenizer, &parts.test, longest)?;

    let (metrics, responses) = (metrics.as_slice(), after.as_slice());
    Outcome { tuner: &tuner, tokenizer, metrics, responses }.save(&args.out)?;
    let before = Some(Scores::of(&before));
    print_report(&Report { before, now: Scores::of(&after) }, args.json)?;
    if !args.json {
        write_some(&mut io::stdout().lock(), &after, SHOWN)?;
    }
    eprintln!(
        "\n{:.0} s; the model, its losses and its answers are in {}",
        start.elapsed().as_secs_f64(),
        args.out.display()
    );
    Ok(())
}

/// Trains on the training part, and hands over the model in f32.
fn learn(
    assistant: &Assistant,
    parts: &Split,
    made: &[Instruction],
    config: TuneConfig,
) -> Result<(Tuner, Vec<Evaluation>)> {
    let encode = |entries: &[Instruction]| -> Vec<Example> {
        let entries = entries.iter();
        entries.map(|entry| Example::new(&assistant.tokenizer, entry)).collect()
    };
    let (training, validation) =
        (encode(&parts.training), encode(&parts.validation));
    let context = usize::try_from(assistant.model.config().n_positions)?;
    let long =
        training.iter().filter(|example| example.ids.len() > context).count();
    if long > 0 {
        eprintln!("{long} texts are longer than {context} tokens and are cut off");
    }
    let practice = Practice::new(training, encode(made), config.epochs);
    let mut tuner = Tuner::new(assistant, practice.per_epoch(), config)?;
    let metrics = tune(&mut tuner, &practice, &validation)?;
    tuner.variables.set_kind(Kind::Float);
    Ok((tuner, metrics))
}

impl Train {
    fn drills(&self, parts: &Split) -> Result<Vec<Instruction>> {
        let built_in = parts.training.iter().all(|entry| entry.kind.is_some());
        let count = self.drills.unwrap_or(if built_in { DRILLS } else { 0 });
        let made = drills(self.seed.unsigned_abs(), count, parts)?;
        eprintln!("{} more made by rule", made.len());
        Ok(made)
    }

    fn config(&self) -> TuneConfig {
        TuneConfig {
            epochs: self.epochs.into(),
            batch_size: self.batch_size.into(),
            rate: self.lr,
            weight_decay: self.weight_decay,
            dropout: self.dropout,
            mask_instruction: self.mask_instruction,
            seed: self.seed,
            precision: self.precision.unwrap_or_else(Precision::fastest),
        }
    }
}

impl Data {
    fn read(&self) -> Result<Vec<Instruction>> {
        let loaded = datasets::instructions(self.folder.as_deref())?;
        eprintln!("{}", loaded.source.note());
        Ok(loaded.value)
    }
}

fn announce(parts: &Split) {
    eprintln!(
        "{} instructions to learn from, {} to watch, {} to be asked at the end",
        parts.training.len(),
        parts.validation.len(),
        parts.test.len()
    );
}

fn evaluate(args: &Eval) -> Result<()> {
    let device = args.answers.device.resolve()?;
    let Assistant { model, tokenizer, variables: _variables } =
        Assistant::load(&args.checkpoint, device, TUNE)?;
    let parts = split(args.data.read()?, SPLIT_SEED);
    let responses = ask(&model, &tokenizer, &parts.test, args.answers.max_tokens)?;
    print_report(&Report { before: None, now: Scores::of(&responses) }, args.json)
}

fn print_report(report: &Report, json: bool) -> Result<()> {
    let out = &mut io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut *out, &report.to_json())?;
        return Ok(writeln!(out)?);
    }
    report.write(out)
}

fn talk(args: &Chat) -> Result<()> {
    let device = args.answers.device.resolve()?;
    let assistant = Assistant::load(&args.checkpoint, device, TUNE)?;
    let answer = |entry: &Instruction| {
        let out = &mut io::stdout().lock();
        assistant.answer(entry, args.answers.max_tokens.unwrap_or(CHAT_TOKENS), out)
    };
    if let Some(instruction) = args.once.clone() {
        let input = args.input.clone();
        return answer(&Instruction {
            kind: None,
            instruction,
            input,
            output: String::new(),
        });
    }
    eprintln!("Talking with {}.", args.checkpoint.display());
    chat(io::stdin().lock(), &mut io::stderr(), answer)
}

fn show(args: &Show) -> Result<()> {
    let out = &mut io::stdout().lock();
    for entry in args.data.read()?.iter().take(args.count) {
        writeln!(out, "{}\n", training_text(entry))?;
    }
    Ok(())
}

/// The three drafts for the texts of Raschka (2024), section 7.3.
fn show_drafts() -> Result<()> {
    let texts = [vec![0, 1, 2, 3, 4], vec![5, 6], vec![7, 8, 9]];
    let end = Tokenizer::gpt2().special_id(ch01::END_OF_TEXT);
    let end = i64::from(end.context("GPT-2 has an end of text")?);
    let (inputs, shifted) = pad_and_shift(&texts, end);
    let examples = texts.clone().map(|ids| Example { ids, prompt: 0 });
    let batch = Collate { end, ..Collate::default() }.batch(&examples, Device::Cpu);
    let out = &mut io::stdout().lock();
    for (title, matrix) in [
        ("draft 1, inputs", pad_inputs(&texts, end)),
        ("draft 2, inputs", inputs),
        ("draft 2, targets", shifted),
        ("final, inputs", batch.inputs),
        ("final, targets", batch.targets),
    ] {
        writeln!(out, "{title}")?;
        for row in Vec::<Vec<i64>>::try_from(matrix)? {
            let cells: String = row.iter().map(|id| format!("{id:7}")).collect();
            writeln!(out, "{cells}")?;
        }
    }
    Ok(())
}
