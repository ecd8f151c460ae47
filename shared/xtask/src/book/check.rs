//! Everything a page promises, checked without building it.

use std::fs;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::page::Page;
use super::{
    Problem, anchors, captions, figures, includes, links, outputs, quotations,
    summary,
};

/// Where the pages are, from the top of the checkout.
pub(super) const BOOK: &str = "book";

/// The book's pages and the tree they quote.
pub(super) struct Book {
    pub root: PathBuf,
    pub summary: Page,
    pub pages: Vec<Page>,
}

impl Book {
    fn read(root: &Path) -> Result<Self, Problem> {
        let summary_path = Path::new(BOOK).join("SUMMARY.md");
        let mut pages = Vec::new();
        for path in files(root, BOOK, "md") {
            pages.push(Page::read(root, &path)?);
        }
        let summary = pages.iter().position(|page| page.path == summary_path);
        let summary =
            summary.map(|index| pages.remove(index)).ok_or_else(|| {
                Problem::new(
                    &summary_path,
                    1,
                    "is missing; write the table of contents",
                )
            })?;
        Ok(Self { root: root.to_path_buf(), summary, pages })
    }

    /// The page at `path`, counted from the top of the checkout.
    pub fn page(&self, path: &Path) -> Option<&Page> {
        self.pages.iter().find(|page| page.path == path)
    }
}

/// Checks the book of the checkout at `root`: an empty list means that it holds.
///
/// Links to other sites are not followed.
pub fn check(root: &Path) -> Vec<Problem> {
    let book = match Book::read(root) {
        Ok(book) => book,
        Err(problem) => return vec![problem],
    };
    let rules = [
        summary::check,
        includes::check,
        anchors::check,
        links::check,
        quotations::check,
        captions::check,
        outputs::check,
        figures::check,
    ];
    let mut problems: Vec<_> = rules.iter().flat_map(|rule| rule(&book)).collect();
    problems.sort();
    problems.dedup();
    problems
}

/// The files with this ending under `folder`, from `root`, in a fixed order.
pub(super) fn files(root: &Path, folder: &str, ending: &str) -> Vec<PathBuf> {
    let walk = WalkDir::new(root.join(folder)).sort_by_file_name().into_iter();
    walk.filter_entry(|entry| entry.file_name() != "target")
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|it| it == ending))
        .filter_map(|entry| {
            Some(entry.path().strip_prefix(root).ok()?.to_path_buf())
        })
        .collect()
}

/// The text of a file with line ends as git stores them.
pub(super) fn read(root: &Path, path: &Path) -> std::io::Result<String> {
    Ok(fs::read_to_string(root.join(path))?.replace("\r\n", "\n"))
}

/// Where `target`, written in the file `from`, leads: a path from the top of the checkout.
/// `None` when it leaves the checkout.
pub(super) fn resolve(from: &Path, target: &str) -> Option<PathBuf> {
    let mut path = from.parent()?.to_path_buf();
    for part in Path::new(target).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::Prefix(_) | Component::RootDir => return None,
        }
    }
    Some(path)
}
