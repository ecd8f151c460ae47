//! The words: lists to draw from anew each time, and tables whose rows keep together what fits.
//!
//! ```text
//! list said            table spot hide creature
//!   said                 under the bench ; squirrel
//!   answered             a: behind the fern ; beetle
//! ```
//!
//! A row that starts with `c:` is for children's stories only, one with `a:` for animals' only.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};

use super::template::Template;

/// Who the characters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Boys and girls, with parents, houses and schools.
    Children,
    /// Small animals that talk.
    Animals,
}

/// Something that may fit one world only.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// The only world it fits, or `None` for both.
    pub only: Option<World>,
    /// What it says.
    pub value: T,
}

impl<T> Entry<T> {
    /// Whether it fits `world`.
    pub fn fits(&self, world: World) -> bool {
        self.only.is_none_or(|only| only == world)
    }
}

/// Rows of values that belong together, such as a place and what can be found there.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The slots that a row fills.
    pub slots: Vec<String>,
    /// A template for each slot.
    pub rows: Vec<Entry<Vec<Template>>>,
}

/// All lists and tables that the plots share.
#[derive(Debug, Default)]
pub struct Lexicon {
    /// Lists by name.
    pub lists: HashMap<String, Vec<Entry<Template>>>,
    /// Tables by the name of their first slot.
    pub tables: HashMap<String, Table>,
}

impl Lexicon {
    /// Reads the format shown at the top of this module.
    ///
    /// # Errors
    /// When a line is malformed; the message quotes it.
    pub fn parse(source: &str) -> Result<Self> {
        let mut lexicon = Self::default();
        let mut lines = content(source).peekable();
        while let Some(head) = lines.next() {
            let mut body = Vec::new();
            while let Some(line) = lines.next_if(|line| line.starts_with(' ')) {
                body.push(line.trim());
            }
            match head.split_once(' ') {
                Some(("list", name)) => {
                    let entries =
                        body.into_iter().map(entry).collect::<Result<_>>()?;
                    lexicon.lists.insert(name.to_string(), entries);
                }
                Some(("table", slots)) => {
                    let table = Table::parse(slots, &body)?;
                    lexicon.tables.insert(table.slots[0].clone(), table);
                }
                _ => bail!("neither a list nor a table: {head}"),
            }
        }
        Ok(lexicon)
    }
}

impl Table {
    /// Reads a table from the names of its slots and its rows.
    ///
    /// # Errors
    /// When a row has more or fewer values than there are slots.
    pub fn parse(slots: &str, rows: &[&str]) -> Result<Self> {
        let slots: Vec<String> =
            slots.split_whitespace().map(str::to_string).collect();
        let rows = rows.iter().map(|row| {
            let (only, row) = world(row);
            let cells = row.split(';').map(|cell| Template::parse(cell.trim()));
            let value = cells.collect::<Result<Vec<_>>>()?;
            if value.len() != slots.len() {
                bail!(
                    "{} values for the {} slots {slots:?}: {row}",
                    value.len(),
                    slots.len()
                );
            }
            Ok(Entry { only, value })
        });
        let rows = rows.collect::<Result<_>>()?;
        Ok(Self { slots, rows })
    }
}

/// Reads one line: perhaps a world, then a template.
pub(super) fn entry(line: &str) -> Result<Entry<Template>> {
    let (only, text) = world(line);
    let value =
        Template::parse(text).with_context(|| format!("in the line: {line}"))?;
    Ok(Entry { only, value })
}

/// The lines that are neither empty nor comments.
pub(super) fn content(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

fn world(line: &str) -> (Option<World>, &str) {
    for (mark, world) in [("c: ", World::Children), ("a: ", World::Animals)] {
        if let Some(rest) = line.strip_prefix(mark) {
            return (Some(world), rest);
        }
    }
    (None, line)
}
