//! `clean`: takes away what no reader sees, and leaves out poor documents.

use std::fmt::Write as _;
use std::io::{BufWriter, Write};

use anyhow::Result;
use ch02::{Cleaner, Complaint, Quality, Rule, Step};
use serde_json::{Value, json};

use super::source::{Source, Target};

/// Clean documents, and leave out poor ones
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch02 -- clean page.html
  cargo run --release -p ch02 -- clean --out clean.jsonl pages.jsonl
  cargo run --release -p ch02 -- clean --steps markup,space --keep-all --out - page.html
  cargo run --release -p ch02 -- clean --min-words 5 --show 3 messages.txt")]
pub struct Args {
    #[command(flatten)]
    source: Source,

    #[command(flatten)]
    target: Target,

    /// What is done, in this order
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Step::USUAL)]
    steps: Vec<Step>,

    /// Leave no document out
    #[arg(long)]
    keep_all: bool,

    /// The fewest words of a document
    #[arg(long, default_value_t = 50)]
    min_words: u32,

    /// The largest share of letters that are capitals
    #[arg(long, default_value_t = 0.3)]
    max_capitals: f64,

    /// The largest share of characters that are symbols
    #[arg(long, default_value_t = 0.1)]
    max_symbols: f64,

    /// Show the beginnings of so many documents that are left out, and why
    #[arg(long, default_value_t = 0)]
    show: usize,

    /// Report as one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    fn quality(&self) -> Quality {
        let usual = Quality::default();
        Quality {
            words: f64::from(self.min_words)..=*usual.words.end(),
            capitals: 0.0..=self.max_capitals,
            symbols: 0.0..=self.max_symbols,
            ..usual
        }
    }
}

/// What came of all documents.
struct Outcome {
    cleaner: Cleaner,
    documents: usize,
    kept: usize,
    broken: Vec<(Rule, usize)>,
    shown: Vec<(String, Vec<Complaint>)>,
}

/// Cleans every document, keeps the good ones and reports.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let documents = args.source.open()?;
    let (quality, mut sink) = (args.quality(), args.target.open()?);
    let mut out = BufWriter::new(out);
    let mut outcome = Outcome {
        cleaner: Cleaner::new(&args.steps),
        documents: 0,
        kept: 0,
        broken: Rule::ALL.map(|rule| (rule, 0)).to_vec(),
        shown: Vec::new(),
    };
    documents.each("cleaning", |mut document| {
        document.text = outcome.cleaner.clean(&document.text);
        let complaints = match args.keep_all {
            true => Vec::new(),
            false => quality.complaints(&document.text),
        };
        match outcome.count(&document.text, complaints, args.show) {
            true => sink.write(&document, &mut out),
            false => Ok(()),
        }
    })?;
    let report = match args.json {
        true => format!("{}\n", outcome.as_json()),
        false => outcome.as_text()?,
    };
    sink.finish(&report, &mut out)?;
    Ok(out.flush()?)
}

impl Outcome {
    /// Counts a document. Whether it is kept?
    fn count(
        &mut self,
        text: &str,
        complaints: Vec<Complaint>,
        show: usize,
    ) -> bool {
        self.documents += 1;
        for (rule, count) in &mut self.broken {
            *count += usize::from(complaints.iter().any(|it| it.rule == *rule));
        }
        let is_kept = complaints.is_empty();
        self.kept += usize::from(is_kept);
        if !is_kept && self.shown.len() < show {
            self.shown.push((beginning(text), complaints));
        }
        is_kept
    }

    fn as_text(&self) -> Result<String> {
        let mut text = String::new();
        let left_out = self.documents - self.kept;
        writeln!(
            text,
            "{} documents: {} kept, {left_out} left out\n",
            self.documents, self.kept
        )?;
        writeln!(text, "step        changed   characters before      after")?;
        for step in self.cleaner.changes() {
            let (name, documents) = (name(&step.step), step.documents);
            let (before, after) = (step.before, step.after);
            writeln!(text, "{name:<10}{documents:>9}{before:>20}{after:>11}")?;
        }
        if left_out > 0 {
            writeln!(text, "\nrule        left out")?;
        }
        for (rule, count) in self.broken.iter().filter(|(_, count)| *count > 0) {
            writeln!(text, "{:<12}{count:>8}", name(rule))?;
        }
        for (beginning, complaints) in &self.shown {
            writeln!(text, "\n{beginning}")?;
            for complaint in complaints {
                writeln!(text, "  {complaint}")?;
            }
        }
        Ok(text)
    }

    fn as_json(&self) -> Value {
        let steps = self.cleaner.changes().iter().map(|step| {
            json!({
                "step": name(&step.step),
                "documents": step.documents,
                "before": step.before,
                "after": step.after,
            })
        });
        let rules = self.broken.iter();
        let rules = rules.map(|(rule, count)| (name(rule), Value::from(*count)));
        let shown = self.shown.iter().map(|(beginning, complaints)| {
            let why: Vec<_> = complaints.iter().map(ToString::to_string).collect();
            json!({"beginning": beginning, "why": why})
        });
        json!({
            "documents": self.documents,
            "kept": self.kept,
            "steps": steps.collect::<Vec<_>>(),
            "left_out_by": rules.collect::<serde_json::Map<_, _>>(),
            "left_out": shown.collect::<Vec<_>>(),
        })
    }
}

/// The beginning of a text, on one line.
pub fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What a choice is called on the command line.
fn name(choice: &impl clap::ValueEnum) -> String {
    let value = choice.to_possible_value();
    value.map(|value| value.get_name().to_owned()).unwrap_or_default()
}
