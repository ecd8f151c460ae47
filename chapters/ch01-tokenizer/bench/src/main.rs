//! Encodes files with chapter 1's rungs and with other tokenizers, in turn, and prints how many
//! megabytes a second each takes. All must give the same ids.
//!
//! ```console
//! $ cargo run --release -- corpus.txt
//! $ cargo run --release -- --only fast,fastokens --threads 2 --json corpus.txt
//! ```

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use ch01::Tokenizer;
use ch01::encode::Rung;
use clap::Parser;
use tokenizers::pipeline::{EncodeOptions, PipelineToken};

/// Compare chapter 1's tokenizer with others
#[derive(Parser)]
struct Cli {
    /// Files of text
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Passes over all documents, after which the median counts
    #[arg(long, default_value_t = 5)]
    passes: usize,

    /// Size of a document; 0: one document per file
    #[arg(long, default_value_t = 8192)]
    document: usize,

    /// Threads that take one document after the other
    #[arg(long, default_value_t = 1)]
    threads: usize,

    /// Only these
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    /// Encode everything once with the one that `--only` names, and print the seconds
    #[arg(long, hide = true)]
    cold: bool,
}

/// Appends the ids of a text.
type Encode = Box<dyn Fn(&str, &mut Vec<u32>) -> Result<()> + Sync>;

/// A tokenizer in the race.
struct Runner {
    name: &'static str,
    encode: Encode,
    /// The first pass, each in a process of its own where everything is cold; MB/s
    first: f64,
    /// Seconds of each further pass
    passes: Vec<f64>,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let mut texts = Vec::new();
    for file in &cli.files {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        // The peers do not agree on whether its text is a special token.
        texts.push(text.replace(ch01::END_OF_TEXT, ""));
    }
    let documents: Vec<&str> =
        texts.iter().flat_map(|text| documents(text, cli.document)).collect();
    let bytes: usize = documents.iter().map(|text| text.len()).sum();
    let megabytes = bytes as f64 / 1e6;

    let mut runners = runners(&cli.only)?;
    ensure!(!runners.is_empty(), "no tokenizer has such a name");
    if cli.cold {
        let start = Instant::now();
        pass(&runners[0].encode, &documents, 1)?;
        println!("{}", start.elapsed().as_secs_f64());
        return Ok(());
    }

    let mut expected = None;
    for runner in &mut runners {
        runner.first = megabytes / first_pass(runner.name, cli)?;
        let mut ids = Vec::new();
        for text in &documents {
            (runner.encode)(text, &mut ids)?;
        }
        let expected = expected.get_or_insert_with(|| ids.clone());
        ensure!(*expected == ids, "{} gives other ids", runner.name);
    }
    for _ in 0..cli.passes {
        for runner in &mut runners {
            let start = Instant::now();
            pass(&runner.encode, &documents, cli.threads)?;
            runner.passes.push(start.elapsed().as_secs_f64());
        }
    }
    report(&mut runners, megabytes, expected.map_or(0, |ids| ids.len()), cli);
    Ok(())
}

/// `text` cut at line ends into documents of at most `size` bytes, where lines allow it.
fn documents(text: &str, size: usize) -> Vec<&str> {
    let mut documents = Vec::new();
    let mut rest = text;
    while size > 0 && rest.len() > size {
        let end = rest.ceil_char_boundary(size);
        let end = rest[..end].rfind('\n').map_or(end, |line| line + 1);
        let (document, after) = rest.split_at(end);
        documents.push(document);
        rest = after;
    }
    documents.push(rest);
    documents
}

/// The median of the seconds that fresh processes take for their first pass.
fn first_pass(name: &str, cli: &Cli) -> Result<f64> {
    let mut seconds = Vec::new();
    for _ in 0..cli.passes {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--cold", "--only", name, "--document"]);
        command.arg(cli.document.to_string()).args(&cli.files);
        let output = command.output()?;
        let text = String::from_utf8(output.stdout)?;
        let number = text.trim().parse::<f64>();
        seconds.push(number.with_context(|| format!("{name} failed"))?);
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[seconds.len() / 2])
}

/// Encodes all documents once.
fn pass(encode: &Encode, documents: &[&str], threads: usize) -> Result<()> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut ids = Vec::new();
        while let Some(text) = documents.get(next.fetch_add(1, Ordering::Relaxed)) {
            ids.clear();
            encode(text, &mut ids)?;
            std::hint::black_box(&ids);
        }
        Ok(())
    };
    if threads < 2 {
        return work();
    }
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        helpers.into_iter().try_for_each(|helper| helper.join().expect("no panic"))
    })
}

/// The tokenizers with these names, or all, each with GPT-2's vocabulary. Rung `replay` is left
/// out: it would take days.
fn runners(only: &[String]) -> Result<Vec<Runner>> {
    let mut runners = Vec::new();
    let wanted = |name| only.is_empty() || only.iter().any(|known| known == name);
    let mut add = |name, encode: Encode| {
        runners.push(Runner { name, encode, first: 0.0, passes: Vec::new() });
    };

    let gpt2 = Tokenizer::gpt2();
    for rung in [Rung::LowestRank, Rung::Cached] {
        if !wanted(rung.name()) {
            continue;
        }
        let ours = gpt2.clone();
        add(
            rung.name(),
            Box::new(move |text, ids| {
                ids.extend(ours.encode_by(rung, text));
                Ok(())
            }),
        );
    }
    if wanted(Rung::Fast.name()) {
        let ours = gpt2.clone();
        add(
            Rung::Fast.name(),
            Box::new(move |text, ids| {
                ours.encode_into(text, ids);
                Ok(())
            }),
        );
    }
    if wanted("tiktoken-rs") {
        let tiktoken = tiktoken_rs::r50k_base()?;
        add(
            "tiktoken-rs",
            Box::new(move |text, ids| {
                ids.extend(tiktoken.encode_ordinary(text));
                Ok(())
            }),
        );
    }

    // The other two read Hugging Face's format, which we write.
    let folder = tempfile::tempdir()?;
    let json = folder.path().join("tokenizer.json");
    gpt2.save_json(&json)?;
    if wanted("fastokens") {
        let fastokens = fastokens::Tokenizer::from_file(&json)?;
        add(
            "fastokens",
            Box::new(move |text, ids| {
                ids.extend(fastokens.encode_ordinary(text)?);
                Ok(())
            }),
        );
    }
    if wanted("tokenizers") {
        let canonical =
            tokenizers::canonicalize_file(&json).map_err(anyhow::Error::msg)?;
        let hugging_face =
            tokenizers::from_json(&canonical).map_err(anyhow::Error::msg)?;
        let options = EncodeOptions::no_specials();
        add(
            "tokenizers",
            Box::new(move |text, ids| {
                let mut tokens = Vec::with_capacity(text.len() / 4);
                let encoded = hugging_face.encode_into(text, &options, &mut tokens);
                encoded.map_err(|error| anyhow::anyhow!("{error:?}"))?;
                ids.extend_from_slice(PipelineToken::cast_slice(&tokens));
                Ok(())
            }),
        );
    }
    Ok(runners)
}

/// Prints the results, the fastest first.
fn report(runners: &mut [Runner], megabytes: f64, tokens: usize, cli: &Cli) {
    for runner in runners.iter_mut() {
        runner.passes.sort_by(f64::total_cmp);
    }
    let speed = |runner: &Runner, place: usize| megabytes / runner.passes[place];
    let middle = cli.passes / 2;
    runners.sort_by(|a, b| speed(b, middle).total_cmp(&speed(a, middle)));
    if cli.json {
        let rows = runners.iter().map(|runner| {
            serde_json::json!({
                "name": runner.name,
                "megabytes_per_second": speed(runner, middle),
                "slowest": speed(runner, cli.passes - 1),
                "fastest": speed(runner, 0),
                "first_pass": runner.first,
            })
        });
        let rows: Vec<_> = rows.collect();
        let all = serde_json::json!({
            "megabytes": megabytes, "tokens": tokens, "threads": cli.threads,
            "passes": cli.passes, "document": cli.document, "tokenizers": rows,
        });
        println!("{all:#}");
        return;
    }
    println!("{megabytes:.1} MB, {tokens} tokens, {} threads", cli.threads);
    println!(
        "{:<12} {:>8} {:>17} {:>8}",
        "MB/s", "median", "slowest-fastest", "first"
    );
    for runner in runners.iter() {
        println!(
            "{:<12} {:>8.1} {:>8.1}-{:>8.1} {:>8.1}",
            runner.name,
            speed(runner, middle),
            speed(runner, cli.passes - 1),
            speed(runner, 0),
            runner.first,
        );
    }
}
