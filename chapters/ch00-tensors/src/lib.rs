//! Chapter 0: tensors, autograd, and the two simplest layers.
//!
//! A *tensor* is a block of numbers with a shape. This chapter makes some, multiplies them,
//! lets libtorch differentiate through them, and builds the two layers everything else is
//! made of: [`Linear`] and [`Embedding`].
//!
//! Dimension key, the same in every chapter: `b` batch · `t` tokens · `s` source positions ·
//! `c` channels · `h` heads · `d = c / h` · `f` feed-forward width · `v` vocabulary ·
//! `n` layers.

pub mod arrays;
pub mod autograd;
mod layers;
mod shape;
pub mod tour;

pub use layers::{Embedding, Linear, one_hot};
pub use shape::axes;
