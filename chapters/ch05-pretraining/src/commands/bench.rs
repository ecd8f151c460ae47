//! `bench`: how long a training step takes, and where the time goes.

use std::io::Write;
use std::time::Instant;

use anyhow::Result;
use ch02::Batch;
use ch05::{Peak, Precision, Preset, Trainer, clip_gradients, step_flops};
use clap::Args;
use device::DeviceChoice;
use serde_json::json;
use tch::{Device, Kind, Tensor};

/// Time training steps on random tokens
#[derive(Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch05 -- bench
  cargo run --release -p ch05 -- bench --preset gpt2-124m --batch-size 4 --context 256")]
pub struct Bench {
    /// The model
    #[arg(long, value_enum, default_value_t = Preset::Stories)]
    preset: Preset,

    /// Windows in a batch [default: the preset's]
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    batch_size: Option<i64>,

    /// Tokens in a window [default: the model's]
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    context: Option<i64>,

    /// Steps to time, after two to warm up
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    steps: u16,

    /// Bits of a weight while computing [default: bf16 if the processor knows it, else f32]
    #[arg(long, value_enum)]
    precision: Option<Precision>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,

    /// Where tensors live
    #[arg(long, value_enum, default_value_t)]
    device: DeviceChoice,
}

/// Seconds of a step's three parts.
#[derive(Clone, Copy)]
struct Times {
    forward: f64,
    backward: f64,
    optimizer: f64,
}

impl Times {
    fn total(self) -> f64 {
        self.forward + self.backward + self.optimizer
    }
}

pub fn run(args: &Bench) -> Result<()> {
    let device = args.device.resolve()?;
    let precision = args.precision.unwrap_or_else(Precision::fastest);
    let config = args.preset.config(1, precision);
    let mut trainer = args.preset.trainer(config, device)?;
    let model = trainer.model.config().clone();
    let b = args.batch_size.unwrap_or(config.batch_size as i64);
    let t = args.context.unwrap_or(model.n_positions).min(model.n_positions);
    let ids = Tensor::randint(model.vocab_size, [b, t + 1], (Kind::Int64, device));
    let batch = Batch { inputs: ids.narrow(1, 0, t), targets: ids.narrow(1, 1, t) };

    let peak = Peak::measure(precision, device);
    let mut times: Vec<Times> =
        (0..args.steps + 2).map(|_| step(&mut trainer, &batch, device)).collect();
    times.drain(..2);
    times.sort_by(|a, b| a.total().total_cmp(&b.total()));
    let median = times[times.len() / 2];
    let tokens = (b * t) as f64;
    let share = peak.share(step_flops(&model, b, t), median.total());
    let mut out = std::io::stdout().lock();
    if args.json {
        let row = json!({
            "preset": args.preset.name(),
            "precision": precision,
            "batch_size": b,
            "context": t,
            "threads": tch::get_num_threads(),
            "tokens_per_second": tokens / median.total(),
            "seconds": median.total(),
            "fastest": times[0].total(),
            "slowest": times[times.len() - 1].total(),
            "forward": median.forward,
            "backward": median.backward,
            "optimizer": median.optimizer,
            "peak_flops": peak.flops,
            "mfu": share,
            "peak_bytes": cli::peak_memory(),
        });
        writeln!(out, "{row}")?;
        return Ok(());
    }
    writeln!(
        out,
        "{b} windows of {t} tokens, {:.0} tokens/s",
        tokens / median.total()
    )?;
    let parts = [
        ("forward", median.forward),
        ("backward", median.backward),
        ("optimizer", median.optimizer),
    ];
    for (name, seconds) in parts {
        let share = seconds / median.total();
        let bar = "█".repeat((share * 40.0).round() as usize);
        writeln!(out, "{name:<10}{seconds:>8.3} s {:>3.0} % {bar}", share * 100.0)?;
    }
    writeln!(
        out,
        "MFU {:.0} % of {:.0} GFLOP/s, at which this machine just multiplied two matrices of \
         {2} by {2}",
        share * 100.0,
        peak.flops / 1e9,
        peak.size
    )?;
    Ok(())
}

fn step(trainer: &mut Trainer, batch: &Batch, device: Device) -> Times {
    let lap = |since: &mut Instant| {
        if let Device::Cuda(index) = device {
            tch::Cuda::synchronize(index as i64);
        }
        let seconds = since.elapsed().as_secs_f64();
        *since = Instant::now();
        seconds
    };
    let mut since = Instant::now();
    let loss = trainer.forward(batch);
    let forward = lap(&mut since);
    let (_, mut gradients) = loss.gradients(&trainer.optimizer);
    let backward = lap(&mut since);
    clip_gradients(&mut gradients, trainer.config.clip);
    let rate = trainer.config.schedule.rate(trainer.step);
    trainer.optimizer.step(&mut gradients, rate);
    trainer.step += 1;
    Times { forward, backward, optimizer: lap(&mut since) }
}
