//! Options that several tasks have.

use std::path::Path;

/// A large number, such as `100M` or `15G`, at least 1.
pub fn large(text: &str) -> Result<u64, String> {
    let (digits, factor) = match text.as_bytes().last() {
        Some(b'k') => (&text[..text.len() - 1], 1_000),
        Some(b'M') => (&text[..text.len() - 1], 1_000_000),
        Some(b'G') => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text, 1),
    };
    let number = digits.parse().ok().and_then(|it: u64| it.checked_mul(factor));
    number.filter(|&number| number > 0).ok_or_else(|| {
        "must be a whole number such as 5000, 20k, 100M or 15G".into()
    })
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> =
        digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// Whether this is a data set rather than a text.
pub fn is_data_set(path: &Path) -> bool {
    path.is_dir() || path.extension().is_some_and(|it| it == "tokens")
}
