//! `heads`: two heads, in both forms.

use std::io::{self, Write};

use ch03::{HeadConfig, MultiHeadAttention, MultiHeadWrapper, simple};
use tch::Device;
use tch::nn::{ModuleT, VarStore};

use super::table::word_rows;

/// Two wrapped heads, then two that are split from one product.
pub fn run(device: Device, out: &mut impl Write) -> io::Result<()> {
    let x = simple::journey().to_device(device).unsqueeze(0); // (1, t, c)
    let variables = VarStore::new(device);
    let root = variables.root();
    let wrapped =
        MultiHeadWrapper::new(&(&root / "wrapper"), 2, HeadConfig::plain(3, 2));
    writeln!(out, "HEADS: two wrapped heads, 2 channels each, side by side")?;
    word_rows(out, &wrapped.forward_t(&x, false).get(0))?;

    let split =
        MultiHeadAttention::new(&(&root / "split"), 2, HeadConfig::plain(3, 4));
    writeln!(
        out,
        "two heads split from one product of 4 channels, mixed by the last layer"
    )?;
    writeln!(out, "weights (b, h, t, t) = {:?}", split.weights(&x).size())?;
    word_rows(out, &split.forward_t(&x, false).get(0))
}
