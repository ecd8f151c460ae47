//! A printed tour of tensors, one stop for each idea.

use std::io::{Result, Write};

use tch::nn::{Module, VarStore};
use tch::{Device, Kind, Tensor};

use crate::{Embedding, Linear, arrays, autograd, one_hot};

/// Making tensors and reading their shape.
pub fn shapes(out: &mut impl Write, device: Device) -> Result<()> {
    let x = Tensor::arange(24, (Kind::Float, device)).view([2, 4, 3]);
    writeln!(out, "24 numbers, seen as (b, t, c) = {:?}", x.size())?;
    writeln!(out, "strides {:?}: one step along b skips 12 numbers", x.stride())?;
    let swapped = x.transpose(1, 2);
    writeln!(
        out,
        "transposed to (b, c, t) = {:?}, strides {:?}",
        swapped.size(),
        swapped.stride()
    )?;
    writeln!(out, "the numbers did not move: {}", same_memory(&x, &swapped))?;
    writeln!(out, "row (0, 1): {:?}", vector(&x.get(0).get(1)))
}

/// Broadcasting: a smaller shape reaches over a larger one.
pub fn broadcasting(out: &mut impl Write, device: Device) -> Result<()> {
    let rows =
        Tensor::from_slice2(&[[1f32, 2., 3.], [4., 5., 6.]]).to_device(device);
    let means = rows.mean_dim(0, false, Kind::Float);
    writeln!(
        out,
        "x                 {:?} {:?}",
        rows.size(),
        vector(&rows.flatten(0, -1))
    )?;
    writeln!(out, "mean over axis 0  {:?} {:?}", means.size(), vector(&means))?;
    let centred = &rows - &means;
    writeln!(
        out,
        "x - mean          {:?} {:?}",
        centred.size(),
        vector(&centred.flatten(0, -1))
    )
}

/// Matrix products, and what a wrong shape says.
pub fn matmul(out: &mut impl Write, device: Device) -> Result<()> {
    let rows =
        Tensor::from_slice2(&[[1f32, 2., 3.], [4., 5., 6.]]).to_device(device);
    let products = rows.matmul(&rows.transpose(0, 1));
    writeln!(
        out,
        "(2, 3) · (3, 2) = {:?}: {:?}",
        products.size(),
        vector(&products.flatten(0, -1))
    )?;
    let batch = Tensor::ones([8, 2, 3], (Kind::Float, device))
        .matmul(&rows.transpose(0, 1));
    writeln!(
        out,
        "(8, 2, 3) · (3, 2) = {:?}: one product for each of the batch",
        batch.size()
    )?;
    let refused = match rows.f_matmul(&rows) {
        Ok(_) => "allowed".to_string(),
        Err(error) => {
            error.to_string().lines().next().unwrap_or_default().to_string()
        }
    };
    writeln!(
        out,
        "(2, 3) · (2, 3): {}",
        refused.trim_start_matches("Internal torch error: ")
    )
}

/// Three ways to one slope, then a walk downhill.
pub fn slopes(out: &mut impl Write) -> Result<()> {
    let f = autograd::parabola;
    writeln!(out, "f(x) = x² + 3x at x = 2")?;
    writeln!(out, "slope on paper    {:.6}", autograd::parabola_slope(2.0))?;
    writeln!(out, "slope by libtorch {:.6}", autograd::slope(f, 2.0))?;
    writeln!(
        out,
        "slope by a step   {:.6}",
        autograd::numerical_slope(f, 2.0, 1e-4)
    )?;
    let lowest = autograd::descend(f, 2.0, 0.1, 50);
    writeln!(
        out,
        "50 steps downhill from 2 end at {lowest:.4} (the lowest point is -1.5)"
    )
}

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

/// The first steps again without libtorch.
pub fn ndarray(out: &mut impl Write) -> Result<()> {
    let x = arrays::counting();
    writeln!(out, "x        {:?} {:?}", x.shape(), x.iter().collect::<Vec<_>>())?;
    writeln!(out, "centred  {:?}", arrays::centred(&x).iter().collect::<Vec<_>>())?;
    writeln!(out, "x · xᵀ   {:?}", arrays::products(&x).iter().collect::<Vec<_>>())
}

fn same_memory(a: &Tensor, b: &Tensor) -> bool {
    a.data_ptr() == b.data_ptr()
}

fn vector(x: &Tensor) -> Vec<f32> {
    Vec::try_from(x).expect("x is one axis of f32")
}

fn ids_of(x: &Tensor) -> Vec<i64> {
    Vec::try_from(x).expect("x is one axis of Int64")
}

/// Four decimals, with room for a minus sign.
fn cells(x: &Tensor) -> String {
    vector(x).iter().map(|value| format!("{value:8.4}")).collect()
}
