//! A plot: what happens, beat by beat, with several ways to tell each beat.
//!
//! ```text
//! use place
//! table noise cause
//!   a tapping ; a loose branch
//! ===
//! {Hero} heard {noise}.
//! "What is that?" <asked> {hero}.
//!
//! --
//! It was only {cause}!
//! ```
//!
//! Above the `===`: shared tables to use, and the plot's own. Below it: beats with an empty line
//! between them, each line one way to tell the beat, `-` for leaving it out. `--` starts a new
//! paragraph.

use anyhow::{Context, Result, bail};

use super::lexicon::{Entry, Table, content, entry};
use super::template::Template;

/// What happens in a story.
#[derive(Debug)]
pub struct Plot {
    /// The name, for error messages.
    pub name: &'static str,
    /// Shared tables that it draws a row from.
    pub uses: Vec<String>,
    /// Its own tables, each of which it draws a row from.
    pub tables: Vec<Table>,
    /// The beats in order.
    pub beats: Vec<Beat>,
}

/// A step of a plot.
#[derive(Debug)]
pub struct Beat {
    /// Whether it opens a paragraph.
    pub paragraph: bool,
    /// The ways to tell it.
    pub tellings: Vec<Entry<Template>>,
}

impl Plot {
    /// Reads the format shown at the top of this module.
    ///
    /// # Errors
    /// When the file is malformed; the message quotes the line.
    pub fn parse(name: &'static str, source: &str) -> Result<Self> {
        let (head, body) = source.split_once("===\n").context("no `===` line")?;
        let (uses, tables) = parse_head(head)?;
        let mut beats = Vec::new();
        for lines in body.split("\n\n").filter(|lines| !lines.trim().is_empty()) {
            beats.push(Beat::parse(lines)?);
        }
        Ok(Self { name, uses, tables, beats })
    }
}

impl Beat {
    fn parse(lines: &str) -> Result<Self> {
        let lines = lines.trim();
        let (paragraph, lines) = match lines.strip_prefix("--\n") {
            Some(rest) => (true, rest),
            None => (false, lines),
        };
        let tellings =
            content(lines).map(|line| entry(if line == "-" { "" } else { line }));
        Ok(Self { paragraph, tellings: tellings.collect::<Result<_>>()? })
    }
}

fn parse_head(head: &str) -> Result<(Vec<String>, Vec<Table>)> {
    let (mut uses, mut tables) = (Vec::new(), Vec::new());
    let mut lines = content(head).peekable();
    while let Some(line) = lines.next() {
        match line.split_once(' ') {
            Some(("use", names)) => {
                uses.extend(names.split_whitespace().map(str::to_string))
            }
            Some(("table", slots)) => {
                let mut rows = Vec::new();
                while let Some(row) = lines.next_if(|line| line.starts_with(' ')) {
                    rows.push(row.trim());
                }
                tables.push(Table::parse(slots, &rows)?);
            }
            _ => bail!("neither `use` nor `table`: {line}"),
        }
    }
    Ok((uses, tables))
}
