//! Numbers and sizes as they are printed.

use std::io::Write;

use anyhow::Result;
use ch04::{Size, Switches};
use clap::ValueEnum;

/// The four sizes, the smallest first.
pub const SIZES: [Size; 4] =
    [Size::Gpt2, Size::Gpt2Medium, Size::Gpt2Large, Size::Gpt2Xl];

/// The name of a size on the command line.
pub fn name_of(size: Size) -> String {
    size.to_possible_value()
        .map(|value| value.get_name().to_string())
        .unwrap_or_default()
}

/// Bytes in units of 1,048,576.
pub fn mebibytes(bytes: i64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> =
        digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// Says what is not as in GPT-2.
pub fn print_switches(switches: Switches, out: &mut impl Write) -> Result<()> {
    if !switches.are_gpt2s() {
        writeln!(out, "with {switches}\n")?;
    }
    Ok(())
}
