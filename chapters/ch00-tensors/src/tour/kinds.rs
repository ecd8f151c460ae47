//! Kinds of numbers, and what libtorch refuses.

use std::io::{Result, Write};

use tch::{Kind, Tensor};

use crate::kinds::{Kept, kinds as all, thousand_small_steps};
use crate::mistakes::{Mistake, mistakes as made};

/// What each kind of number keeps.
pub fn kinds(out: &mut impl Write) -> Result<()> {
    writeln!(out, "kind      bytes  1/3 becomes            257   70000")?;
    for Kept { kind, bytes, kept: [third, whole, large] } in all() {
        let name = format!("{kind:?}");
        writeln!(
            out,
            "{name:<8}  {bytes:>5}  {third:<20}  {whole:>4}  {large:>6}"
        )?;
    }
    let mixed = Tensor::from_slice(&[1i64, 2]) + Tensor::from_slice(&[0.5f32, 0.5]);
    let product = Tensor::from_slice(&[1i64, 2]) * 0.5;
    writeln!(out, "Int64 + Float is {:?}", mixed.kind())?;
    writeln!(out, "Int64 × 0.5 is {:?}", product.kind())?;
    writeln!(out, "1 and a thousand times 0.001:")?;
    for kind in [Kind::Float, Kind::BFloat16] {
        let sum = thousand_small_steps(kind);
        writeln!(out, "{:<8}  {sum:.4}", format!("{kind:?}"))?;
    }
    Ok(())
}

/// Mistakes, and the first line of what libtorch says to each.
pub fn mistakes(out: &mut impl Write) -> Result<()> {
    for Mistake { tried, complaint } in made() {
        writeln!(out, "{tried}{}", wrapped(&complaint))?;
    }
    Ok(())
}

/// The words in lines of at most 96 characters, each after a line break and four
/// spaces.
fn wrapped(text: &str) -> String {
    let (mut lines, mut room) = (String::new(), 0);
    for word in text.split(' ') {
        let start = room < word.len() + 1;
        lines += if start { "\n    " } else { " " };
        lines += word;
        room = if start { 96 } else { room - 1 }.saturating_sub(word.len());
    }
    lines
}
