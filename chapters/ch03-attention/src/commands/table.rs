//! Matrices as they are printed.

use std::io::{self, Write};

use ch03::simple::JOURNEY;
use tch::Tensor;

/// Prints a `(6, n)` matrix, one line for each word of the journey.
pub fn word_rows(out: &mut impl Write, matrix: &Tensor) -> io::Result<()> {
    named_rows(out, &JOURNEY, matrix)
}

/// Prints a matrix, one line for each name.
pub fn named_rows(
    out: &mut impl Write,
    names: &[&str],
    matrix: &Tensor,
) -> io::Result<()> {
    let widest = names.iter().map(|name| name.len()).max().unwrap_or(0);
    for (i, name) in (0..).zip(names) {
        let row =
            Vec::<f32>::try_from(matrix.get(i)).expect("a row is one axis of f32");
        let cells: String =
            row.iter().map(|value| format!("{value:8.4}")).collect();
        writeln!(out, "  {name:0$} {cells}", widest)?;
    }
    Ok(())
}
