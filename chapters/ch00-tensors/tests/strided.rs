//! Blocks by hand against libtorch's: every view must have the same recipe and entries.

use ch00::broadcast::{combine, shape_after_broadcast};
use ch00::strided::Strided;
use tch::Tensor;

/// A block of 0, 1, 2, … and the same as a tensor.
fn counting(shape: &[usize]) -> (Strided, Tensor) {
    let numbers: Vec<f32> =
        (0..shape.iter().product()).map(|i: usize| i as f32).collect();
    let tensor = Tensor::from_slice(&numbers).reshape(sizes(shape));
    (Strided::new(numbers, shape).expect("the numbers fill the shape"), tensor)
}

fn sizes(shape: &[usize]) -> Vec<i64> {
    shape.iter().map(|&length| length as i64).collect()
}

fn entries(x: &Tensor) -> Vec<f32> {
    Vec::try_from(x.reshape([-1])).expect("the entries are f32")
}

#[track_caller]
fn assert_same(block: &Strided, tensor: &Tensor) {
    assert_eq!(sizes(block.shape()), tensor.size());
    assert_eq!(sizes(block.strides()), tensor.stride());
    assert_eq!(block.is_contiguous(), tensor.is_contiguous());
    assert_eq!(block.entries(), entries(tensor));
}

#[test]
fn an_entry_stands_where_the_strides_say() {
    let (block, tensor) = counting(&[2, 4, 3]);
    assert_same(&block, &tensor);
    assert_eq!(block.get(&[1, 2, 0]), 18.0); // 1·12 + 2·3 + 0·1
}

#[test]
fn a_long_walk_of_views_stays_with_libtorch() {
    let mut state = 1u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % n
    };
    for _ in 0..50 {
        let (start, whole) = counting(&[3, 4, 2, 5]);
        let (mut block, mut tensor) = (start.clone(), whole.shallow_clone());
        for _ in 0..6 {
            let [a, b] = [below(4), below(4)];
            if below(2) == 0 {
                block = block.transpose(a, b);
                tensor = tensor.transpose(a as i64, b as i64);
            } else {
                let length = 1 + below(block.shape()[a]);
                let from = below(block.shape()[a] - length + 1);
                block = block.narrow(a, from, length);
                tensor = tensor.narrow(a as i64, from as i64, length as i64);
            }
            assert_same(&block, &tensor);
            assert!(block.shares_numbers_with(&start));
            let moved = tensor.data_ptr() as usize - whole.data_ptr() as usize;
            assert_eq!(block.offset(), moved / size_of::<f32>());
        }
    }
}

#[test]
fn a_view_of_what_is_out_of_order_is_refused_by_both() {
    let (block, tensor) = counting(&[2, 3]);
    let error = block.transpose(0, 1).view(&[6]).unwrap_err().to_string();
    assert!(error.contains("contiguous() first"), "{error}");
    assert!(tensor.transpose(0, 1).f_view([6]).is_err());
    assert_same(&block.view(&[3, 2]).unwrap(), &tensor.view([3, 2]));
}

#[test]
fn contiguous_copies_only_if_it_must() {
    let (block, tensor) = counting(&[2, 3]);
    assert!(block.contiguous().shares_numbers_with(&block));
    let swapped = block.transpose(0, 1);
    let copy = swapped.contiguous();
    assert!(!copy.shares_numbers_with(&block));
    assert_same(&copy, &tensor.transpose(0, 1).contiguous());
    assert_eq!(copy.view(&[6]).unwrap().entries(), [0., 3., 1., 4., 2., 5.]);
}

#[test]
fn an_expanded_axis_has_stride_zero() {
    let (block, tensor) = counting(&[4, 1]);
    assert_same(
        &block.expand(&[2, 4, 3]).unwrap(),
        &tensor.expand([2, 4, 3], false),
    );
    assert_eq!(block.expand(&[4, 3]).unwrap().strides(), [1, 0]);
    assert!(block.expand(&[2, 3]).is_err());
    assert!(block.expand(&[1]).is_err(), "an axis can't be expanded away");
}

#[test]
fn a_block_without_entries_is_read_to_its_end_at_once() {
    let (block, tensor) = counting(&[2, 0, 3]);
    assert_eq!(block.entries(), entries(&tensor));
    assert!(block.transpose(0, 2).is_contiguous());
}

#[test]
fn too_few_numbers_for_a_shape_are_named() {
    let error = Strided::new(vec![1.0; 5], &[2, 3]).unwrap_err().to_string();
    assert_eq!(error, "shape [2, 3] has room for 6 numbers, but there are 5");
}

#[test]
#[should_panic(expected = "index [0, 3] is not in a block of shape [2, 3]")]
fn an_index_outside_is_named_even_if_memory_has_a_number_there() {
    counting(&[2, 3]).0.get(&[0, 3]);
}

/// All shapes of up to two axes with lengths 1, 2 and 3, and a few of three axes.
fn shapes() -> Vec<Vec<usize>> {
    let mut shapes = vec![vec![], vec![2, 1, 3], vec![1, 3, 1], vec![2, 3, 1]];
    for m in 1..=3 {
        shapes.push(vec![m]);
        shapes.extend((1..=3).map(|n| vec![m, n]));
    }
    shapes
}

#[test]
fn broadcasting_agrees_with_libtorch_on_every_small_pair_of_shapes() {
    let mut refused = 0;
    for (a, tensor_a) in shapes().iter().map(|shape| counting(shape)) {
        for (b, tensor_b) in shapes().iter().map(|shape| counting(shape)) {
            match (combine(&a, &b, |x, y| x * 10.0 - y), tensor_a.f_add(&tensor_b))
            {
                (Ok(block), Ok(_)) => {
                    assert_same(&block, &(&tensor_a * 10.0 - &tensor_b));
                }
                (Err(_), Err(_)) => refused += 1,
                (block, tensor) => panic!(
                    "{:?} and {:?}: {block:?} by hand, {tensor:?} by libtorch",
                    a.shape(),
                    b.shape()
                ),
            }
        }
    }
    assert!(refused > 50, "only {refused} pairs don't fit");
}

#[test]
fn shapes_that_do_not_fit_are_named_with_the_axis() {
    let error = shape_after_broadcast(&[2, 3], &[2]).unwrap_err().to_string();
    assert_eq!(
        error,
        "[2, 3] and [2] don't fit: from the right, axis 1 is 3 and 2"
    );
}
