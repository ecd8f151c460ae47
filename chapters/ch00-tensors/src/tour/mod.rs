//! A printed tour of tensors, one stop for each idea.

mod arrays;
mod blocks;
mod kinds;
mod layers;
mod slopes;

use tch::Tensor;

pub use arrays::ndarray;
pub use blocks::{broadcasting, matmul, shapes, strides, views};
pub use kinds::{kinds, mistakes};
pub use layers::{embedding, linear};
pub use slopes::{chain, graph, recording, slopes};

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
