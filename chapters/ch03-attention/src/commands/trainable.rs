//! `trainable`: queries, keys and values.

use std::io::{self, Write};

use ch03::{HeadConfig, SelfAttentionV2, simple};
use tch::Device;
use tch::nn::{Module, VarStore};

use super::table::word_rows;

/// The context vectors of one untrained layer.
pub fn run(device: Device, out: &mut impl Write) -> io::Result<()> {
    let variables = VarStore::new(device);
    let attention =
        SelfAttentionV2::new(&variables.root(), HeadConfig::plain(3, 2));
    writeln!(
        out,
        "TRAINABLE: context vectors of one untrained layer, 3 channels in, 2 out"
    )?;
    word_rows(out, &attention.forward(&simple::journey().to_device(device)))
}
