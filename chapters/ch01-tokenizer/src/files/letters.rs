//! Bytes as letters, so that files of tokens are readable text.

use std::sync::LazyLock;

use anyhow::{Context, Result};

/// Stands for each byte: printable bytes for themselves, the others for the characters from
/// U+0100 on, in order. So a space becomes `Ġ` and a line end `Ċ`, and no token holds white
/// space.
///
/// Source: `bytes_to_unicode` in OpenAI's released `encoder.py`.
static LETTERS: LazyLock<[char; 256]> = LazyLock::new(|| {
    let mut next = 0x100u32;
    std::array::from_fn(|byte| match byte {
        33..=126 | 161..=172 | 174..=255 => byte as u8 as char,
        _ => {
            next += 1;
            char::from_u32(next - 1).expect("U+0100 to U+0143 are letters")
        }
    })
});

/// The byte of each letter, by the letter's code point; all lie below U+0144.
static BYTES: LazyLock<[Option<u8>; 0x144]> = LazyLock::new(|| {
    let mut bytes = [None; 0x144];
    for (byte, letter) in (0..=u8::MAX).zip(*LETTERS) {
        bytes[letter as usize] = Some(byte);
    }
    bytes
});

/// The letters that stand for these bytes.
pub fn letters(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| LETTERS[usize::from(byte)]).collect()
}

/// The bytes that these letters stand for.
pub fn bytes(letters: &str) -> Result<Vec<u8>> {
    let byte = |letter: char| BYTES.get(letter as usize).copied().flatten();
    let bytes: Option<Vec<u8>> = letters.chars().map(byte).collect();
    bytes.with_context(|| {
        format!("token {letters:?} holds a character that stands for no byte")
    })
}
