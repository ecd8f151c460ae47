//! Exercise 0.2 (10 points): windows without a copy.

use tch::{Device, Kind, Tensor};

// ANCHOR: task
/// All windows of `length` neighbouring entries of `x`, each beginning `step`
/// entries after the one before. No entry is copied: the windows overlap, and share
/// their numbers with `x` and with one another.
///
/// Only whole windows count, so there are `(n - length) / step + 1` of them,
/// rounded down.
///
/// # Shapes
/// - `x`: `(n)`, with `n` at least `length`; it need not lie in order
/// - returns `(windows, length)`
pub fn windows(x: &Tensor, length: i64, step: i64) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let count = (x.size()[0] - length) / step + 1;
    let stride = x.stride()[0];
    x.as_strided([count, length], [step * stride, stride], None)
    // SOLUTION: end
}

/// 0, 1, 2, …
fn counting(n: i64) -> Tensor {
    Tensor::arange(n, (Kind::Int64, Device::Cpu))
}

/// The rows of a matrix.
fn rows(x: &Tensor) -> Vec<Vec<i64>> {
    Vec::<Vec<i64>>::try_from(x.contiguous()).expect("a matrix of whole numbers")
}

// ANCHOR: tests
#[test]
fn the_windows_of_six_numbers() {
    let x = counting(6);
    assert_eq!(
        rows(&windows(&x, 4, 1)),
        [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]]
    );
    assert_eq!(rows(&windows(&x, 2, 2)), [[0, 1], [2, 3], [4, 5]]);
}

#[test]
fn a_change_of_the_numbers_is_seen_in_every_window() {
    let x = counting(4);
    let windows = windows(&x, 2, 1);
    let _ = x.narrow(0, 1, 1).fill_(9);
    assert_eq!(rows(&windows), [[0, 9], [9, 2], [2, 3]]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn every_window_is_the_part_that_narrow_cuts() {
    for (n, length, step) in
        [(10, 3, 1), (10, 3, 2), (11, 4, 3), (9, 2, 5), (5, 5, 1)]
    {
        let x = counting(n) * 7;
        let windows = windows(&x, length, step);
        let count = (n - length) / step + 1;
        assert_eq!(windows.size(), [count, length], "n {n}, step {step}");
        for row in 0..count {
            let part = x.narrow(0, row * step, length);
            assert_eq!(windows.get(row), part, "n {n}, step {step}, row {row}");
        }
    }
}

#[test]
fn nothing_is_copied() {
    let x = counting(8);
    assert_eq!(windows(&x, 3, 2).data_ptr(), x.data_ptr());
}

#[test]
fn a_column_of_a_matrix_has_windows_too() {
    let matrix = counting(12).reshape([4, 3]);
    let column = matrix.select(1, 1); // 1 4 7 10, three places apart
    assert_eq!(rows(&windows(&column, 2, 1)), [[1, 4], [4, 7], [7, 10]]);
    assert_eq!(windows(&column, 2, 1).data_ptr(), column.data_ptr());
}

#[test]
fn a_part_begins_where_it_begins() {
    let part = counting(10).narrow(0, 4, 5); // 4 5 6 7 8
    assert_eq!(rows(&windows(&part, 3, 2)), [[4, 5, 6], [6, 7, 8]]);
}
// HIDDEN: end
