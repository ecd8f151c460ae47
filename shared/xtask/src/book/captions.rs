//! The path in bold above a quotation: it must name the file that is quoted.

use super::Problem;
use super::check::Book;
use super::page::{Fence, Page};
use super::problem::show;
use super::quotations::{included, quotations};

/// Every quotation from a chapter has its file's path above it. An exercise may go without,
/// for its own heading names the file.
pub(super) fn check(book: &Book) -> Vec<Problem> {
    let fences = book
        .pages
        .iter()
        .flat_map(|page| quotations(page).map(move |it| (page, it)));
    fences
        .filter_map(|(page, fence)| {
            Some(page.problem(fence.line, complaint(page, fence)?))
        })
        .collect()
}

fn complaint(page: &Page, fence: &Fence) -> Option<String> {
    let quoted = included(page, fence).filter_map(|include| include.path(page));
    let quoted =
        quoted.map(|path| show(&path)).filter(|path| path.starts_with("chapters/"));
    match &fence.caption {
        Some(caption) => {
            let other = quoted.into_iter().find(|path| path != caption)?;
            Some(format!(
                "the caption says {caption}, the quotation is from {other}; make them agree"
            ))
        }
        None => {
            let path =
                quoted.into_iter().find(|path| !path.contains("/exercises/"))?;
            Some(format!(
                "says not where the code is from; put **`{path}`** above it"
            ))
        }
    }
}
