//! `simple`: attention without anything to train.

use std::io::{self, Write};

use ch03::simple;
use tch::Device;

use super::table::word_rows;

/// The weights and the context vectors of six words.
pub fn run(device: Device, out: &mut impl Write) -> io::Result<()> {
    let x = simple::journey().to_device(device);
    writeln!(out, "SIMPLE: weights from dot products alone")?;
    word_rows(out, &simple::weights(&x))?;
    writeln!(out, "context vectors")?;
    word_rows(out, &simple::contexts(&x))
}
