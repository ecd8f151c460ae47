//! All digits of a weight, in two halves.
//!
//! A number in bf16 is the upper half of the same number in f32. Beside a weight that the model
//! computes with in bf16, its lower half is all that is missing: with both, the optimizer moves
//! the whole, in the memory of one f32.

use tch::{Kind, Tensor};

/// Half of what the upper half's last bit stands for.
const HALF: u32 = 1 << 15;

// ANCHOR: halves
/// Cuts 32 bits into an upper half, rounded to the nearest, and what is to be added to it.
#[inline(always)]
pub(crate) fn split(whole: f32) -> (u16, i16) {
    let bits = whole.to_bits();
    let upper = bits.wrapping_add(HALF) >> 16;
    (upper as u16, bits.wrapping_sub(upper << 16) as i16)
}

/// Puts the halves together again.
#[inline(always)]
pub(crate) fn join(upper: u16, rest: i16) -> f32 {
    f32::from_bits((u32::from(upper) << 16).wrapping_add_signed(rest.into()))
}
// ANCHOR_END: halves

/// [`split`] for every number of `whole`, in f32: the upper halves in bf16, and the rest.
pub(crate) fn split_all(whole: &Tensor) -> (Tensor, Tensor) {
    let bits = whole.contiguous().view_dtype(Kind::Int);
    let upper = (&bits + i64::from(HALF)).bitwise_right_shift_tensor_scalar(16);
    let rest = bits - &upper * (1 << 16);
    (
        upper.to_kind(Kind::Int16).view_dtype(Kind::BFloat16),
        rest.to_kind(Kind::Int16),
    )
}

/// [`join`] for every number.
pub(crate) fn join_all(upper: &Tensor, rest: &Tensor) -> Tensor {
    let upper =
        upper.detach().contiguous().view_dtype(Kind::Int16).to_kind(Kind::Int);
    (upper * (1 << 16) + rest.to_kind(Kind::Int)).view_dtype(Kind::Float)
}

#[cfg(test)]
mod tests {
    use half::bf16;

    use super::*;

    /// Numbers of all sizes, and those around which rounding turns.
    fn numbers() -> Vec<f32> {
        let turning = [0x3f80_7fff_u32, 0x3f80_8000, 0x3f80_8001, 0x3f81_8000];
        let many = (0..1000).map(|i| (i as f32 - 500.0).powi(3) * 1.234_567e-9);
        let special = [0.0, -0.0, 1.0, -1.0, f32::MIN_POSITIVE, 1e-40, -3e38];
        many.chain(special).chain(turning.map(f32::from_bits)).collect()
    }

    #[test]
    fn the_halves_together_are_the_whole_to_the_last_bit() {
        for whole in numbers() {
            let (upper, rest) = split(whole);
            assert_eq!(join(upper, rest).to_bits(), whole.to_bits(), "{whole}");
        }
    }

    #[test]
    fn the_upper_half_is_the_nearest_number_in_bf16() {
        for whole in numbers() {
            let upper = bf16::from_bits(split(whole).0).to_f32();
            let best = bf16::from_f32(whole).to_f32();
            assert_eq!((upper - whole).abs(), (best - whole).abs(), "{whole}");
        }
    }

    #[test]
    fn tensors_are_cut_as_numbers_are() {
        let numbers = numbers();
        let (upper, rest) = split_all(&Tensor::from_slice(&numbers));
        assert_eq!((upper.kind(), rest.kind()), (Kind::BFloat16, Kind::Int16));
        let whole = Vec::<f32>::try_from(join_all(&upper, &rest)).unwrap();
        let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&whole), bits(&numbers));
        let rest = Vec::<i16>::try_from(rest).unwrap();
        let by_number: Vec<i16> = numbers.iter().map(|&x| split(x).1).collect();
        assert_eq!(rest, by_number);
    }
}
