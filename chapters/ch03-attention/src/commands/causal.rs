//! `causal`: no looking ahead.

use std::io::{self, Write};

use ch03::{CausalAttention, HeadConfig, simple};
use tch::Device;
use tch::nn::VarStore;

use super::table::word_rows;

/// The weights of one untrained head.
pub fn run(device: Device, out: &mut impl Write) -> io::Result<()> {
    let variables = VarStore::new(device);
    let head = CausalAttention::new(&variables.root(), HeadConfig::plain(3, 2));
    let x = simple::journey().to_device(device).unsqueeze(0); // (1, t, c)
    writeln!(out, "CAUSAL: weights of one untrained head, the future crossed out")?;
    word_rows(out, &head.weights(&x).get(0))
}
