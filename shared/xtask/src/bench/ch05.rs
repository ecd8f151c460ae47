//! Chapter 5: a training step, ours and PyTorch's.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use stopwatch::Peer;

use super::table::{Table, number};
use super::{Args, json, pytorch};
use crate::{cargo, paths};

/// Rounds in which everyone has a turn, and steps in a turn, after which the median counts.
const ROUNDS: usize = 3;
const STEPS: u16 = 3;

/// What is trained: a preset, and the shape of its batches.
type Work = (&'static str, u16, u16);

const GPT2: Work = ("gpt2-124m", 4, 256);
const LONG: Work = ("gpt2-124m", 2, 1024);
const CHARACTERS: Work = ("char-shakespeare", 64, 256);

/// Each work in a precision, and PyTorch's ways to do it.
const CASES: [(Work, &str, &[&str]); 4] = [
    (GPT2, "bf16", &["eager", "compiled"]),
    (GPT2, "f32", &["eager"]),
    (LONG, "bf16", &["eager", "compiled"]),
    (CHARACTERS, "bf16", &["eager", "compiled"]),
];

/// All tables of the chapter.
pub(super) fn measure(args: &Args) -> Result<Vec<Table>> {
    let python = pytorch(args)?;
    let (cases, rounds) = if args.quick { (1, 1) } else { (CASES.len(), ROUNDS) };
    let mut rows = Vec::new();
    for (work, precision, modes) in &CASES[..cases] {
        let mut peers = Vec::new();
        let mut ours = Turns::default();
        for round in 0..rounds {
            let answer = json(our_turn(*work, precision)?)?;
            ours.add(&answer);
            if let (0, Some(python)) = (round, &python) {
                let threads = answer["threads"].to_string();
                for mode in *modes {
                    let peer = start(python, *work, [mode, precision, &threads])?;
                    peers.push((*mode, peer, Turns::default()));
                }
            }
            for (_, peer, turns) in &mut peers {
                let (_, batch, tokens) = *work;
                let question =
                    json!({"batch": batch, "tokens": tokens, "steps": STEPS});
                turns.add(&peer.ask(&question)?);
            }
        }
        let theirs = peers.into_iter().map(|(mode, _, turns)| (mode, turns));
        rows.extend(case(*work, precision, ours, theirs.collect()));
    }
    let header = "step,tokens/s,peak GB,ours/theirs,peak ours/theirs".into();
    Ok(vec![Table { name: "training-step", header, rows }])
}

/// What the turns of one program came to.
#[derive(Default)]
struct Turns {
    seconds: Vec<f64>,
    peak: f64,
}

impl Turns {
    fn add(&mut self, answer: &Value) {
        self.seconds.push(number(&answer["seconds"]));
        self.peak = self.peak.max(number(&answer["peak_bytes"]));
    }

    fn median(&mut self) -> f64 {
        self.seconds.sort_by(f64::total_cmp);
        self.seconds[self.seconds.len() / 2]
    }
}

/// The rows of one work: ours first, then the others with ratios to ours.
fn case(
    (preset, batch, tokens): Work,
    precision: &str,
    mut ours: Turns,
    theirs: Vec<(&str, Turns)>,
) -> Vec<(String, Vec<f64>)> {
    let name = |who: &str| format!("{preset} {batch}x{tokens} {precision} {who}");
    let all = f64::from(batch) * f64::from(tokens);
    let (seconds, peak) = (ours.median(), ours.peak);
    let mut rows =
        vec![(name("ours"), vec![all / seconds, peak / 1e9, f64::NAN, f64::NAN])];
    for (mode, mut turns) in theirs {
        let their_seconds = turns.median();
        let numbers = vec![
            all / their_seconds,
            turns.peak / 1e9,
            their_seconds / seconds,
            peak / turns.peak,
        ];
        rows.push((name(mode), numbers));
    }
    rows
}

fn our_turn((preset, batch, tokens): Work, precision: &str) -> Result<Command> {
    let mut command = cargo::with_libtorch()?;
    command.args(["run", "--release", "-q", "-p", "ch05", "--", "bench", "--json"]);
    command.args(["--device", "cpu", "--preset", preset, "--precision", precision]);
    command.args(["--batch-size", &batch.to_string()]);
    command.args(["--context", &tokens.to_string()]);
    command.args(["--steps", &STEPS.to_string()]);
    Ok(command)
}

fn start(
    python: &Path,
    (preset, ..): Work,
    [mode, precision, threads]: [&str; 3],
) -> Result<Peer> {
    let script =
        paths::root().join("chapters/ch05-pretraining/benches/training_peers.py");
    let arguments = ["--preset", preset, "--mode", mode, "--precision", precision];
    let arguments = arguments.into_iter().chain(["--threads", threads]);
    let arguments: Vec<String> = arguments.map(String::from).collect();
    Peer::start(python, &script, &arguments)
        .with_context(|| format!("PyTorch's {mode} mode can't be measured"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_turn_counts_and_the_largest_peak() {
        let turns = |seconds: [f64; 3], peak: f64| {
            let mut turns = Turns::default();
            for seconds in seconds {
                turns.add(&json!({"seconds": seconds, "peak_bytes": peak}));
            }
            turns
        };
        let ours = turns([2.0, 9.0, 1.0], 2.5e9);
        let eager = turns([3.0, 2.9, 8.0], 3.3e9);
        let rows = case(GPT2, "bf16", ours, vec![("eager", eager)]);
        assert_eq!(rows[0].0, "gpt2-124m 4x256 bf16 ours");
        assert_eq!(rows[0].1[..2], [512.0, 2.5]);
        assert_eq!(rows[1].1[2], 1.5);
        assert!((rows[1].1[3] - 0.7576).abs() < 1e-3);
    }
}
