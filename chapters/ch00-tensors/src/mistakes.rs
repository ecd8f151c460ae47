//! Mistakes that libtorch refuses, and what it says.

use tch::{Device, Kind, TchError, Tensor};

/// A mistake in Rust, and the beginning of libtorch's complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What was tried.
    pub tried: &'static str,
    /// What libtorch said.
    pub complaint: String,
}

type Try = fn() -> Result<Tensor, TchError>;

/// Every mistake, made once.
///
/// Each method of `tch` has a twin whose name begins with `f_` (fallible). It
/// returns an error where the plain one panics, which is how the complaints are
/// caught here.
pub fn mistakes() -> Vec<Mistake> {
    let tries: [(&str, Try); 11] = [
        ("(2, 3) · (2, 3)", || zeros([2, 3]).f_matmul(&zeros([2, 3]))),
        ("(2, 3) + (2)", || zeros([2, 3]).f_add(&zeros([2]))),
        ("view after transpose", || zeros([2, 3]).transpose(0, 1).f_view([6])),
        ("6 numbers as (4, 2)", || zeros([2, 3]).f_reshape([4, 2])),
        ("row 5 of 2", || zeros([2, 3]).f_get(5)),
        ("f32 · f64", || {
            zeros([2, 3]).f_matmul(&zeros([3, 2]).to_kind(Kind::Double))
        }),
        ("ids that are not whole", || {
            Tensor::f_embedding(&zeros([6, 3]), &zeros([2]), -1, false, false)
        }),
        ("backward from two numbers", || {
            let y = zeros([2]).set_requires_grad(true) * 2.0;
            y.f_backward().map(|()| y)
        }),
        ("a weight changed in place", || {
            let mut weight = zeros([2]).set_requires_grad(true);
            weight.f_add_(&zeros([2]))
        }),
        ("a value overwritten that the walk back needs", || {
            let mut y = zeros([2]).set_requires_grad(true).exp();
            y += 1.0;
            y.sum(Kind::Float).f_backward().map(|()| y)
        }),
        ("backward twice", || {
            let y = zeros([1]).set_requires_grad(true).exp();
            y.f_backward()?;
            y.f_backward().map(|()| y)
        }),
    ];
    tries
        .into_iter()
        .map(|(tried, make)| Mistake { tried, complaint: complaint(make()) })
        .collect()
}

fn zeros<const N: usize>(shape: [i64; N]) -> Tensor {
    Tensor::zeros(shape, (Kind::Float, Device::Cpu))
}

/// The first two sentences of what libtorch says. Hints follow, and where in C++ it
/// happened.
fn complaint(result: Result<Tensor, TchError>) -> String {
    let Err(error) = result else { return "allowed".into() };
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let sentences = first.trim_start_matches("Internal torch error: ");
    let two: String = sentences.split_inclusive(". ").take(2).collect();
    two.split(" Hint:").next().unwrap_or_default().trim_end().into()
}
