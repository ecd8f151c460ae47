//! Protocol Buffers: a message is a row of numbered fields.

use anyhow::{Context, Result, bail};

// ANCHOR: varint
/// Takes a number off the front of `bytes`: seven bits a byte, the lowest first. The eighth bit
/// says that another byte follows, so small numbers take one byte.
///
/// # Errors
/// When the bytes end too early, or the number has more than 64 bits.
pub fn varint(bytes: &mut &[u8]) -> Result<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().context("a number is cut short")?;
        *bytes = rest;
        let low = u64::from(byte & 0x7f);
        if low << shift >> shift != low {
            break; // bits fell out at the top
        }
        number |= low << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    bail!("a number has more than 64 bits")
}
// ANCHOR_END: varint

/// Takes `count` bytes off the front.
///
/// # Errors
/// When there are not so many.
pub fn take<'a>(bytes: &mut &'a [u8], count: u64) -> Result<&'a [u8]> {
    let count = usize::try_from(count).ok().filter(|&count| count <= bytes.len());
    let (taken, rest) = bytes.split_at(count.context("the bytes are cut short")?);
    *bytes = rest;
    Ok(taken)
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A number
    Number(u64),
    /// A text, or a message within the message
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The number.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(self) -> Result<u64> {
        match self {
            Self::Number(number) => Ok(number),
            Self::Bytes(_) => bail!("a field should be a number"),
        }
    }

    /// The bytes.
    ///
    /// # Errors
    /// When it is a number.
    pub fn bytes(self) -> Result<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Number(_) => bail!("a field should be a message"),
        }
    }
}

/// The fields of a message: each one's number, and what it holds. Names are not stored; one
/// looks them up in the message's description.
///
/// # Errors
/// When the bytes are no message.
pub fn fields(mut bytes: &[u8]) -> Result<Vec<(u64, Value<'_>)>> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let value = match tag & 7 {
            0 => Value::Number(varint(&mut bytes)?),
            1 => Value::Number(little_endian(take(&mut bytes, 8)?)),
            2 => {
                let length = varint(&mut bytes)?;
                Value::Bytes(take(&mut bytes, length)?)
            }
            5 => Value::Number(little_endian(take(&mut bytes, 4)?)),
            other => bail!("a field has the unknown form {other}"),
        };
        all.push((tag >> 3, value));
    }
    Ok(all)
}

/// The number in at most 8 bytes, the lowest first.
pub fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}
