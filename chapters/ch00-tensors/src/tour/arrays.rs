//! `ndarray` beside libtorch.

use std::io::{Result, Write};

use crate::arrays;

/// The first steps again without libtorch.
pub fn ndarray(out: &mut impl Write) -> Result<()> {
    let x = arrays::counting();
    writeln!(out, "x        {:?} {:?}", x.shape(), x.iter().collect::<Vec<_>>())?;
    writeln!(out, "centred  {:?}", arrays::centred(&x).iter().collect::<Vec<_>>())?;
    writeln!(out, "x · xᵀ   {:?}", arrays::products(&x).iter().collect::<Vec<_>>())
}
