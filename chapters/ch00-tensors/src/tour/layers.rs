//! The two simplest layers.

use std::io::{Result, Write};

use tch::nn::{Module, VarStore};
use tch::{Device, Tensor};

use super::{cells, ids_of};
use crate::{Embedding, Linear, one_hot};

/// An embedding is a lookup, and a lookup is a matrix product.
pub fn embedding(out: &mut impl Write, device: Device) -> Result<()> {
    tch::manual_seed(123);
    let variables = VarStore::new(device);
    let table = Embedding::new(&variables.root(), 6, 3, 1.0);
    let ids = Tensor::from_slice(&[2i64, 3, 5, 1]).to_device(device);
    let rows = table.forward(&ids);
    let product = one_hot(&ids, 6).matmul(&table.weight);
    writeln!(
        out,
        "table (v, c) = {:?}, ids {:?}",
        table.weight.size(),
        ids_of(&ids)
    )?;
    writeln!(out, "row 3             {}", cells(&table.weight.get(3)))?;
    writeln!(out, "forward of id 3   {}", cells(&rows.get(1)))?;
    writeln!(out, "one-hot × table   {}", cells(&product.get(1)))
}

/// A linear layer is a matrix and a bias.
pub fn linear(out: &mut impl Write, device: Device) -> Result<()> {
    tch::manual_seed(123);
    let variables = VarStore::new(device);
    let layer = Linear::new(&variables.root(), 3, 2, true);
    let x = Tensor::from_slice(&[0.43f32, 0.15, 0.89]).to_device(device);
    writeln!(
        out,
        "weight (c_in, c_out) = {:?}, bias {:?}",
        layer.weight.size(),
        [2]
    )?;
    writeln!(out, "x W + b = {}", cells(&layer.forward(&x)))
}
