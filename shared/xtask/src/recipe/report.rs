//! The report: one page that opens in any browser, and needs no other file.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result};
use mdbook_markdown::pulldown_cmark::{Options, Parser, html};
use serde_json::Value;

use super::stages::{Headline, Stage};
use super::{Done, Run};

/// Writes `report.html` into `out`.
///
/// # Errors
/// When a plot can't be read, or the page can't be written.
pub fn write<'a>(
    out: &Path,
    stages: impl Iterator<Item = (&'a Stage, &'a Done)> + Clone,
    quick: bool,
) -> Result<PathBuf> {
    let mut text = opening(quick);
    text += &table(out, stages.clone());
    for (stage, done) in stages {
        text += &chapter(out, stage, done)?;
    }
    let page = out.join("report.html");
    let new = out.join("report.new");
    fs::write(&new, to_html(&text))
        .and_then(|()| fs::rename(&new, &page))
        .with_context(|| format!("can't write {}", page.display()))?;
    Ok(page)
}

fn opening(quick: bool) -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut text = format!(
        "# From random weights to answers\n\nMade by `cargo xtask recipe` on {cores} cores \
         ({}, {}).\n\n",
        std::env::consts::ARCH,
        std::env::consts::OS
    );
    if quick {
        text += "**A quick walk: a few steps of everything. The models learned nothing.**\n\n";
    }
    text
}

fn table<'a>(
    out: &Path,
    stages: impl Iterator<Item = (&'a Stage, &'a Done)>,
) -> String {
    let mut text = String::from("| stage | time | result |\n|---|---:|---|\n");
    for (stage, done) in stages {
        let result = headline(out, stage, done).unwrap_or_default();
        let _ = writeln!(
            text,
            "| [{}](#{}) | {:.0} s | {result} |",
            stage.title, stage.name, done.seconds
        );
    }
    text + "\n"
}

/// What a stage came to, where that is a number.
fn headline(out: &Path, stage: &Stage, done: &Done) -> Option<String> {
    match stage.result {
        Headline::None => None,
        Headline::Metric(name) => {
            let path = out.join(stage.name).join("metrics.jsonl");
            let lines = fs::read_to_string(path).ok()?;
            let last: Value = serde_json::from_str(lines.lines().last()?).ok()?;
            Some(format!("{} {:.3}", name.replace('_', " "), last[name].as_f64()?))
        }
        Headline::Json(pointer, unit) => {
            let output: Value =
                serde_json::from_str(&done.runs.last()?.output).ok()?;
            let share = output.pointer(pointer)?.as_f64()? * unit;
            Some(format!("{share:.1} % right on what it never saw"))
        }
    }
}

fn chapter(out: &Path, stage: &Stage, done: &Done) -> Result<String> {
    let mut text =
        format!("\n## {} {{ #{} }}\n\n{}\n", stage.title, stage.name, stage.idea);
    for Run { command, output } in &done.runs {
        let _ = write!(
            text,
            "\n````console\n$ {command}\n{}\n````\n",
            output.trim_end()
        );
    }
    for plot in stage.plots {
        let path = out.join(stage.name).join(plot);
        let svg = fs::read_to_string(&path)
            .with_context(|| format!("can't read {}", path.display()))?;
        // A blank line would end the block of HTML.
        let lines: Vec<_> = svg.lines().filter(|line| !line.is_empty()).collect();
        let _ = write!(text, "\n<figure>\n{}\n</figure>\n", lines.join("\n"));
    }
    Ok(text)
}

fn to_html(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut body = String::new();
    html::push_html(&mut body, Parser::new_ext(text, options));
    format!("{HEAD}{body}</body>\n</html>\n")
}

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>From random weights to answers</title>
<style>
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
table { border-collapse: collapse; }
td:nth-child(2) { white-space: nowrap; }
th, td { padding: 0.2rem 0.8rem; border-bottom: 1px solid #ccc; text-align: left; }
pre { padding: 0.8rem; background: #f4f4f4; white-space: pre-wrap; }
figure { margin: 1rem 0; }
svg { max-width: 100%; height: auto; }
</style>
<body>
"#;
