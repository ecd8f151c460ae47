//! How long the rungs of training take, and how much memory.
//!
//! ```console
//! $ cargo bench -p ch01 --bench training
//! $ cargo bench -p ch01 --bench training -- --size 16384 --rung parallel FILE…
//! $ cargo bench -p ch01 --bench training -- --rung parallel --python PYTHON FILE…
//! ```
//!
//! Every training runs in a process of its own, so that its peak of memory is its own. The
//! rungs take turns, so that all meet the same weather on the machine. With `--python`, the
//! Python packages `rustbpe`, `fast-bpe-rs` and `tokenizers` take part, where they are installed
//! (`benches/training_peers.py`).

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use ch01::train::{Rung, TrainOptions, train_files};
use clap::Parser;
use serde_json::{Value, json};

/// Time the rungs of training
#[derive(Parser)]
struct Cli {
    /// Files of text: the built-in ones, if none is named
    files: Vec<PathBuf>,

    /// How many tokens to learn
    #[arg(long, default_value_t = 1000)]
    size: usize,

    /// The rungs to run: all, if none is named
    #[arg(long, value_parser = rung)]
    rung: Vec<Rung>,

    /// How many threads to use: all cores, if it is not said
    #[arg(long)]
    threads: Option<usize>,

    /// How often to run each
    #[arg(long, default_value_t = 3)]
    runs: usize,

    /// A Python that has the peers
    #[arg(long)]
    python: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,

    /// Train once, here, and print what it took
    #[arg(long, hide = true)]
    here: bool,

    /// What cargo adds
    #[arg(long, hide = true)]
    bench: bool,
}

fn rung(name: &str) -> Result<Rung> {
    let found = Rung::ALL.into_iter().find(|rung| rung.name() == name);
    found.with_context(|| {
        format!("{name} is none of {:?}", Rung::ALL.map(Rung::name))
    })
}

fn main() -> ExitCode {
    cli::run(|| {
        let mut cli = Cli::parse();
        if cli.files.is_empty() {
            let built_in =
                ["messages.tsv", "instructions.json", "stories/hand-written.txt"];
            cli.files = built_in.map(|file| Path::new(BUILT_IN).join(file)).into();
        }
        if cli.here { train_here(&cli) } else { compare(&cli) }
    })
}

const BUILT_IN: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/builtin");

/// Trains once and prints the seconds, the peak of memory and the number of tokens.
fn train_here(cli: &Cli) -> Result<()> {
    let [rung] = cli.rung[..] else { bail!("--here trains one rung") };
    let mut options = TrainOptions::new(cli.size);
    options.threads = cli.threads.unwrap_or(options.threads);
    let start = Instant::now();
    let vocabulary = if rung == Rung::Parallel {
        train_files(&cli.files, &options, |_| {})?
    } else {
        let texts: Vec<String> = cli
            .files
            .iter()
            .map(std::fs::read_to_string)
            .collect::<Result<_, _>>()?;
        rung.train(texts.iter().map(String::as_str), &options)
    };
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({ "seconds": seconds, "peak": cli::peak_memory(), "tokens": vocabulary.len() })
    );
    Ok(())
}

/// What takes part, and what was measured of it.
struct Runner {
    name: String,
    command: Vec<String>,
    threads: Option<usize>,
    runs: Vec<Value>,
}

fn compare(cli: &Cli) -> Result<()> {
    let mut runners = runners(cli)?;
    for run in 0..cli.runs {
        for runner in &mut runners {
            eprintln!("run {} of {}: {}", run + 1, cli.runs, runner.name);
            runner.run()?;
        }
    }
    let sizes = cli.files.iter().map(|file| Ok(file.metadata()?.len()));
    let bytes = sizes.sum::<Result<u64>>()?;
    if cli.json {
        let results: Vec<Value> = runners.iter().map(Runner::to_json).collect();
        let all = json!({ "bytes": bytes, "size": cli.size, "results": results });
        println!("{all}");
    } else {
        println!("{bytes} bytes, {} tokens, median of {}", cli.size, cli.runs);
        print_table(&runners, bytes);
    }
    Ok(())
}

fn print_table(runners: &[Runner], bytes: u64) {
    let seconds = runners.iter().map(|runner| runner.median("seconds"));
    let fastest = seconds.fold(f64::INFINITY, f64::min);
    println!(
        "{:12} {:>10} {:>8} {:>8} {:>8}",
        "", "seconds", "MB/s", "peak MB", "times"
    );
    for runner in runners {
        let seconds = runner.median("seconds");
        let peak = runner.median("peak") / 1e6;
        let rate = bytes as f64 / 1e6 / seconds;
        let times = seconds / fastest;
        println!(
            "{:12} {seconds:10.4} {rate:8.2} {peak:8.1} {times:8.1}",
            runner.name
        );
    }
}

fn runners(cli: &Cli) -> Result<Vec<Runner>> {
    let text = |path: &Path| path.display().to_string();
    let files: Vec<String> = cli.files.iter().map(|file| text(file)).collect();
    let size = cli.size.to_string();
    let threads = cli.threads;
    let mut runners = Vec::new();
    let this = text(&std::env::current_exe()?);
    let rungs =
        if cli.rung.is_empty() { Rung::ALL.to_vec() } else { cli.rung.clone() };
    for rung in rungs {
        let mut command = vec![this.clone(), "--here".into()];
        command.extend(["--rung", rung.name(), "--size", &size].map(String::from));
        command.extend(threads.map(|threads| format!("--threads={threads}")));
        command.extend(files.clone());
        let name = rung.name().into();
        runners.push(Runner { name, command, threads, runs: vec![] });
    }
    if let Some(python) = &cli.python {
        for peer in PEERS.into_iter().filter(|peer| has(python, peer)) {
            let mut command =
                vec![text(python), SCRIPT.into(), peer.into(), size.clone()];
            command.extend(files.clone());
            let name = peer.into();
            runners.push(Runner { name, command, threads, runs: vec![] });
        }
    }
    Ok(runners)
}

/// Python packages that train vocabularies.
const PEERS: [&str; 3] = ["rustbpe", "fast_bpe_rs", "tokenizers"];
const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/benches/training_peers.py");

/// Whether this Python has the package.
fn has(python: &Path, package: &str) -> bool {
    let import =
        Command::new(python).args(["-c", &format!("import {package}")]).output();
    let found = import.is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("{package} is not installed and takes no part");
    }
    found
}

impl Runner {
    fn run(&mut self) -> Result<()> {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]);
        if let Some(threads) = self.threads {
            command.env("RAYON_NUM_THREADS", threads.to_string()); // the peers' switch
        }
        let output = command.output();
        let output =
            output.with_context(|| format!("cannot start {}", self.name))?;
        ensure!(
            output.status.success(),
            "{} failed: {}",
            self.name,
            String::from_utf8_lossy(&output.stderr)
        );
        self.runs.push(serde_json::from_slice(&output.stdout)?);
        Ok(())
    }

    fn median(&self, key: &str) -> f64 {
        let numbers = self.runs.iter().filter_map(|run| run[key].as_f64());
        let mut numbers: Vec<f64> = numbers.collect();
        numbers.sort_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "seconds": self.median("seconds"),
            "peak": self.median("peak"),
            "runs": self.runs,
        })
    }
}
