//! `positions`: waves, and what turning does to a product.

use std::io::{self, Write};

use ch03::positions::{Rotary, sinusoidal};
use tch::{Device, Kind, Tensor};

use super::table::word_rows;

/// The waves of six places, then one query and one key, turned to many places.
pub fn run(device: Device, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "POSITIONS: sinusoidal, 6 positions, 8 channels")?;
    word_rows(out, &sinusoidal(6, 8, device))?;
    writeln!(
        out,
        "rotary: one query, one key of 8 channels, turned and multiplied"
    )?;
    let rotary = Rotary::new(64, 8, 10_000.0, device);
    let [q, k] = [0, 1]
        .map(|_| Tensor::randn([1, 1, 1, 8], (Kind::Float, Device::Cpu)))
        .map(|x| x.to_device(device));
    for (i, j) in [(2, 2), (9, 9), (2, 8), (6, 12), (50, 56), (8, 2)] {
        let product = (rotary.turn(&q, i) * rotary.turn(&k, j)).sum(Kind::Float);
        let product = product.double_value(&[]);
        writeln!(out, "  query at {i:>2}, key at {j:>2}: {product:8.4}")?;
    }
    Ok(())
}
