//! Exercise 0.1 (5 points): from a place back to the index.

// ANCHOR: task
/// The index of the entry that stands at `place` in the memory of a block of this
/// shape, which lies in order: the last axis runs fastest.
///
/// In a block of shape (2, 4, 3), place 18 holds the entry (1, 2, 0), since
/// 18 = 1 · 12 + 2 · 3 + 0 · 1.
pub fn index(place: usize, shape: &[usize]) -> Vec<usize> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let mut rest = place;
    let mut index = vec![0; shape.len()];
    for (axis, length) in shape.iter().enumerate().rev() {
        index[axis] = rest % length;
        rest /= length;
    }
    index
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn place_eighteen_of_two_four_three() {
    assert_eq!(index(18, &[2, 4, 3]), [1, 2, 0]);
    assert_eq!(index(0, &[2, 4, 3]), [0, 0, 0]);
    assert_eq!(index(23, &[2, 4, 3]), [1, 3, 2]);
}

#[test]
fn one_axis_is_a_list() {
    assert_eq!(index(4, &[7]), [4]);
}
// ANCHOR_END: tests

// HIDDEN: begin
/// 0, 1, 2, … as a tensor of this shape: every entry says its own place.
fn places(shape: &[i64]) -> tch::Tensor {
    let count = shape.iter().product::<i64>();
    tch::Tensor::arange(count, (tch::Kind::Int64, tch::Device::Cpu)).reshape(shape)
}

#[test]
fn libtorch_has_the_place_at_that_index() {
    for shape in [[3, 5, 2, 4], [1, 1, 6, 1], [7, 1, 1, 2], [2, 2, 2, 2]] {
        let tensor = places(&shape);
        let sizes = shape.map(|length| length as usize);
        for place in 0..sizes.iter().product() {
            let index = index(place, &sizes);
            assert_eq!(index.len(), 4);
            let index: Vec<i64> = index.into_iter().map(|i| i as i64).collect();
            assert_eq!(tensor.int64_value(&index), place as i64, "{index:?}");
        }
    }
}

#[test]
fn a_block_without_axes_has_one_entry() {
    assert_eq!(index(0, &[]), [0; 0]);
    assert_eq!(places(&[]).int64_value(&[]), 0);
}

#[test]
fn no_index_reaches_beyond_its_axis() {
    let shape = [2, 3, 5];
    for place in 0..30 {
        let index = index(place, &shape);
        assert!(index.iter().zip(shape).all(|(&i, length)| i < length));
    }
}
// HIDDEN: end
