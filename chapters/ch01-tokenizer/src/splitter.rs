//! Cutting text as [`pieces`](crate::pieces) does, without a regex engine: 64 bytes at a time.
//!
//! For each 64 bytes there are a few numbers of 64 bits, one bit a byte: which bytes are
//! letters, which are white, and so on. Where a piece starts then follows from shifts and logic
//! on all 64 places at once, for GPT-2's pattern says almost nothing but "a piece is a run of one
//! class, with the space before it".
//!
//! Source of the way of thinking: Langdale and Lemire (2019), "Parsing Gigabytes of JSON per
//! Second", section 3, arXiv:1902.08318.

use crate::Pattern;
use crate::classes::{Class, class};

/// Bytes looked at in one go.
pub(crate) const BLOCK: usize = 64;

/// For each byte of a block one bit a property.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Masks {
    letter: u64,
    number: u64,
    white: u64,
    space: u64,
    apostrophe: u64,
    beyond_ascii: u64,
}

/// Calls `each` with every piece of `text`, in order and without gaps.
///
/// ```
/// let mut pieces = Vec::new();
/// ch01::split("Don't stop.", ch01::Pattern::Gpt2, |piece| pieces.push(piece.to_string()));
/// assert_eq!(pieces, ["Don", "'t", " stop", "."]);
/// ```
pub fn split<'a>(text: &'a str, pattern: Pattern, mut each: impl FnMut(&'a str)) {
    match pattern {
        Pattern::Gpt2 => spans(text, |start, end| each(&text[start..end])),
        Pattern::Cl100k => pattern.pieces(text).for_each(each),
    }
}

/// Calls `each` with the start and the end of every piece of GPT-2's pattern.
#[inline]
pub(crate) fn spans(text: &str, mut each: impl FnMut(usize, usize)) {
    let mut start = 0;
    starts(text, |base, mut found| {
        while found != 0 {
            let end = base + found.trailing_zeros() as usize;
            each(start, end);
            start = end;
            found &= found - 1;
        }
    });
    if !text.is_empty() {
        each(start, text.len());
    }
}

/// Calls `each` with every block's place, and one bit for each byte of the block with which a
/// piece of GPT-2's pattern starts. The first byte of the text has none.
#[inline]
pub(crate) fn starts(text: &str, each: impl FnMut(usize, u64)) {
    #[cfg(target_arch = "x86_64")]
    if crate::features::available() {
        return x86::starts(text, each);
    }
    blocks(text, portable, each);
}

/// Goes through `text` block by block; `classify` looks at the ASCII characters of one.
#[inline(always)]
fn blocks(
    text: &str,
    classify: impl Fn(&[u8; BLOCK]) -> Masks,
    mut each: impl FnMut(usize, u64),
) {
    let (full, rest) = text.as_bytes().as_chunks::<BLOCK>();
    let mut last = [b' '; BLOCK]; // white after the end, as the look-ahead wants it
    last[..rest.len()].copy_from_slice(rest);
    let mut starts = Starts::default();
    let mut places = !1; // all but the first byte
    for at in 0..full.len() + usize::from(!rest.is_empty()) {
        let block = full.get(at).unwrap_or_else(|| {
            places &= (1 << rest.len()) - 1;
            &last
        });
        let found = starts.next(text, at * BLOCK, classify(block));
        each(at * BLOCK, found & places);
        places = !0;
    }
}

/// What one block needs to know of the one before it, as the lowest bits of numbers.
#[derive(Default)]
struct Starts {
    letter: u64,
    number: u64,
    mark: u64,
    white: u64,
    space: u64,
    /// The bytes of a character that reaches into this block, by class
    rest: [u64; 4],
    /// Where a contraction that began in the block before says that a piece starts,
    forced: u64,
    /// or that none does
    barred: u64,
}

impl Starts {
    // ANCHOR: next
    /// One bit for each byte of the block at `base` with which a piece starts.
    #[inline(always)]
    fn next(&mut self, text: &str, base: usize, masks: Masks) -> u64 {
        let Masks { mut letter, mut number, mut white, space, .. } = masks;
        let mut before_word = 0; // white characters beyond ASCII just before another class
        if masks.beyond_ascii != 0 || self.rest != [0; 4] {
            let classes = self.beyond_ascii(text, base, masks, &mut before_word);
            letter |= classes[Class::Letter as usize];
            number |= classes[Class::Number as usize];
            white |= classes[Class::White as usize];
        }
        let mark = !(letter | number | white);
        let after = u64::from(is_white(text, base + BLOCK)) << (BLOCK - 1);
        before_word |= (white & !masks.beyond_ascii) & !(white >> 1 | after);

        // A run of one class starts a piece, unless a space before it has done so.
        let runs = letter & !(letter << 1 | self.letter)
            | number & !(number << 1 | self.number)
            | mark & !(mark << 1 | self.mark);
        let words = runs & !(space << 1 | self.space);
        // White space starts a piece, and its last character before a word starts another.
        let whites = white & !(white << 1 | self.white) | before_word;
        let mut starts = words | whites;
        if (starts & masks.apostrophe) | self.forced | self.barred != 0 {
            starts = self.contractions(text, base, starts, masks.apostrophe);
        }

        let last = |mask: u64| mask >> (BLOCK - 1);
        self.letter = last(letter);
        self.number = last(number);
        self.mark = last(mark);
        self.white = last(white);
        self.space = last(space);
        starts
    }
    // ANCHOR_END: next

    /// The classes of all characters of more than one byte: all their bytes get the class.
    fn beyond_ascii(
        &mut self,
        text: &str,
        base: usize,
        masks: Masks,
        before_word: &mut u64,
    ) -> [u64; 4] {
        let mut classes = std::mem::take(&mut self.rest);
        let known = classes.iter().fold(0, |all, one| all | one);
        let mut left = masks.beyond_ascii & !known;
        while left != 0 {
            let at = left.trailing_zeros() as usize;
            let (code_point, length) = decode(text.as_bytes(), base + at);
            let class = class(code_point);
            let bits = ((1u128 << length) - 1) << at;
            classes[class as usize] |= bits as u64;
            self.rest[class as usize] |= (bits >> BLOCK) as u64;
            if class == Class::White && !is_white(text, base + at + length) {
                *before_word |= 1 << at;
            }
            left &= !(bits as u64);
        }
        classes
    }

    /// Cuts `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` and `'d` off, where the apostrophe starts a
    /// piece: one starts right after, and none after the apostrophe.
    fn contractions(
        &mut self,
        text: &str,
        base: usize,
        mut starts: u64,
        apostrophe: u64,
    ) -> u64 {
        let mut found = starts & apostrophe;
        let (mut forced, mut barred) =
            (u128::from(self.forced), u128::from(self.barred));
        while found != 0 {
            let at = found.trailing_zeros() as usize;
            let length = contraction(&text.as_bytes()[base + at..]);
            if length > 0 {
                forced |= 1 << (at + length);
                barred |= 1 << (at + 1);
            }
            found &= found - 1;
        }
        starts = starts & !(barred as u64) | forced as u64;
        self.forced = (forced >> BLOCK) as u64;
        self.barred = (barred >> BLOCK) as u64;
        starts
    }
}

/// How long the contraction is with which the bytes start; 0 if they start with none.
#[inline]
fn contraction(bytes: &[u8]) -> usize {
    match bytes {
        [b'\'', b's' | b't' | b'm' | b'd', ..] => 2,
        [b'\'', b'r' | b'v', b'e', ..] | [b'\'', b'l', b'l', ..] => 3,
        _ => 0,
    }
}

/// Whether white space or nothing stands at `at`.
#[inline]
fn is_white(text: &str, at: usize) -> bool {
    match text.as_bytes().get(at) {
        None | Some(b' ' | 9..=13) => true,
        Some(0..128) => false,
        Some(128..192) => false, // the inside of a character: the block before knows its class
        Some(_) => class(decode(text.as_bytes(), at).0) == Class::White,
    }
}

/// The code point of more than one byte at `at`, and its number of bytes.
#[inline]
fn decode(bytes: &[u8], at: usize) -> (u32, usize) {
    let tail = |i: usize| u32::from(bytes[at + i] & 0x3f);
    match u32::from(bytes[at]) {
        lead @ 0..0xe0 => ((lead & 0x1f) << 6 | tail(1), 2),
        lead @ 0xe0..0xf0 => ((lead & 0x0f) << 12 | tail(1) << 6 | tail(2), 3),
        lead => ((lead & 7) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
    }
}

/// [`Masks`] on any machine: eight bytes at a time, one bit of each gathered by a
/// multiplication.
#[inline(always)]
fn portable(block: &[u8; BLOCK]) -> Masks {
    /// One bit of each of the eight bytes, side by side.
    fn gather(flags: u64, bit: u32) -> u64 {
        (flags >> bit & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080)
            >> 56
    }
    let mut masks = Masks::default();
    for (i, eight) in block.as_chunks::<8>().0.iter().enumerate() {
        let flags = u64::from_le_bytes(eight.map(|byte| FLAGS[usize::from(byte)]));
        masks.letter |= gather(flags, 0) << (8 * i);
        masks.number |= gather(flags, 1) << (8 * i);
        masks.white |= gather(flags, 2) << (8 * i);
        masks.space |= gather(flags, 3) << (8 * i);
        masks.apostrophe |= gather(flags, 4) << (8 * i);
        masks.beyond_ascii |= gather(flags, 5) << (8 * i);
    }
    masks
}

/// What each byte says by itself, a bit a property.
static FLAGS: [u8; 256] = {
    let mut flags = [0; 256];
    let mut byte = 0u8;
    loop {
        flags[byte as usize] = byte.is_ascii_alphabetic() as u8
            | (byte.is_ascii_digit() as u8) << 1
            | (matches!(byte, b' ' | 9..=13) as u8) << 2
            | ((byte == b' ') as u8) << 3
            | ((byte == b'\'') as u8) << 4
            | ((byte >= 128) as u8) << 5;
        if byte == 255 {
            break flags;
        }
        byte += 1;
    }
};

/// The same with the processor's instructions for 64 bytes.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{BLOCK, Masks, blocks};

    /// As [`super::starts`]. Only for processors where this is
    /// [`available`](crate::features::available).
    #[inline]
    #[allow(unsafe_code, reason = "calls what only some processors can run")]
    pub fn starts(text: &str, each: impl FnMut(usize, u64)) {
        // SAFETY: the caller asked `available`.
        unsafe { wide(text, each) }
    }

    #[cfg(test)]
    #[allow(unsafe_code, reason = "calls what only some processors can run")]
    pub fn masks_of(block: &[u8; BLOCK]) -> Masks {
        assert!(crate::features::available());
        // SAFETY: asked on the line above.
        unsafe { masks(block) }
    }

    #[target_feature(enable = "avx512f,avx512bw,bmi1")]
    fn wide(text: &str, each: impl FnMut(usize, u64)) {
        blocks(text, |block| masks(block), each);
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,bmi1")]
    #[allow(unsafe_code, reason = "reads through a pointer")]
    fn masks(block: &[u8; BLOCK]) -> Masks {
        // SAFETY: a block has the 64 bytes that are read.
        let bytes = unsafe { _mm512_loadu_epi8(block.as_ptr().cast()) };
        let all = |byte: u8| _mm512_set1_epi8(byte as i8);
        let within = |bytes, first, count| {
            _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, all(first)), all(count))
        };
        let space = _mm512_cmpeq_epi8_mask(bytes, all(b' '));
        Masks {
            letter: within(_mm512_or_si512(bytes, all(0x20)), b'a', 26),
            number: within(bytes, b'0', 10),
            white: space | within(bytes, 9, 5),
            space,
            apostrophe: _mm512_cmpeq_epi8_mask(bytes, all(b'\'')),
            beyond_ascii: _mm512_movepi8_mask(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_to_look_at_a_block_see_the_same() {
        let text =
            "It's 5 o'clock\t\n — 你好 \u{a0}\u{3000}x\u{85} naïve ½٣ \u{1f917}!! ";
        for shift in 0..130 {
            let text = ".".repeat(shift) + &text.repeat(7);
            let (mut slow, mut wide) = (Vec::new(), Vec::new());
            blocks(&text, portable, |base, found| slow.push((base, found)));
            starts(&text, |base, found| wide.push((base, found)));
            assert_eq!(wide, slow);
        }
        let every: Vec<u8> = (0..=u8::MAX).collect();
        #[cfg(target_arch = "x86_64")]
        for block in every.as_chunks::<BLOCK>().0 {
            if crate::features::available() {
                assert_eq!(x86::masks_of(block), portable(block));
            }
        }
    }
}
