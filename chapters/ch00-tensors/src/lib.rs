//! Chapter 0: tensors, autograd, and the two simplest layers.
//!
//! A *tensor* is a block of numbers with a shape. This chapter builds two of libtorch's ideas
//! by hand, small enough to read to the end: a block that is read by strides ([`strided`],
//! [`broadcast`]) and a record of operations that is walked backwards ([`tape`]). Then it
//! lets libtorch do the same ([`autograd`], [`recording`]), and builds the two layers
//! everything else is made of: [`Linear`] and [`Embedding`].
//!
//! Dimension key, the same in every chapter: `b` batch · `t` tokens · `s` source positions ·
//! `c` channels · `h` heads · `d = c / h` · `f` feed-forward width · `v` vocabulary ·
//! `n` layers.

pub mod arrays;
pub mod autograd;
pub mod broadcast;
mod dropout;
pub mod kinds;
mod layers;
pub mod mistakes;
pub mod recording;
mod shape;
pub mod strided;
pub mod tape;
pub mod tour;

pub use dropout::dropout;
pub use layers::{Embedding, Linear, one_hot};
pub use shape::{axes, chunks};
