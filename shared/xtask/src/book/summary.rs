//! The table of contents and the pages it names.

use std::collections::HashSet;
use std::path::PathBuf;

use super::Problem;
use super::check::{Book, resolve};

/// Every entry has a page, every page has one entry.
pub(super) fn check(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut listed: HashSet<PathBuf> = HashSet::new();
    for link in book.summary.links.iter().filter(|link| !link.target.is_empty()) {
        let (line, target) = (link.line, &link.target);
        match resolve(&book.summary.path, target)
            .filter(|path| book.page(path).is_some())
        {
            None => {
                let what = format!(
                    "{target} is not there; write the page, or drop the entry"
                );
                problems.push(book.summary.problem(line, what));
            }
            Some(path) => {
                if !listed.insert(path) {
                    let what = format!("{target} is listed twice; drop one entry");
                    problems.push(book.summary.problem(line, what));
                }
            }
        }
    }
    let orphans = book.pages.iter().filter(|page| !listed.contains(&page.path));
    let what = "is not in SUMMARY.md, so mdBook leaves it out; add an entry";
    problems.extend(orphans.map(|page| page.problem(1, what)));
    problems
}
