//! What kind of character? GPT-2's pattern asks nothing else.

/// The four kinds of characters that the patterns tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Anything else: marks, symbols, emoji, accents that stand alone
    Mark,
    /// `\p{L}`: letters of all scripts
    Letter,
    /// `\p{N}`: digits and other numbers of all scripts
    Number,
    /// `\s`: white space
    White,
}

/// For each 256 code points, which block of [`BLOCKS`] has their classes. Most are alike.
static INDEX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/classes.index"));

/// Blocks of 256 classes, two bits each. `build.rs` asks the crate `regex` for them.
static BLOCKS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/classes.blocks"));

/// The class of a code point.
#[inline]
pub fn class(code_point: u32) -> Class {
    let block = usize::from(INDEX[code_point as usize >> 8]);
    let four = BLOCKS[block * 64 + (code_point as usize & 255) / 4];
    match four >> (2 * (code_point & 3)) & 3 {
        1 => Class::Letter,
        2 => Class::Number,
        3 => Class::White,
        _ => Class::Mark,
    }
}
