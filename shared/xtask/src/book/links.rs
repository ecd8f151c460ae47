//! Links and images inside the book.

use std::path::Path;

use super::Problem;
use super::check::{BOOK, Book, resolve};
use super::page::{Image, Link, Page};

/// Every link leads to a page, a heading or a file of the book; every image is there, and says
/// in words what it shows.
pub(super) fn check(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    for page in &book.pages {
        let links = page
            .links
            .iter()
            .map(|link| (link.line, link_complaint(book, page, link)));
        let images =
            page.images.iter().map(|it| (it.line, image_complaint(book, page, it)));
        let found = links.chain(images);
        problems.extend(
            found.filter_map(|(line, what)| Some(page.problem(line, what?))),
        );
        let what = "a heading with a formula has no lasting address; add `{#a-name}` to it";
        problems.extend(
            page.formula_headings.iter().map(|&line| page.problem(line, what)),
        );
    }
    problems
}

/// Whether a target starts with `https:`, `mailto:` or the like.
fn is_external(target: &str) -> bool {
    let scheme = target.split_once(':').map_or("", |(scheme, _)| scheme);
    target.starts_with("//")
        || (!scheme.is_empty() && !scheme.contains(['/', '#', '.']))
}

fn link_complaint(book: &Book, page: &Page, link: &Link) -> Option<String> {
    let target = &link.target;
    if is_external(target) {
        return None;
    }
    let (file, fragment) = match target.split_once('#') {
        Some((file, fragment)) => (file, Some(fragment)),
        None => (target.as_str(), None),
    };
    if file.is_empty() && fragment.is_none() {
        return Some("a link leads nowhere; give it a target".to_string());
    }
    let Some(goal) = goal(page, file).filter(|goal| goal.starts_with(BOOK)) else {
        return Some(format!("{target} leads out of the book; link to a page"));
    };
    let Some(other) = book.page(&goal) else {
        let exists = goal.extension().is_some_and(|it| it != "md")
            && book.root.join(&goal).is_file();
        let what = format!(
            "{target} is not there; link to a page (.md) or a file of the book"
        );
        return (!exists).then_some(what);
    };
    let fragment = fragment.filter(|it| !other.ids.contains(*it))?;
    Some(format!(
        "{} has no heading #{fragment}; correct the link",
        other.path.display()
    ))
}

/// Where the file part of a link leads, from the top of the checkout.
fn goal(page: &Page, file: &str) -> Option<std::path::PathBuf> {
    if file.is_empty() {
        Some(page.path.clone())
    } else {
        resolve(&page.path, file)
    }
}

fn image_complaint(book: &Book, page: &Page, image: &Image) -> Option<String> {
    let Image { target, alt, .. } = image;
    if alt.trim().is_empty() {
        return Some(format!(
            "image {target} has no text; say in words what it shows"
        ));
    }
    if is_external(target) {
        return Some(format!(
            "image {target} needs the network; keep it in the book"
        ));
    }
    let there =
        |path: &Path| path.starts_with(BOOK) && book.root.join(path).is_file();
    let found = resolve(&page.path, target).is_some_and(|path| there(&path));
    (!found).then(|| format!("image {target} is not in the book; correct the path"))
}
