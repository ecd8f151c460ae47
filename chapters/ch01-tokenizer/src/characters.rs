//! One character, one id: the simplest tokenizers.
//!
//! [`code_points`] takes Unicode's own numbers for ids, all 1,114,112 of them; a
//! [`CharacterTokenizer`] numbers only the characters that one text holds. A vocabulary of words
//! or parts of words makes shorter sequences: see [`WordTokenizer`](crate::WordTokenizer) and
//! [`Tokenizer`](crate::Tokenizer).

use std::collections::BTreeSet;
use std::fmt;

use crate::DecodeError;

// ANCHOR: code_points
/// The number that Unicode gives to each character.
///
/// ```
/// let ids = ch01::code_points("Hello, AI!");
/// assert_eq!(ids, [72, 101, 108, 108, 111, 44, 32, 65, 73, 33]);
/// assert_eq!(ch01::from_code_points(&ids).unwrap(), "Hello, AI!");
/// ```
pub fn code_points(text: &str) -> Vec<u32> {
    text.chars().map(u32::from).collect()
}
// ANCHOR_END: code_points

/// The text of these code points.
///
/// # Errors
/// When a number is no character's: above 0x10FFFF, or one of the surrogates
/// 0xD800 to 0xDFFF.
pub fn from_code_points(ids: &[u32]) -> Result<String, NoCodePoint> {
    ids.iter().map(|&id| char::from_u32(id).ok_or(NoCodePoint(id))).collect()
}

/// A number that Unicode gives to no character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCodePoint(pub u32);

impl fmt::Display for NoCodePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no character's number in Unicode", self.0)
    }
}

impl std::error::Error for NoCodePoint {}

/// A vocabulary of single characters, as small models of letters use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharacterTokenizer {
    characters: Vec<char>, // sorted
}

impl CharacterTokenizer {
    /// The characters of `text`, in Unicode's order; a character's id is its place in the row.
    ///
    /// ```
    /// let tokenizer = ch01::CharacterTokenizer::new("to be or not to be");
    /// assert_eq!(tokenizer.characters(), [' ', 'b', 'e', 'n', 'o', 'r', 't']);
    /// assert_eq!(tokenizer.encode("bet").unwrap(), [1, 2, 6]);
    /// ```
    pub fn new(text: &str) -> Self {
        let characters: BTreeSet<char> = text.chars().collect();
        Self { characters: characters.into_iter().collect() }
    }

    /// The characters by id.
    pub fn characters(&self) -> &[char] {
        &self.characters
    }

    /// How many ids there are.
    pub fn vocab_size(&self) -> usize {
        self.characters.len()
    }

    // ANCHOR: character_encode
    /// One id for each character of `text`.
    ///
    /// # Errors
    /// When the vocabulary lacks a character; the error names the first one.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, UnknownCharacter> {
        let id = |(at, character)| match self.characters.binary_search(&character) {
            Ok(place) => Ok(place as u32),
            Err(_) => Err(UnknownCharacter { character, at }),
        };
        text.char_indices().map(id).collect()
    }
    // ANCHOR_END: character_encode

    /// The text of `ids`.
    ///
    /// # Errors
    /// When an id is not in the vocabulary.
    pub fn decode(&self, ids: &[u32]) -> Result<String, DecodeError> {
        let size = self.vocab_size();
        let character = |&id: &u32| {
            let found = self.characters.get(id as usize).copied();
            found.ok_or(DecodeError { id, size })
        };
        ids.iter().map(character).collect()
    }
}

/// A character that the vocabulary lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCharacter {
    /// The character
    pub character: char,
    /// The byte at which it starts
    pub at: usize,
}

impl fmt::Display for UnknownCharacter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { character, at } = self;
        write!(f, "the vocabulary lacks {character:?}, which stands at byte {at}")
    }
}

impl std::error::Error for UnknownCharacter {}
