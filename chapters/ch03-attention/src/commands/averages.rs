//! `averages`: the mean of the past.

use std::io::{self, Write};

use ch03::{averages, simple};
use tch::{Device, Tensor};

use super::table::word_rows;

/// The triangle of weights, the means, and how far the four versions lie apart.
pub fn run(device: Device, out: &mut impl Write) -> io::Result<()> {
    let x = simple::journey().to_device(device); // (t, c)
    let t = x.size()[0];
    writeln!(out, "AVERAGES: weights of a token that has no preferences")?;
    let unit = Tensor::eye(t, (x.kind(), device)); // its means are the weights themselves
    word_rows(out, &averages::by_matrix(&unit))?;
    let by_loop = averages::one_by_one(&x);
    writeln!(out, "each word is now the mean of itself and all words before it")?;
    word_rows(out, &by_loop)?;
    let others = [
        ("running sum", averages::running(&x)),
        ("product with a triangle", averages::by_matrix(&x)),
        ("softmax of zeros", averages::by_softmax(&x)),
    ];
    writeln!(out, "largest difference from the loop")?;
    for (name, means) in others {
        let apart = (means - &by_loop).abs().max().double_value(&[]);
        writeln!(out, "  {name:24}{apart:.4}")?;
    }
    Ok(())
}
