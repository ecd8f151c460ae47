//! Exercise 2.4 (10 points): the gradient of a lookup.
//!
//! Dimension key: `t` tokens, `c` channels, `v` vocabulary.

// ANCHOR: task
/// The gradient of an embedding table, `(v, c)`, without autograd.
///
/// The lookup `y[i] = table[ids[i]]` is a product with one-hot rows, `Y = H W`. Its gradient is
/// `∂L/∂W = Hᵀ ∂L/∂Y`. But don't build `H`: it has `v` columns, and all but one are 0.
///
/// # Shapes
/// - `ids`: `t` ids, each below `v`
/// - `upstream`: `∂L/∂Y`, `t` rows of `c` numbers
/// - returns `v` rows of `c` numbers
pub fn table_gradient(
    ids: &[usize],
    upstream: &[Vec<f32>],
    v: usize,
    c: usize,
) -> Vec<Vec<f32>> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mut gradient = vec![vec![0.0; c]; v];
    for (&id, row) in ids.iter().zip(upstream) {
        for (sum, add) in gradient[id].iter_mut().zip(row) {
            *sum += add;
        }
    }
    gradient
    // SOLUTION: end
}

// ANCHOR: task_rows
/// The rows that a step of plain gradient descent moves, in ascending order, each once. What does
/// this say about the rows of words that a batch does not have?
pub fn moved_rows(ids: &[usize]) -> Vec<usize> {
    // ANCHOR_END: task_rows
    // SOLUTION: begin
    let mut rows = ids.to_vec();
    rows.sort_unstable();
    rows.dedup();
    rows
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn each_row_gets_what_its_places_got() {
    let upstream = [vec![1.0, 2.0], vec![10.0, 20.0]];
    let gradient = table_gradient(&[2, 0], &upstream, 3, 2);
    assert_eq!(gradient, [[10.0, 20.0], [0.0, 0.0], [1.0, 2.0]]);
    assert_eq!(moved_rows(&[2, 0]), [0, 2]);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn an_id_that_occurs_twice_gets_both() {
    let upstream = [vec![1.0], vec![0.5], vec![0.25]];
    assert_eq!(table_gradient(&[1, 1, 1], &upstream, 2, 1), [[0.0], [1.75]]);
    assert_eq!(moved_rows(&[1, 1, 1]), [1]);
}

#[test]
fn without_ids_nothing_moves() {
    assert_eq!(table_gradient(&[], &[], 2, 3), [[0.0; 3]; 2]);
    assert!(moved_rows(&[]).is_empty());
}

#[test]
fn rows_are_named_once_and_in_order() {
    assert_eq!(moved_rows(&[5, 3, 5, 0, 3]), [0, 3, 5]);
}

#[test]
fn it_is_what_autograd_finds() {
    use ch00::Embedding;
    use tch::nn::{Module, VarStore};
    use tch::{Device, Kind, Tensor};

    tch::manual_seed(1);
    let (v, c) = (9, 4);
    let ids = [3usize, 8, 3, 0, 7, 7, 7];
    let variables = VarStore::new(Device::Cpu);
    let table = Embedding::new(&variables.root(), v, c, 1.0);
    let upstream = Tensor::randn([ids.len() as i64, c], (Kind::Float, Device::Cpu));
    let places = Tensor::from_slice(&ids.map(|id| id as i64));
    (table.forward(&places) * &upstream).sum(Kind::Float).backward();
    let rows = |x: &Tensor| Vec::<Vec<f32>>::try_from(x).expect("two axes");
    let (found, wanted) = (
        table_gradient(&ids, &rows(&upstream), v as usize, c as usize),
        rows(&table.weight.grad()),
    );
    for (found, wanted) in found.concat().into_iter().zip(wanted.concat()) {
        assert!((found - wanted).abs() < 1e-5, "{found} for {wanted}");
    }
}

#[test]
fn a_large_vocabulary_needs_no_one_hot_rows() {
    let ids: Vec<usize> = (0..20_000).map(|i| i % 50_000).collect();
    let upstream = vec![vec![1.0; 2]; ids.len()];
    let gradient = table_gradient(&ids, &upstream, 50_000, 2);
    assert_eq!((gradient.len(), &gradient[19_999]), (50_000, &vec![1.0; 2]));
    assert_eq!(gradient[20_000], [0.0; 2]);
}
// HIDDEN: end
