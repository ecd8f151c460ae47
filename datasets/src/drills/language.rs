//! Makers for words and sentences, and for sums, patterns, days and greetings.

mod clause;
mod forms;
mod lists;
mod opposite;
mod sentences;
mod words;

use super::Maker;

/// The makers of this file, by kind.
pub(super) const MAKERS: &[(&str, Maker)] = &[
    ("days", words::days),
    ("first_last_words", sentences::first_last_words),
    ("greeting", sentences::greeting),
    ("join_because", sentences::join_because),
    ("make_list", words::make_list),
    ("opposite", opposite::opposite),
    ("past_rewrite", sentences::past_rewrite),
    ("past_tense", words::past_tense),
    ("pattern", words::pattern),
    ("plural", words::plurals),
    ("pronoun", words::pronoun),
    ("sentence_type", sentences::sentence_type),
    ("sums", words::sums),
];

#[cfg(test)]
mod tests;
