//! AdamW in one pass over memory.
//!
//! The rule of [`AdamW`](crate::adamw::AdamW) as tensor operations reads and writes each of its
//! four tensors several times, and makes three more. The arithmetic is nothing beside that: a
//! processor waits for memory. Here each number is fetched once, moved, and written once.

use half::bf16;
use rayon::prelude::*;
use tch::{Device, Kind, Tensor};

use crate::adamw::{BETAS, EPSILON};
use crate::master::{join, split};

/// Numbers that a thread works on before it takes more.
const CHUNK: usize = 1 << 16;

/// The numbers of a step that are the same for every weight.
#[derive(Clone, Copy)]
pub(crate) struct OnePass {
    /// What decay leaves of a weight
    pub keep: f32,
    /// Learning rate, corrected for the mean's start at 0
    pub rate: f32,
    /// What the variance is divided by for the same reason
    pub variance_bias: f32,
}

impl OnePass {
    // ANCHOR: one_pass
    /// Moves one weight.
    #[inline(always)]
    fn step(self, weight: &mut f32, mean: &mut f32, variance: &mut f32, g: f32) {
        *mean += (1.0 - BETAS.0 as f32) * (g - *mean);
        *variance += (1.0 - BETAS.1 as f32) * (g * g - *variance);
        let size = (*variance / self.variance_bias).sqrt() + EPSILON as f32;
        *weight = *weight * self.keep - self.rate * (*mean / size);
    }
    // ANCHOR_END: one_pass

    /// Moves all weights of `parameter`; in bf16 their lower halves are in `rest`. Returns
    /// whether it could: on the CPU, with tensors that lie in memory in one piece.
    pub fn step_all(
        self,
        parameter: &mut Tensor,
        rest: Option<&mut Tensor>,
        gradient: &mut Tensor,
        [mean, variance]: [&mut Tensor; 2],
    ) -> bool {
        let plain = |x: &Tensor| x.device() == Device::Cpu && x.is_contiguous();
        let all = [&*parameter, &*gradient, &*mean, &*variance];
        if !all.into_iter().all(plain) || gradient.kind() != parameter.kind() {
            return false;
        }
        let means = numbers::<f32>(mean)
            .par_chunks_mut(CHUNK)
            .zip(numbers::<f32>(variance).par_chunks_mut(CHUNK));
        match (parameter.kind(), rest) {
            (Kind::Float, None) => {
                let weights = numbers::<f32>(parameter).par_chunks_mut(CHUNK);
                let gradients = numbers::<f32>(gradient).par_chunks_mut(CHUNK);
                means.zip(weights).zip(gradients).for_each(|(((m, v), w), g)| {
                    for (((m, v), w), g) in m.iter_mut().zip(v).zip(w).zip(g) {
                        self.step(w, m, v, *g);
                    }
                });
            }
            (Kind::BFloat16, Some(rest)) => {
                let upper = numbers::<u16>(parameter).par_chunks_mut(CHUNK);
                let rest = numbers::<i16>(rest).par_chunks_mut(CHUNK);
                let gradients = numbers::<bf16>(gradient).par_chunks_mut(CHUNK);
                let halves = upper.zip(rest).zip(gradients);
                means.zip(halves).for_each(|((m, v), ((u, r), g))| {
                    let rows = m.iter_mut().zip(v).zip(u).zip(r).zip(g);
                    for ((((m, v), u), r), g) in rows {
                        let mut weight = join(*u, *r);
                        self.step(&mut weight, m, v, g.to_f32());
                        (*u, *r) = split(weight);
                    }
                });
            }
            _ => return false,
        }
        true
    }
}

/// The numbers of a tensor, where they lie.
#[allow(unsafe_code, reason = "libtorch hands out no slices")]
fn numbers<T>(tensor: &mut Tensor) -> &mut [T] {
    assert_eq!(tensor.kind().elt_size_in_bytes(), size_of::<T>());
    // SAFETY: the tensor is on the CPU and in one piece (`step_all` asked), has so many numbers
    // of this size, and outlives the slice. The tensors of a step do not share memory, and
    // nobody else uses them meanwhile: the optimizer is borrowed exclusively.
    unsafe {
        std::slice::from_raw_parts_mut(
            tensor.data_ptr().cast::<T>(),
            tensor.numel(),
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::adamw::AdamW;
    use crate::master::{join_all, split_all};
    use tch::{Device, Kind, Tensor};

    const SHAPE: [i64; 2] = [70_000, 3]; // more than one chunk

    #[test]
    fn one_pass_moves_weights_as_the_formula_does() {
        let _generator = testkit::seed(6);
        let options = (Kind::Float, Device::Cpu);
        let start = Tensor::randn(SHAPE, options);
        for kind in [Kind::Float, Kind::BFloat16] {
            let mut slow = start.copy();
            let (mut fast, mut rest) = match kind {
                Kind::Float => (start.copy(), None),
                _ => {
                    let (upper, rest) = split_all(&start);
                    (upper, Some(rest))
                }
            };
            let (mut by_formula, mut in_one_pass) =
                (AdamW::new(&slow), AdamW::new(&slow));
            for steps in 1..=4 {
                let mut gradient = Tensor::randn(SHAPE, options).to_kind(kind);
                let _ = slow.g_mul_scalar_(1.0 - 0.01);
                by_formula.step(
                    &mut slow,
                    &gradient.to_kind(Kind::Float),
                    0.1,
                    steps,
                );
                let (rate, decay) = (0.1, 0.01);
                assert!(in_one_pass.step_in_one_pass(
                    &mut fast,
                    rest.as_mut(),
                    &mut gradient,
                    [rate, decay],
                    steps
                ));
                let whole = match &rest {
                    Some(rest) => join_all(&fast, rest),
                    None => fast.copy(),
                };
                testkit::assert_close(&whole, &slow, 1e-6);
            }
        }
    }

    #[test]
    fn a_gradient_that_is_not_in_one_piece_is_left_to_the_formula() {
        let mut parameter = Tensor::ones([3, 4], (Kind::Float, Device::Cpu));
        let mut gradient = parameter.ones_like().reshape([4, 3]).tr();
        let mut rule = AdamW::new(&parameter);
        let (rates, rest) = ([0.1, 0.0], None);
        let moved =
            rule.step_in_one_pass(&mut parameter, rest, &mut gradient, rates, 1);
        assert!(!moved);
    }
}
