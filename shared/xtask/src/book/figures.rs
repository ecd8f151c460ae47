//! Figures: an SVG is included inside `<figure>`, so that it takes the page's colours.

use super::Problem;
use super::check::{Book, read};
use super::includes::Include;
use super::page::Page;

/// Every included SVG stands in a figure with a caption, has a title that says what it shows,
/// and has its numbers beside it.
pub(super) fn check(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    for page in &book.pages {
        for include in page.includes.iter().filter(|it| it.file.ends_with(".svg")) {
            let frame = frame_complaint(page, include);
            let drawing = drawing_complaints(book, page, include);
            let all = frame.into_iter().chain(drawing);
            problems.extend(all.map(|what| page.problem(include.line, what)));
        }
    }
    problems
}

fn frame_complaint(page: &Page, include: &Include) -> Option<String> {
    let file = &include.file;
    let html = page.html_blocks.iter().any(|block| block.contains(&include.byte));
    let (before, after) = page.text.split_at(include.byte);
    let opened =
        before.rfind("<figure").filter(|&at| !before[at..].contains("</figure>"));
    let closed = after.find("</figure>");
    let (Some(opened), Some(closed), true) = (opened, closed, html) else {
        return Some(format!(
            "{file} is not in a figure; write <figure> on the line above it"
        ));
    };
    let figure = &page.text[opened..include.byte + closed];
    let caption =
        between(figure, "<figcaption>", "</figcaption>").unwrap_or_default();
    let what = format!(
        "{file} has no caption; write <figcaption>what it shows</figcaption>"
    );
    caption.trim().is_empty().then_some(what)
}

/// What stands between the first `open` and the first `close` after it.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(open)?;
    Some(rest.split_once(close)?.0)
}

fn drawing_complaints(book: &Book, page: &Page, include: &Include) -> Vec<String> {
    let file = &include.file;
    let Some(path) = include.path(page) else { return Vec::new() };
    let Ok(svg) = read(&book.root, &path) else { return Vec::new() };
    let title = between(&svg, "<title>", "</title>").unwrap_or_default();
    let untitled = title.trim().is_empty();
    let broken =
        svg.starts_with("<?xml") || svg.lines().any(|line| line.trim().is_empty());
    let plotted = path.with_extension("csv");
    [
        (
            untitled,
            format!("{file} has no <title>; let it say what the figure shows"),
        ),
        (
            broken,
            format!(
                "{file} has an XML head or a blank line, which ends HTML in a page"
            ),
        ),
        (
            !book.root.join(plotted).is_file(),
            format!(
                "{file} has no CSV beside it; draw it with `cargo xtask figures`"
            ),
        ),
    ]
    .into_iter()
    .filter_map(|(wrong, what)| wrong.then_some(what))
    .collect()
}
