//! Texts that are equal.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use ch01::Normalization;
use twox_hash::XxHash3_128;

// ANCHOR: exact
/// Finds texts that are equal but for capitals, white space and the form of their accents.
///
/// A text is remembered by 128 bits of its hash. That two different texts share them by chance is
/// out of the question: among a billion it happens with a chance of 10⁻²¹. On purpose it can be
/// done, so whoever wants to be safe from forgers takes a cryptographic hash.
///
/// ```
/// let mut exact = ch02::dedup::Exact::default();
/// assert_eq!(exact.add("Tea for two."), None);
/// assert_eq!(exact.add("Coffee for one."), None);
/// assert_eq!(exact.add("TEA  for two.\n"), Some(0)); // as number 0
/// ```
#[derive(Clone, Debug, Default)]
pub struct Exact {
    first: HashMap<u128, usize>,
    added: usize,
}

impl Exact {
    /// Adds a text. Returns the number of the first one that is equal, if there is one; the first
    /// text that is added has the number 0.
    pub fn add(&mut self, text: &str) -> Option<usize> {
        let number = self.added;
        self.added += 1;
        match self.first.entry(XxHash3_128::oneshot(plain(text).as_bytes())) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(place) => {
                place.insert(number);
                None
            }
        }
    }
}
// ANCHOR_END: exact

/// The text in small letters, with one space between two words.
fn plain(text: &str) -> String {
    let small = Normalization::Nfc.apply(text).to_lowercase();
    small.split_whitespace().collect::<Vec<_>>().join(" ")
}
