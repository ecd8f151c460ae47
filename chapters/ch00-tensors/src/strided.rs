//! Shape, strides and offset: how one row of numbers is read as a block.
//!
//! A tensor is two things: a row of numbers in memory, and a recipe for reading it. The recipe
//! says how long each axis is (the *shape*), how many numbers to skip for one step along each
//! axis (the *strides*), and where the block begins (the *offset*). The entry at the index
//! `(i, j, k)` stands at the place `offset + i·s₀ + j·s₁ + k·s₂`.
//!
//! [`Strided`] is such a pair by hand. It does nothing that `tch::Tensor` can't do, but it can
//! be read to the end. A *view* is a new recipe for the same numbers, so it costs nothing.

use std::rc::Rc;

use anyhow::{Result, bail, ensure};

use crate::broadcast::shape_after_broadcast;

// ANCHOR: struct
/// A block of numbers: a row in memory, which several blocks may share, and a way
/// to read it.
#[derive(Debug, Clone)]
pub struct Strided {
    numbers: Rc<[f32]>,
    shape: Vec<usize>,
    strides: Vec<usize>,
    offset: usize,
}
// ANCHOR_END: struct

// ANCHOR: contiguous_strides
/// The strides of a block that lies in order: the last axis takes steps of 1, and
/// each other axis skips everything that the axes to its right hold.
///
/// ```
/// use ch00::strided::contiguous_strides;
/// assert_eq!(contiguous_strides(&[2, 4, 3]), [12, 3, 1]);
/// ```
pub fn contiguous_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}
// ANCHOR_END: contiguous_strides

impl Strided {
    /// Reads `numbers` in order as a block of this shape.
    ///
    /// # Errors
    /// When the shape has room for more or fewer numbers than there are.
    pub fn new(numbers: impl Into<Rc<[f32]>>, shape: &[usize]) -> Result<Self> {
        let numbers = numbers.into();
        let room: usize = shape.iter().product();
        ensure!(
            room == numbers.len(),
            "shape {shape:?} has room for {room} numbers, but there are {}",
            numbers.len()
        );
        let strides = contiguous_strides(shape);
        Ok(Self { numbers, shape: shape.to_vec(), strides, offset: 0 })
    }

    /// How long each axis is.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How many numbers one step along each axis skips.
    pub fn strides(&self) -> &[usize] {
        &self.strides
    }

    /// Where the first entry stands in memory.
    pub fn offset(&self) -> usize {
        self.offset
    }

    // ANCHOR: get
    /// The entry at `index`, which has one number for each axis.
    ///
    /// # Panics
    /// When the index has another number of axes, or lies outside of the shape.
    pub fn get(&self, index: &[usize]) -> f32 {
        let inside = index.iter().zip(&self.shape).all(|(i, length)| i < length);
        assert!(
            index.len() == self.shape.len() && inside,
            "index {index:?} is not in a block of shape {:?}",
            self.shape
        );
        let steps = index.iter().zip(&self.strides);
        let place =
            self.offset + steps.map(|(i, stride)| i * stride).sum::<usize>();
        self.numbers[place]
    }
    // ANCHOR_END: get

    // ANCHOR: views
    /// Two axes exchanged. Only the recipe changes.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn transpose(&self, one: usize, other: usize) -> Self {
        let mut view = self.clone();
        view.shape.swap(one, other);
        view.strides.swap(one, other);
        view
    }

    /// The part of an axis from `start` on. The offset moves, and the axis gets
    /// shorter.
    ///
    /// # Panics
    /// When the axis has no such part.
    pub fn narrow(&self, axis: usize, start: usize, length: usize) -> Self {
        assert!(
            start + length <= self.shape[axis],
            "axis {axis} of shape {:?} has no part {start}..{}",
            self.shape,
            start + length
        );
        let mut view = self.clone();
        view.offset += start * view.strides[axis];
        view.shape[axis] = length;
        view
    }
    // ANCHOR_END: views

    // ANCHOR: expand
    /// The block as `shape`, by broadcasting: an axis of length 1 becomes longer.
    /// Its stride becomes 0, so every step along it stays where it is and reads the
    /// same number again.
    ///
    /// # Errors
    /// When the block does not broadcast to `shape`.
    pub fn expand(&self, shape: &[usize]) -> Result<Self> {
        let fits = shape_after_broadcast(&self.shape, shape)? == shape;
        ensure!(fits, "{:?} can't be expanded to {shape:?}", self.shape);
        let new_axes = shape.len() - self.shape.len();
        let mut strides = vec![0; new_axes];
        for (axis, &stride) in self.strides.iter().enumerate() {
            let stretched = self.shape[axis] != shape[new_axes + axis];
            strides.push(if stretched { 0 } else { stride });
        }
        Ok(Self { shape: shape.to_vec(), strides, ..self.clone() })
    }
    // ANCHOR_END: expand

    /// Whether the entries lie in memory in the order in which they are read.
    ///
    /// The stride of an axis with a single entry is never used, so it does not
    /// count.
    pub fn is_contiguous(&self) -> bool {
        let in_order = contiguous_strides(&self.shape);
        let axes = self.shape.iter().zip(self.strides.iter().zip(&in_order));
        self.shape.contains(&0)
            || axes
                .into_iter()
                .all(|(&n, (stride, wanted))| n == 1 || stride == wanted)
    }

    // ANCHOR: view
    /// The same numbers with other borders, without a copy.
    ///
    /// # Errors
    /// When the numbers don't lie in order, or the new shape has room for more or
    /// fewer. (libtorch's `view` also allows a few cases that are partly out of
    /// order.)
    pub fn view(&self, shape: &[usize]) -> Result<Self> {
        if !self.is_contiguous() {
            bail!(
                "shape {:?} with strides {:?} is out of order: call contiguous() first",
                self.shape,
                self.strides
            );
        }
        let [old, new] =
            [&self.shape[..], shape].map(|shape| shape.iter().product::<usize>());
        ensure!(
            old == new,
            "{:?} holds {old} numbers, {shape:?} {new}",
            self.shape
        );
        let strides = contiguous_strides(shape);
        Ok(Self { shape: shape.to_vec(), strides, ..self.clone() })
    }

    /// A block with the same entries, in order: itself, or else a copy.
    pub fn contiguous(&self) -> Self {
        if self.is_contiguous() {
            return self.clone();
        }
        Self {
            numbers: self.entries().into(),
            shape: self.shape.clone(),
            strides: contiguous_strides(&self.shape),
            offset: 0,
        }
    }
    // ANCHOR_END: view

    /// All entries, the last axis fastest.
    pub fn entries(&self) -> Vec<f32> {
        let count = self.shape.iter().product();
        let mut index = vec![0; self.shape.len()];
        let mut entries = Vec::with_capacity(count);
        for _ in 0..count {
            entries.push(self.get(&index));
            step(&mut index, &self.shape);
        }
        entries
    }

    /// Whether the two read the same row of numbers.
    pub fn shares_numbers_with(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.numbers, &other.numbers)
    }
}

/// Moves an index on by one entry, like the wheels of a counter: the last axis
/// turns first.
fn step(index: &mut [usize], shape: &[usize]) {
    for (i, &length) in index.iter_mut().zip(shape).rev() {
        *i += 1;
        if *i < length {
            return;
        }
        *i = 0;
    }
}
