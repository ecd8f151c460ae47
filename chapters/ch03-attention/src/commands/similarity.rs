//! `similarity`: what dot products say about words in a plane.

use std::io::{self, Write};

use ch03::similarity::{WORDS, vectors};
use ch03::simple;
use tch::{Device, IndexOp};

use super::table::named_rows;

/// The products of all pairs, and what becomes of the first word.
pub fn run(device: Device, out: &mut impl Write) -> io::Result<()> {
    let x = vectors().to_device(device); // (t, c)
    writeln!(
        out,
        "SIMILARITY: dot products of six words in a plane, each with each"
    )?;
    named_rows(out, &WORDS, &simple::scores(&x))?;
    let weights = simple::weights(&x);
    let context = simple::contexts(&x);
    let [lamp, after] =
        [&x, &context].map(|x| [0, 1].map(|c| x.double_value(&[0, c])));
    writeln!(out, "weights of {:?}", WORDS[0])?;
    named_rows(out, &WORDS[..1], &weights.i(..1))?;
    writeln!(out, "before ({:.2}, {:.2})", lamp[0], lamp[1])?;
    writeln!(out, "after  ({:.2}, {:.2})", after[0], after[1])
}
