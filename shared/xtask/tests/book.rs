//! The book's promises, checked by a plain test.

use xtask::{book, paths};

#[test]
fn every_quotation_output_figure_and_link_of_the_book_holds() {
    let problems = book::check(&paths::root());
    let listed: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(
        listed.is_empty(),
        "{} problem(s):\n{}",
        listed.len(),
        listed.join("\n")
    );
}
