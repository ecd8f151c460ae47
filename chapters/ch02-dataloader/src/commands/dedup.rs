//! `dedup`: finds documents that say the same, and keeps the first of each.

use std::fmt::Write as _;
use std::io::{BufWriter, Write};

use anyhow::{Context, Result, ensure};
use ch02::dedup::{Bands, Exact, Near, NearOptions, Unit};
use serde_json::{Value, json};

use super::clean::beginning;
use super::show::at_least_one;
use super::source::{Documents, Sink, Source, Target};

/// Find documents that say the same or nearly the same, and keep the first of each group
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo run --release -p ch02 -- dedup
  cargo run --release -p ch02 -- dedup --out unique.jsonl pages.jsonl
  cargo run --release -p ch02 -- dedup --threshold 0.5 --bands 32 --rows 4 --show 3 notes.txt")]
pub struct Args {
    #[command(flatten)]
    source: Source,

    #[command(flatten)]
    target: Target,

    /// The least Jaccard similarity of near duplicates, from 0 to 1
    #[arg(long, default_value_t = 0.8)]
    threshold: f64,

    /// Words in a shingle
    #[arg(long, default_value_t = 5, value_parser = at_least_one)]
    shingle: usize,

    /// What a shingle is made of
    #[arg(long, value_enum, default_value_t)]
    by: Unit,

    /// Bands of a signature
    #[arg(long, default_value_t = 16, value_parser = at_least_one)]
    bands: usize,

    /// Rows of a band
    #[arg(long, default_value_t = 8, value_parser = at_least_one)]
    rows: usize,

    /// Seed of the hash functions
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// Show the beginnings of so many groups
    #[arg(long, default_value_t = 0)]
    show: usize,

    /// Report as one JSON object
    #[arg(long)]
    json: bool,
}

/// What was found.
struct Found {
    bands: Bands,
    threshold: f64,
    documents: usize,
    copies: usize,
    near: usize,
    comparisons: u64,
    groups: Vec<Vec<usize>>,
    first: Vec<usize>, // the document that stands for each one
}

/// Finds the groups, keeps the first document of each and reports.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let range = 0.0..=1.0;
    ensure!(range.contains(&args.threshold), "--threshold lies between 0 and 1");
    let documents = args.source.open()?;
    let mut sink = args.target.open()?;
    let mut out = BufWriter::new(out);
    let found = find_duplicates(args, &documents)?;

    let mut shown = vec![Vec::new(); args.show.min(found.groups.len())];
    if !matches!(sink, Sink::Nothing) || args.show > 0 {
        let mut numbers = 0..;
        documents.each("writing", |document| {
            let number = numbers.next().unwrap_or_default();
            let first = found.first.get(number).copied();
            let first = first.context("the files changed while they were read")?;
            for (group, shown) in found.groups.iter().zip(&mut shown) {
                if group.binary_search(&number).is_ok() && shown.len() < 3 {
                    shown.push(beginning(&document.text));
                }
            }
            match first == number {
                true => sink.write(&document, &mut out),
                false => Ok(()),
            }
        })?;
    }
    let report = match args.json {
        true => format!("{}\n", found.as_json(&shown)),
        false => found.as_text(&shown)?,
    };
    sink.finish(&report, &mut out)?;
    Ok(out.flush()?)
}

/// Equal documents are found first, so that only one of them is compared with others.
fn find_duplicates(args: &Args, documents: &Documents) -> Result<Found> {
    let bands = Bands { bands: args.bands, rows: args.rows };
    let (mut exact, mut near) = (
        Exact::default(),
        Near::new(NearOptions {
            shingle: args.shingle,
            unit: args.by,
            threshold: args.threshold,
            bands,
            seed: args.seed,
        }),
    );
    let mut copies = 0;
    documents.each("comparing", |document| {
        match exact.add(&document.text) {
            None => _ = near.add(&document.text),
            Some(first) => {
                near.add_copy(first);
                copies += 1;
            }
        }
        Ok(())
    })?;
    let comparisons = near.comparisons();
    let groups = near.groups();
    let first: Vec<usize> = (0..groups.len()).map(|it| groups.first(it)).collect();
    let kept = first.iter().enumerate().filter(|(number, first)| number == *first);
    let near = groups.len() - kept.count() - copies;
    let (documents, groups) = (groups.len(), groups.together());
    let threshold = args.threshold;
    Ok(Found {
        bands,
        threshold,
        documents,
        copies,
        near,
        comparisons,
        groups,
        first,
    })
}

impl Found {
    fn kept(&self) -> usize {
        self.documents - self.copies - self.near
    }

    fn as_text(&self, shown: &[Vec<String>]) -> Result<String> {
        let Self { bands, threshold, documents, copies, near, comparisons, .. } =
            self;
        let mut text = String::new();
        let pairs = documents * documents.saturating_sub(1) / 2;
        let largest = self.groups.first().map_or(1, Vec::len);
        let mut line = |what, count| writeln!(text, "{what:<25}{count:>10}");
        line("documents", *documents as u64)?;
        line("equal to an earlier one", *copies as u64)?;
        line("nearly equal to one", *near as u64)?;
        line("kept", self.kept() as u64)?;
        line("groups", self.groups.len() as u64)?;
        line("documents in the largest", largest as u64)?;
        line("pairs", pairs as u64)?;
        line("pairs compared", *comparisons)?;
        let chance = 100.0 * bands.chance(*threshold);
        writeln!(
            text,
            "of pairs with a similarity of {threshold}, {chance:.1} % are compared"
        )?;
        for (group, beginnings) in self.groups.iter().zip(shown) {
            writeln!(text, "\n{} documents", group.len())?;
            for (beginning, number) in beginnings.iter().zip(group) {
                writeln!(text, "  {number}: {beginning}")?;
            }
        }
        Ok(text)
    }

    fn as_json(&self, shown: &[Vec<String>]) -> Value {
        json!({
            "documents": self.documents,
            "equal": self.copies,
            "near": self.near,
            "kept": self.kept(),
            "comparisons": self.comparisons,
            "groups": self.groups,
            "beginnings": shown,
        })
    }
}
