//! Exercise 0.4 (10 points): all distances at once.

use tch::Tensor;

// ANCHOR: task
/// The squared distance of every point of `a` to every point of `b`:
/// `y[i, j] = Σₖ (a[i, k] - b[j, k])²`, by broadcasting and without a loop.
///
/// # Shapes
/// - `a`: `(n, c)`, `n` points with `c` coordinates
/// - `b`: `(m, c)`
/// - returns `(n, m)`
pub fn distances(a: &Tensor, b: &Tensor) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let differences = a.unsqueeze(1) - b.unsqueeze(0); // (n, 1, c) - (1, m, c) -> (n, m, c)
    differences.square().sum_dim_intlist([2i64].as_slice(), false, tch::Kind::Float)
    // SOLUTION: end
}

// ANCHOR: task_standardised
/// Every row shifted and stretched so that its mean is 0 and its variance (the mean
/// of the squares) is 1.
///
/// # Shapes
/// - `x`: `(n, c)`; no row has all entries equal
/// - returns `(n, c)`
pub fn standardised(x: &Tensor) -> Tensor {
    // ANCHOR_END: task_standardised
    // SOLUTION: begin
    let axis = [1i64];
    let centred = x - x.mean_dim(axis.as_slice(), true, tch::Kind::Float); // (n, c) - (n, 1)
    let variance =
        centred.square().mean_dim(axis.as_slice(), true, tch::Kind::Float);
    centred / variance.sqrt()
    // SOLUTION: end
}

/// Points, one a row.
fn points<const N: usize>(rows: &[[f32; N]]) -> Tensor {
    Tensor::from_slice(rows.as_flattened()).view([rows.len() as i64, N as i64])
}

/// The rows of a matrix.
fn rows(x: &Tensor) -> Vec<Vec<f32>> {
    Vec::<Vec<f32>>::try_from(x.contiguous()).expect("a matrix of f32")
}

// ANCHOR: tests
#[test]
fn two_points_and_three() {
    let a = points(&[[0., 0.], [3., 4.]]);
    let b = points(&[[0., 0.], [0., 4.], [3., 0.]]);
    assert_eq!(rows(&distances(&a, &b)), [[0., 16., 9.], [25., 9., 16.]]);
}

#[test]
fn a_row_of_one_and_three() {
    let y = standardised(&points(&[[1., 3.], [30., 10.]]));
    assert_eq!(rows(&y), [[-1., 1.], [1., -1.]]);
}
// ANCHOR_END: tests

// HIDDEN: begin
/// Numbers that look random.
fn random(n: i64, c: i64) -> Tensor {
    let count = Tensor::arange(n * c, (tch::Kind::Float, tch::Device::Cpu));
    (count * 12.9898).sin().view([n, c]) * 5.0
}

#[test]
fn every_distance_is_that_of_its_two_points() {
    for (n, m, c) in [(4, 3, 2), (1, 5, 3), (5, 1, 1), (3, 3, 3)] {
        let (a, b) = (random(n, c), random(m, c) + 1.0);
        let y = distances(&a, &b);
        assert_eq!(y.size(), [n, m]);
        for i in 0..n {
            for j in 0..m {
                let pair = (a.get(i) - b.get(j)).square().sum(tch::Kind::Float);
                let error = y.double_value(&[i, j]) - pair.double_value(&[]);
                assert!(
                    error.abs() < 1e-4,
                    "points {i} and {j} are off by {error}"
                );
            }
        }
    }
}

#[test]
fn a_square_matrix_is_standardised_by_rows_and_not_by_columns() {
    let y = standardised(&points(&[[1., 2., 6.], [1., 2., 6.], [1., 2., 6.]]));
    let rows = rows(&y);
    assert!(rows.iter().all(|row| row == &rows[0]));
    assert!(rows[0][0] < rows[0][1] && rows[0][1] < rows[0][2]);
}

#[test]
fn means_are_zero_and_variances_one() {
    for (n, c) in [(4, 7), (5, 5), (1, 3)] {
        let y = standardised(&(random(n, c) + 100.0));
        assert_eq!(y.size(), [n, c]);
        for row in rows(&y) {
            let mean = row.iter().sum::<f32>() / c as f32;
            let variance = row.iter().map(|x| x * x).sum::<f32>() / c as f32;
            assert!(mean.abs() < 1e-3, "mean {mean}");
            assert!((variance - 1.0).abs() < 1e-3, "variance {variance}");
        }
    }
}
// HIDDEN: end
