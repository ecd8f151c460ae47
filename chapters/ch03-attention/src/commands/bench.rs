//! `bench`: all forms of many heads against each other, and against PyTorch's.

use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::value_parser;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use stopwatch::{Contestant, Peer, seconds, take_turns};
use tch::nn::{ModuleT, VarStore};
use tch::{Device, Kind, Tensor};

use super::Common;
use super::forms::{Form, Sizes};
use super::memory::{in_new_process, mebibytes, scores_bytes};

/// Time all forms of many heads, and measure their memory
///
/// They take turns, so that all meet the same weather on the machine; the median of the rounds is
/// shown. Compare the numbers of one run only.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch03 -- bench
  cargo run --release -p ch03 -- bench --max-tokens 256 --rounds 3 --json")]
pub struct Args {
    /// The longest text; the shortest has 64 tokens, and each has twice as many as the last
    #[arg(long, default_value_t = 1024, value_parser = value_parser!(i64).range(64..))]
    max_tokens: i64,

    /// How often each form has its turn
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u16).range(1..))]
    rounds: u16,

    #[command(flatten)]
    sizes: Sizes,

    /// A Python that has PyTorch: times PyTorch's attention too
    #[arg(long)]
    python: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

const PRECISIONS: [(&str, Kind); 2] =
    [("f32", Kind::Float), ("bf16", Kind::BFloat16)];
const PASSES: [&str; 2] = ["forward", "backward"];
const PEERS: [&str; 2] = ["explicit", "fused"];

/// What everyone did on texts of one length.
struct Case {
    precision: &'static str,
    pass: &'static str,
    tokens: i64,
    seconds: Vec<(String, f64)>,
}

/// The four layers in one precision, with what their gradients are taken for.
struct Layers {
    kind: Kind,
    device: Device,
    layers: Vec<(Form, Box<dyn ModuleT>, VarStore)>,
}

pub fn run(args: &Args, common: &Common, out: &mut impl Write) -> Result<()> {
    cli::suit_tensors(); // not for all of the program: `memory` measures what is taken anew
    args.sizes.check()?;
    let device = common.device.resolve()?;
    ensure!(
        args.python.is_none() || device == Device::Cpu,
        "PyTorch is timed on the processor only: add --device cpu"
    );
    let lengths: Vec<_> = std::iter::successors(Some(64), |t| Some(2 * t))
        .take_while(|&t| t <= args.max_tokens)
        .collect();
    let peer = args.python.as_deref().map(|python| start_peer(python, args.sizes));
    let peer = peer.transpose()?.map(RefCell::new);

    let steps = lengths.len() * (PRECISIONS.len() * PASSES.len() + Form::ALL.len());
    let bar = ProgressBar::new(steps as u64);
    let mut cases = Vec::new();
    for (precision, kind) in PRECISIONS {
        tch::manual_seed(common.seed);
        let layers = Layers::new(args.sizes, kind, device);
        for pass in PASSES {
            for &tokens in &lengths {
                let mut everyone = layers.contestants(pass, tokens, args.sizes);
                if let Some(peer) = &peer {
                    everyone.extend(peers(peer, precision, pass, tokens));
                }
                let times = take_turns(&mut everyone, usize::from(args.rounds))?;
                let names = everyone.iter().map(|it| it.name().to_string());
                let seconds = names.zip(times).collect();
                cases.push(Case { precision, pass, tokens, seconds });
                bar.inc(1);
            }
        }
    }
    let memory = measure_memory(&lengths, args.sizes, &bar)?;
    bar.finish_and_clear();
    match args.json {
        true => as_json(&cases, &memory, args.sizes, out),
        false => as_tables(&cases, &memory, args, out),
    }
}

impl Layers {
    fn new(sizes: Sizes, kind: Kind, device: Device) -> Self {
        let build = |form: Form| {
            let mut variables = VarStore::new(device);
            let layer = form.layer(&variables.root(), sizes);
            variables.set_kind(kind);
            (form, layer, variables)
        };
        Self { kind, device, layers: Form::ALL.map(build).into() }
    }

    fn contestants(
        &self,
        pass: &'static str,
        tokens: i64,
        sizes: Sizes,
    ) -> Vec<Contestant<'_>> {
        let shape = [sizes.batch, tokens, sizes.channels];
        let x = Tensor::randn(shape, (self.kind, self.device));
        let x = x.set_requires_grad(true); // as inside a model
        let contestants = self.layers.iter().map(|(form, layer, variables)| {
            let mut inputs = variables.trainable_variables();
            inputs.push(x.shallow_clone());
            Contestant::new(form.name(), move || {
                Ok(seconds(|| {
                    one_pass(layer.as_ref(), &inputs, pass);
                    wait_for(self.device);
                }))
            })
        });
        contestants.collect()
    }
}

/// Runs the layer on the last of `inputs`, and with `backward` also takes the slope of all.
fn one_pass(layer: &dyn ModuleT, inputs: &[Tensor], pass: &str) {
    let Some(x) = inputs.last() else { return };
    if pass == "forward" {
        let _ = tch::no_grad(|| layer.forward_t(x, false));
        return;
    }
    let sum = layer.forward_t(x, true).sum(x.kind());
    let _gradients = Tensor::run_backward(&[sum], inputs, false, false);
}

/// A graphics card works on while we go on.
fn wait_for(device: Device) {
    if let Device::Cuda(index) = device {
        tch::Cuda::synchronize(index as i64);
    }
}

fn start_peer(python: &Path, sizes: Sizes) -> Result<Peer> {
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/attention_peers.py");
    let numbers = [
        ("--channels", sizes.channels),
        ("--heads", sizes.heads),
        ("--batch", sizes.batch),
        ("--threads", i64::from(tch::get_num_threads())),
    ];
    let arguments: Vec<_> = numbers
        .iter()
        .flat_map(|(name, number)| [name.to_string(), number.to_string()])
        .collect();
    Peer::start(python, &script, &arguments)
}

/// PyTorch's two forms, which one script times in turn.
fn peers<'a>(
    peer: &'a RefCell<Peer>,
    precision: &'a str,
    pass: &'a str,
    tokens: i64,
) -> impl Iterator<Item = Contestant<'a>> {
    PEERS.into_iter().map(move |form| {
        let question = json!({
            "form": form, "precision": precision, "pass": pass, "tokens": tokens,
        });
        Contestant::new(format!("pytorch {form}"), move || {
            peer.borrow_mut().seconds(&question)
        })
    })
}

/// The bytes of one pass of each form in f32, for each length; none where the system is silent.
fn measure_memory(
    lengths: &[i64],
    sizes: Sizes,
    bar: &ProgressBar,
) -> Result<Vec<(i64, Vec<Option<i64>>)>> {
    let measure = |&tokens: &i64| {
        let bytes = Form::ALL.iter().map(|&form| {
            bar.inc(1);
            in_new_process(form, tokens, sizes)
        });
        Ok((tokens, bytes.collect::<Result<_>>()?))
    };
    lengths.iter().map(measure).collect()
}

fn as_json(
    cases: &[Case],
    memory: &[(i64, Vec<Option<i64>>)],
    sizes: Sizes,
    out: &mut impl Write,
) -> Result<()> {
    let cases: Vec<_> = cases
        .iter()
        .map(|case| {
            let seconds: serde_json::Map<String, Value> = case
                .seconds
                .iter()
                .map(|(name, seconds)| (name.clone(), json!(seconds)))
                .collect();
            json!({
                "precision": case.precision,
                "pass": case.pass,
                "tokens": case.tokens,
                "seconds": seconds,
            })
        })
        .collect();
    let memory: Vec<_> = memory
        .iter()
        .map(|(tokens, bytes)| {
            let measured: serde_json::Map<String, Value> = Form::ALL
                .iter()
                .zip(bytes)
                .map(|(form, bytes)| (form.name().to_string(), json!(bytes)))
                .collect();
            let computed = scores_bytes(sizes, *tokens);
            json!({"tokens": tokens, "scores_bytes": computed, "bytes": measured})
        })
        .collect();
    let threads = tch::get_num_threads();
    let all = json!({"threads": threads, "cases": cases, "memory": memory});
    writeln!(out, "{all}")?;
    Ok(())
}

fn as_tables(
    cases: &[Case],
    memory: &[(i64, Vec<Option<i64>>)],
    args: &Args,
    out: &mut impl Write,
) -> Result<()> {
    let Sizes { batch, channels, heads } = args.sizes;
    let threads = tch::get_num_threads();
    writeln!(
        out,
        "batch {batch}, {channels} channels, {heads} heads, {threads} threads"
    )?;
    let mut shown = None;
    for case in cases {
        let Case { precision, pass, tokens, seconds } = case;
        if shown.replace((precision, pass)) != Some((precision, pass)) {
            let what =
                if *pass == "forward" { "forward" } else { "forward and backward" };
            writeln!(out, "\n{precision}, {what}, milliseconds")?;
            let names: String =
                seconds.iter().map(|(name, _)| format!("{name:>18}")).collect();
            writeln!(out, "tokens{names}")?;
        }
        let cells: String = seconds
            .iter()
            .map(|(_, seconds)| format!("{:>18.2}", 1e3 * seconds))
            .collect();
        writeln!(out, "{tokens:>6}{cells}")?;
    }
    writeln!(out, "\nf32, forward, MiB of memory")?;
    let names: String =
        Form::ALL.iter().map(|form| format!("{:>18}", form.name())).collect();
    writeln!(out, "tokens{names} scores (computed)")?;
    for (tokens, bytes) in memory {
        let cells: String = bytes
            .iter()
            .map(|bytes| match bytes {
                Some(bytes) => format!("{:>18.1}", mebibytes(*bytes as f64)),
                None => format!("{:>18}", "?"),
            })
            .collect();
        let scores = mebibytes(scores_bytes(args.sizes, *tokens) as f64);
        writeln!(out, "{tokens:>6}{cells}{scores:>18.1}")?;
    }
    Ok(())
}
