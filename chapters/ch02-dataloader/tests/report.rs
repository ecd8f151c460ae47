//! The promises of the report.

use ch01::Tokenizer;
use ch02::Report;

#[test]
fn a_report_by_hand() {
    let tokenizer = Tokenizer::gpt2();
    let mut report = Report::new(&tokenizer, 4);
    for text in ["Tea for two.", "tea  for two. ", "the keeper's tea", ""] {
        report.add(text);
    }
    assert_eq!(report.documents(), 4);
    assert_eq!(report.copies(), 1);
    let lengths = ["Tea for two.", "tea  for two. ", "the keeper's tea"];
    let lengths = lengths.map(|text| tokenizer.encode(text).len());
    let windows: usize = lengths.iter().map(|tokens| tokens.div_ceil(4)).sum();
    let tokens: usize = lengths.iter().sum();
    assert_eq!(report.tokens(), tokens as u64);
    assert_eq!(report.fill(), tokens as f64 / (4 * windows) as f64);
    assert_eq!(report.different_words(), 5); // tea for two the keeper's
    let words = report.most_frequent_words(2);
    assert_eq!(words, [("tea".to_owned(), 3), ("for".to_owned(), 2)]);
    assert_eq!(report.lengths(), [(16, 4)]);
}

#[test]
fn every_document_is_in_one_bin_of_lengths() {
    let tokenizer = Tokenizer::gpt2();
    let mut report = Report::new(&tokenizer, 1024);
    for length in [0, 1, 16, 17, 32, 33, 100, 128] {
        report.add(&" tea".repeat(length));
    }
    assert_eq!(report.lengths(), [(16, 3), (32, 2), (64, 1), (128, 2)]);
}

#[test]
fn full_windows_are_full_and_nothing_is_empty() {
    let tokenizer = Tokenizer::gpt2();
    let mut report = Report::new(&tokenizer, 8);
    assert_eq!((report.fill(), report.documents()), (0.0, 0));
    report.add(&" tea".repeat(16));
    assert_eq!(report.fill(), 1.0);
    report.add(&" tea".repeat(8));
    assert_eq!(report.fill(), 1.0);
    report.add(" tea");
    assert_eq!(report.fill(), 25.0 / 32.0);
}
