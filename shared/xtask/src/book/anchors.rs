//! `ANCHOR: name` … `ANCHOR_END: name`: the parts of a file that pages can quote.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use regex::Regex;

use super::Problem;
use super::check::{Book, files, read};
use super::includes::Part;
use super::problem::show;

/// The anchors of a file.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    regions: Vec<Region>,
    /// Line and complaint.
    complaints: Vec<(usize, String)>,
}

/// What stands between an anchor's two ends.
#[derive(Debug)]
struct Region {
    name: String,
    line: usize,
    lines: Vec<String>,
    open: bool,
}

impl Anchors {
    /// The lines that an include of `name` takes.
    pub fn region(&self, name: &str) -> Option<Vec<String>> {
        let region = self.regions.iter().find(|region| region.name == name)?;
        Some(region.lines.clone())
    }
}

/// The anchors of a text, found as mdBook finds them.
pub(super) fn find(text: &str) -> Anchors {
    let mark = Regex::new(r"ANCHOR(_END)?:\s*([\w-]+)")
        .expect("the pattern is written by us");
    let mut anchors = Anchors::default();
    for (index, line) in text.lines().enumerate() {
        match mark.captures(line) {
            Some(found) if found.get(1).is_some() => {
                anchors.end(&found[2], index + 1)
            }
            Some(found) => anchors.begin(&found[2], index + 1),
            None => {
                let open = anchors.regions.iter_mut().filter(|region| region.open);
                open.for_each(|region| region.lines.push(line.to_string()));
            }
        }
    }
    let forgotten = anchors.regions.iter().filter(|region| region.open);
    let forgotten = forgotten.map(|Region { name, line, .. }| {
        (*line, format!("anchor {name} has no end; add `ANCHOR_END: {name}`"))
    });
    anchors.complaints.extend(forgotten.collect::<Vec<_>>());
    anchors
}

impl Anchors {
    fn begin(&mut self, name: &str, line: usize) {
        if let Some(first) = self.regions.iter().find(|region| region.name == name)
        {
            let what = format!(
                "anchor {name} stands at line {} too; rename one",
                first.line
            );
            self.complaints.push((line, what));
        }
        let (name, lines) = (name.to_string(), Vec::new());
        self.regions.push(Region { name, line, lines, open: true });
    }

    fn end(&mut self, name: &str, line: usize) {
        match self
            .regions
            .iter_mut()
            .find(|region| region.open && region.name == name)
        {
            Some(region) => region.open = false,
            None => {
                let what = format!(
                    "`ANCHOR_END: {name}` ends nothing; add `ANCHOR: {name}`"
                );
                self.complaints.push((line, what));
            }
        }
    }
}

/// Every anchor of a chapter has two ends, a name of its own, and a page that quotes it.
/// The public tests of an exercise need no page: the coursework takes them.
pub(super) fn check(book: &Book) -> Vec<Problem> {
    let quoted = quoted(book);
    let sources = files(&book.root, "chapters", "rs");
    sources.iter().flat_map(|path| check_file(book, path, &quoted)).collect()
}

fn check_file(
    book: &Book,
    path: &Path,
    quoted: &HashSet<(PathBuf, String)>,
) -> Vec<Problem> {
    let text = match read(&book.root, path) {
        Ok(text) => text,
        Err(error) => {
            return vec![Problem::new(path, 1, format!("can't be read: {error}"))];
        }
    };
    let Anchors { regions, complaints } = find(&text);
    let exercise = path.components().any(|part| part.as_os_str() == "exercises");
    let exempt = |name: &str| exercise && name == "tests";
    let unused = regions.iter().filter(|region| {
        !exempt(&region.name)
            && !quoted.contains(&(path.to_path_buf(), region.name.clone()))
    });
    let unused = unused.map(|Region { name, line, .. }| {
        let target = show(path);
        (*line, format!("no page quotes anchor {name}; include {target}:{name}, or remove it"))
    });
    let all = unused.chain(complaints.iter().cloned());
    all.map(|(line, what)| Problem::new(path, line, what)).collect()
}

/// Every file and anchor that some page quotes.
fn quoted(book: &Book) -> HashSet<(PathBuf, String)> {
    let includes = book.pages.iter().flat_map(|page| {
        page.includes.iter().filter_map(|include| match &include.part {
            Part::Anchor(name) => Some((include.path(page)?, name.clone())),
            Part::Whole | Part::Lines => None,
        })
    });
    includes.collect()
}
