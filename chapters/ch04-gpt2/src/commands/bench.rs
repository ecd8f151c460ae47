//! `bench`: how long a forward pass takes, ours and PyTorch's.

use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, ensure};
use ch04::{Gpt2, Gpt2Config, Size};
use clap::{Args, value_parser};
use device::DeviceChoice;
use indicatif::ProgressBar;
use serde_json::json;
use stopwatch::{Contestant, Peer, take_turns};
use tch::nn::{ModuleT, VarStore};
use tch::{Device, Kind, Tensor};

/// Time a forward pass over random tokens, in f32 and in bf16
///
/// With --python ours and PyTorch's take turns; the median of the rounds is shown.
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch04 -- bench
  cargo run --release -p ch04 -- bench --size gpt2-medium --rounds 3 --json")]
pub struct Bench {
    /// Which of the four sizes
    #[arg(long, value_enum, default_value_t)]
    size: Size,

    /// Texts and tokens of each; may be given several times
    #[arg(long, default_values = ["4x256", "1x1024"], value_parser = shape)]
    shape: Vec<(i64, i64)>,

    /// How often each has its turn
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u16).range(1..))]
    rounds: u16,

    /// Seed of the random weights
    #[arg(long, default_value_t = 123)]
    seed: i64,

    /// A Python that has PyTorch: times PyTorch's GPT-2 too
    #[arg(long)]
    python: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

const PRECISIONS: [(&str, Kind); 2] =
    [("f32", Kind::Float), ("bf16", Kind::BFloat16)];

/// What everyone did with batches of one shape.
struct Case {
    precision: &'static str,
    batch: i64,
    tokens: i64,
    seconds: Vec<(String, f64)>,
}

pub fn run(args: &Bench, out: &mut impl Write) -> Result<()> {
    let device = args.device.resolve()?;
    ensure!(
        args.python.is_none() || device == Device::Cpu,
        "PyTorch is timed on the processor only: add --device cpu"
    );
    let config = Gpt2Config::released(args.size);
    for (_, tokens) in &args.shape {
        let most = config.n_positions;
        ensure!(*tokens <= most, "{tokens} tokens are too many: GPT-2 sees {most}");
    }
    let peer = args.python.as_deref().map(|python| start_peer(python, &config));
    let peer = peer.transpose()?.map(RefCell::new);
    let bar = ProgressBar::new((PRECISIONS.len() * args.shape.len()) as u64);
    let mut cases = Vec::new();
    for (precision, kind) in PRECISIONS {
        tch::manual_seed(args.seed);
        let mut variables = VarStore::new(device);
        let model = Gpt2::new(&variables.root(), &config);
        variables.set_kind(kind);
        for &(batch, tokens) in &args.shape {
            let mut everyone = vec![ours(&model, batch, tokens)];
            everyone.extend(peer.as_ref().map(|peer| {
                let question = json!({
                    "precision": precision, "batch": batch, "tokens": tokens,
                });
                let go = move || peer.borrow_mut().seconds(&question);
                Contestant::new("pytorch", go)
            }));
            let times = take_turns(&mut everyone, usize::from(args.rounds))?;
            let names = everyone.iter().map(|it| it.name().to_string());
            let seconds = names.zip(times).collect();
            cases.push(Case { precision, batch, tokens, seconds });
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    print(&cases, args.json, out)
}

/// `4x256` as 4 texts of 256 tokens.
fn shape(typed: &str) -> Result<(i64, i64)> {
    let numbers = typed.split_once('x').and_then(|(batch, tokens)| {
        Some((batch.parse().ok()?, tokens.parse().ok()?))
    });
    match numbers {
        Some((batch @ 1.., tokens @ 1..)) => Ok((batch, tokens)),
        _ => anyhow::bail!("write texts x tokens, such as 4x256"),
    }
}

fn ours(model: &Gpt2, batch: i64, tokens: i64) -> Contestant<'_> {
    let device = model.device();
    let vocabulary = model.config().vocab_size;
    let ids = Tensor::randint(vocabulary, [batch, tokens], (Kind::Int64, device)); // (b, t)
    Contestant::new("ours", move || {
        let start = Instant::now();
        let _ = tch::no_grad(|| model.forward_t(&ids, false));
        if let Device::Cuda(index) = device {
            tch::Cuda::synchronize(index as i64);
        }
        Ok(start.elapsed().as_secs_f64())
    })
}

fn start_peer(python: &Path, config: &Gpt2Config) -> Result<Peer> {
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/gpt2_peers.py");
    let numbers = [
        ("--vocabulary", config.vocab_size),
        ("--context", config.n_positions),
        ("--layers", config.n_layer),
        ("--channels", config.n_embd),
        ("--heads", config.n_head),
        ("--threads", i64::from(tch::get_num_threads())),
    ];
    let arguments: Vec<_> = numbers
        .iter()
        .flat_map(|(name, number)| [name.to_string(), number.to_string()])
        .collect();
    Peer::start(python, &script, &arguments)
}

fn print(cases: &[Case], as_json: bool, out: &mut impl Write) -> Result<()> {
    let threads = tch::get_num_threads();
    if as_json {
        let cases: Vec<_> = cases
            .iter()
            .map(|case| {
                let Case { precision, batch, tokens, seconds } = case;
                let seconds: serde_json::Map<_, _> = seconds
                    .iter()
                    .map(|(name, seconds)| (name.clone(), json!(seconds)))
                    .collect();
                json!({
                    "precision": precision,
                    "batch": batch,
                    "tokens": tokens,
                    "seconds": seconds,
                })
            })
            .collect();
        writeln!(out, "{}", json!({"threads": threads, "cases": cases}))?;
        return Ok(());
    }
    writeln!(out, "a forward pass without gradients, {threads} threads")?;
    for Case { precision, batch, tokens, seconds } in cases {
        for (name, seconds) in seconds {
            let rate = (batch * tokens) as f64 / seconds;
            writeln!(
                out,
                "{batch:>3} x {tokens:<5} {precision:5} {name:8} {seconds:>8.3} s {rate:>8.0} tokens/s"
            )?;
        }
    }
    Ok(())
}
