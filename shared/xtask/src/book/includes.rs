//! `{{#include …}}`: what a page takes from elsewhere.

use std::path::PathBuf;

use regex::Regex;

use super::Problem;
use super::anchors;
use super::check::{Book, read, resolve};
use super::page::{Page, line_of};

/// A line such as `{{#include ../../chapters/ch03-attention/src/mask.rs:causal}}`.
#[derive(Debug, Clone)]
pub(super) struct Include {
    pub line: usize,
    /// Where it stands in the page.
    pub byte: usize,
    /// `include`, `rustdoc_include`, `title`, ….
    pub kind: String,
    /// The file, as it is written.
    pub file: String,
    pub part: Part,
}

/// Which part of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Anchor(String),
    Lines,
}

/// The includes of a text. A backslash in front makes one plain text.
pub(super) fn find(text: &str) -> Vec<Include> {
    let pattern = Regex::new(r"\\?\{\{\s*#([a-zA-Z0-9_]+)\s+([^}]+)\}\}")
        .expect("the pattern is written by us");
    let real =
        pattern.captures_iter(text).filter(|found| !found[0].starts_with('\\'));
    real.map(|found| {
        let byte = found.get(0).map_or(0, |all| all.start());
        let (file, part) = split(found[2].trim());
        Include {
            line: line_of(text, byte),
            byte,
            kind: found[1].to_string(),
            file,
            part,
        }
    })
    .collect()
}

/// Splits `file:part`. A part that is a number, or empty, counts lines.
fn split(target: &str) -> (String, Part) {
    let Some((file, part)) = target.split_once(':') else {
        return (target.to_string(), Part::Whole);
    };
    let first = part.split(':').next().unwrap_or(part);
    let lines = first.is_empty() || first.parse::<usize>().is_ok();
    let part = if lines { Part::Lines } else { Part::Anchor(first.to_string()) };
    (file.to_string(), part)
}

impl Include {
    /// The file from the top of the checkout.
    pub fn path(&self, page: &Page) -> Option<PathBuf> {
        resolve(&page.path, &self.file)
    }

    /// The included lines; `None` when there are none to be had.
    pub fn lines(&self, book: &Book, page: &Page) -> Option<Vec<String>> {
        let text = read(&book.root, &self.path(page)?).ok()?;
        match &self.part {
            Part::Whole => Some(text.lines().map(str::to_owned).collect()),
            Part::Anchor(name) => anchors::find(&text).region(name),
            Part::Lines => None,
        }
    }
}

/// Every include must lead to a file, and to an anchor that holds something.
pub(super) fn check(book: &Book) -> Vec<Problem> {
    let found = book
        .pages
        .iter()
        .flat_map(|page| page.includes.iter().map(move |it| (page, it)));
    found
        .filter_map(|(page, it)| {
            Some(page.problem(it.line, complaint(book, page, it)?))
        })
        .collect()
}

fn complaint(book: &Book, page: &Page, include: &Include) -> Option<String> {
    let Include { kind, file, part, .. } = include;
    match kind.as_str() {
        "title" => return None,
        "include" => {}
        "rustdoc_include" | "playground" => {
            return Some(format!(
                "`{kind}` puts hidden code into the page; write `include`"
            ));
        }
        _ => {
            return Some(format!("mdBook does not know `{kind}`; write `include`"));
        }
    }
    let text = include.path(page).and_then(|path| read(&book.root, &path).ok());
    let Some(text) = text else {
        return Some(format!(
            "includes {file}, which is not there; correct the path"
        ));
    };
    match part {
        Part::Whole => None,
        Part::Lines => Some(format!(
            "includes {file} by line number, which goes wrong at the next edit; use an anchor"
        )),
        Part::Anchor(name) => match anchors::find(&text).region(name) {
            None => Some(format!(
                "{file} has no anchor {name}; add it there, or correct it here"
            )),
            Some(lines) if lines.iter().all(|line| line.trim().is_empty()) => {
                Some(format!(
                    "anchor {name} of {file} is empty; move it around the code"
                ))
            }
            Some(_) => None,
        },
    }
}
