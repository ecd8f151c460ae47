//! Rust on a page is a quotation: taken by include, and short enough to read.

use super::Problem;
use super::check::Book;
use super::includes::{self, Include};
use super::page::{Fence, Page};

/// The longest quotation, in lines.
const LONGEST: usize = 40;

/// Whether the author says that this code is not from a crate: a sketch, or wrong on purpose.
pub(super) fn is_marked(fence: &Fence) -> bool {
    fence.is("sketch") || fence.is("wrong")
}

/// The Rust fences of a page that quote, or should.
pub(super) fn quotations(page: &Page) -> impl Iterator<Item = &Fence> {
    page.fences.iter().filter(|fence| fence.is("rust") && !is_marked(fence))
}

/// The includes inside a fence.
pub(super) fn included<'a>(
    page: &'a Page,
    fence: &'a Fence,
) -> impl Iterator<Item = &'a Include> {
    page.includes.iter().filter(|include| fence.range.contains(&include.byte))
}

/// Every Rust fence holds includes alone, says `ignore`, and is not too long.
pub(super) fn check(book: &Book) -> Vec<Problem> {
    let fences = book
        .pages
        .iter()
        .flat_map(|page| quotations(page).map(move |it| (page, it)));
    fences
        .flat_map(|(page, fence)| {
            complaints(book, page, fence).map(|what| page.problem(fence.line, what))
        })
        .collect()
}

fn complaints(
    book: &Book,
    page: &Page,
    fence: &Fence,
) -> impl Iterator<Item = String> {
    let by_hand = fence.body.lines().find(|line| !may_stand(line, page, fence));
    let by_hand = by_hand.map(|line| {
        format!(
            "`{}` is written by hand; include it from a crate, or mark the fence `sketch` or \
             `wrong`",
            line.trim()
        )
    });
    let runs = (!fence.is("ignore"))
        .then(|| "write ```rust,ignore: crates test it".to_string());
    let length: usize = included(page, fence)
        .filter_map(|it| it.lines(book, page))
        .map(|it| it.len())
        .sum();
    let long = (length > LONGEST).then(|| {
        format!("quotes {length} lines; {LONGEST} is the most a reader follows: split it")
    });
    by_hand.into_iter().chain(runs).chain(long)
}

/// A blank line or an include may stand in a quotation; after an exercise's task also what
/// closes it.
fn may_stand(line: &str, page: &Page, fence: &Fence) -> bool {
    let line = line.trim();
    let found = includes::find(line);
    let alone = found.len() == 1 && line.starts_with("{{") && line.ends_with("}}");
    let exercise =
        || included(page, fence).any(|it| it.file.contains("/exercises/"));
    let closes = line == "}" || line.starts_with("todo!(");
    line.is_empty() || alone || (closes && exercise())
}
