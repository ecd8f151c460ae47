//! Blocks of numbers: shape, strides, views, broadcasting, products.

use std::io::{Result, Write};

use tch::{Device, Kind, Tensor};

use super::{same_memory, vector};
use crate::broadcast::shape_after_broadcast;
use crate::strided::Strided;

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

/// Views by hand: what each operation does to shape, strides and offset.
pub fn strides(out: &mut impl Write) -> anyhow::Result<()> {
    let numbers: Vec<f32> = (0..24u8).map(f32::from).collect();
    let x = Strided::new(numbers, &[2, 4, 3])?;
    let swapped = x.transpose(1, 2);
    let part = x.narrow(1, 2, 2);
    let row = part.narrow(0, 1, 1).narrow(1, 1, 1);
    let stretched = row.expand(&[1, 4, 3])?;
    recipe(out, "x", &x)?;
    recipe(out, "x.transpose(1, 2)", &swapped)?;
    recipe(out, "x.narrow(1, 2, 2)", &part)?;
    recipe(out, "one token of it", &row)?;
    recipe(out, "expanded to 4", &stretched)?;
    writeln!(out, "that reads {:?}", stretched.entries())?;
    if let Err(refused) = swapped.view(&[2, 12]) {
        writeln!(out, "view of the transpose: {refused}")?;
    }
    recipe(out, "contiguous()", &swapped.contiguous())?;
    let copied = !swapped.contiguous().shares_numbers_with(&x);
    writeln!(out, "is that a copy? {copied}")?;
    Ok(())
}

/// Shape, strides and offset of a block, in one line.
fn recipe(out: &mut impl Write, name: &str, x: &Strided) -> Result<()> {
    let (shape, strides) = (text(x.shape()), text(x.strides()));
    writeln!(
        out,
        "{name:<18} shape {shape:<10} strides {strides:<11} offset {}",
        x.offset()
    )
}

fn text(list: &[usize]) -> String {
    format!("{list:?}")
}

/// A view shows the same numbers; a copy has its own.
pub fn views(out: &mut impl Write, device: Device) -> Result<()> {
    let x = Tensor::from_slice2(&[[1f32, 2., 3.], [4., 5., 6.]]).to_device(device);
    let copy = x.copy();
    let mut column = x.narrow(1, 0, 1); // (2, 1)
    let _ = column.fill_(0.0);
    writeln!(out, "the first column, a view, is filled with 0")?;
    writeln!(out, "x     {:?}", vector(&x.flatten(0, -1)))?;
    writeln!(out, "copy  {:?}", vector(&copy.flatten(0, -1)))?;
    let swapped = x.transpose(0, 1);
    let shared = [
        ("x.view([6])", x.view([6])),
        ("x.transpose(0, 1)", swapped.shallow_clone()),
        ("x.expand([4, 2, 3])", x.expand([4, 2, 3], false)),
        ("x.reshape([6])", x.reshape([6])),
        ("x.transpose(0, 1).reshape([6])", swapped.reshape([6])),
        ("x.transpose(0, 1).contiguous()", swapped.contiguous()),
        ("&x + 0.0", &x + 0.0),
    ];
    for (name, y) in &shared {
        let whose = if same_memory(&x, y) { "view" } else { "copy" };
        writeln!(out, "{name:<32} {whose}")?;
    }
    Ok(())
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
    )?;
    let pairs: [(&[usize], &[usize]); 5] = [
        (&[2, 3], &[3]),
        (&[8, 4, 3], &[4, 1]),
        (&[4, 1], &[3]),
        (&[5], &[]),
        (&[2, 3], &[2]),
    ];
    for (a, b) in pairs {
        let together = match shape_after_broadcast(a, b) {
            Ok(shape) => text(&shape),
            Err(refused) => refused.to_string(),
        };
        writeln!(out, "{:<9} with {:<6}  {together}", text(a), text(b))?;
    }
    Ok(())
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
