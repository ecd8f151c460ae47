//! AdamW in one pass over memory.
//!
//! The rule of [`AdamW`](crate::adamw::AdamW) as tensor operations reads and writes each of its
//! four tensors several times, and makes three more. The arithmetic is nothing beside that: a
//! processor waits for memory. Here each number is fetched once, moved, and written once, also
//! the copy in 16 bits that the model computes with.

use half::bf16;
use rayon::prelude::*;
use tch::{Device, Kind, Tensor};

use crate::adamw::{BETAS, EPSILON};

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
    /// Moves one weight and returns what it is then.
    #[inline(always)]
    fn step(
        self,
        weight: &mut f32,
        mean: &mut f32,
        variance: &mut f32,
        g: f32,
    ) -> f32 {
        *mean += (1.0 - BETAS.0 as f32) * (g - *mean);
        *variance += (1.0 - BETAS.1 as f32) * (g * g - *variance);
        let size = (*variance / self.variance_bias).sqrt() + EPSILON as f32;
        *weight = *weight * self.keep - self.rate * (*mean / size);
        *weight
    }
    // ANCHOR_END: one_pass

    /// Moves all weights of `parameter`, whose digits are in `master`; they are the same tensor
    /// where the model computes in f32. Returns whether it could: on the CPU, with tensors that
    /// lie in memory in one piece.
    pub fn step_all(
        self,
        parameter: &mut Tensor,
        master: &mut Tensor,
        mean: &mut Tensor,
        variance: &mut Tensor,
    ) -> bool {
        let mut gradient = parameter.grad();
        let plain = |x: &Tensor| x.device() == Device::Cpu && x.is_contiguous();
        let all = [&*parameter, &*master, &*mean, &*variance, &gradient];
        let floats = [&*master, &*mean, &*variance];
        if !all.into_iter().all(plain)
            || !floats.into_iter().all(|it| it.kind() == Kind::Float)
            || gradient.kind() != parameter.kind()
        {
            return false;
        }
        let (weights, means) = (numbers::<f32>(master), numbers::<f32>(mean));
        let rows = weights
            .par_chunks_mut(CHUNK)
            .zip(means.par_chunks_mut(CHUNK))
            .zip(numbers::<f32>(variance).par_chunks_mut(CHUNK));
        match parameter.kind() {
            Kind::Float => {
                let gradients = numbers::<f32>(&mut gradient).par_chunks_mut(CHUNK);
                rows.zip(gradients).for_each(|(((w, m), v), g)| {
                    for (((w, m), v), g) in w.iter_mut().zip(m).zip(v).zip(g) {
                        self.step(w, m, v, *g);
                    }
                });
            }
            Kind::BFloat16 => {
                let gradients =
                    numbers::<bf16>(&mut gradient).par_chunks_mut(CHUNK);
                let copies = numbers::<bf16>(parameter).par_chunks_mut(CHUNK);
                rows.zip(gradients).zip(copies).for_each(
                    |((((w, m), v), g), p)| {
                        let rows = w.iter_mut().zip(m).zip(v).zip(g).zip(p);
                        for ((((w, m), v), g), p) in rows {
                            *p = bf16::from_f32(self.step(w, m, v, g.to_f32()));
                        }
                    },
                );
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
    // of this size, and outlives the slice. The tensors of a step do not share memory, except
    // for a parameter and its master in f32, of which only the master is taken. Nobody else
    // uses them meanwhile: the optimizer is borrowed exclusively.
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
    use tch::{Device, Kind, Tensor};

    const SHAPE: [i64; 2] = [70_000, 3]; // more than one chunk

    /// A parameter with a gradient.
    fn parameter(values: &Tensor, gradient: &Tensor, kind: Kind) -> Tensor {
        let parameter = values.to_kind(kind).copy().set_requires_grad(true);
        (&parameter * gradient.to_kind(kind)).sum(Kind::Float).backward();
        parameter
    }

    #[test]
    fn one_pass_moves_weights_as_the_formula_does() {
        let _generator = testkit::seed(6);
        let options = (Kind::Float, Device::Cpu);
        let start = Tensor::randn(SHAPE, options);
        for kind in [Kind::Float, Kind::BFloat16] {
            let (mut slow, mut fast) = (start.copy(), start.copy());
            let (mut by_formula, mut in_one_pass) =
                (AdamW::new(&slow), AdamW::new(&slow));
            for steps in 1..=4 {
                let gradient = Tensor::randn(SHAPE, options);
                let mut copy = parameter(&fast, &gradient, kind);
                let gradient = copy.grad().to_kind(Kind::Float);
                tch::no_grad(|| {
                    let _ = slow.g_mul_scalar_(1.0 - 0.01);
                    by_formula.step(&mut slow, &gradient, 0.1, steps);
                    let mut master = if kind == Kind::Float {
                        copy.shallow_clone()
                    } else {
                        fast.copy()
                    };
                    assert!(in_one_pass.step_in_one_pass(
                        &mut copy,
                        &mut master,
                        0.1,
                        0.01,
                        steps
                    ));
                    fast = master.detach().copy();
                });
                testkit::assert_close(&fast, &slow, 1e-6);
                assert!(
                    copy.equal(&fast.to_kind(kind)),
                    "the copy is the master, rounded"
                );
            }
        }
    }

    #[test]
    fn a_gradient_that_is_not_in_one_piece_is_left_to_the_formula() {
        let values = Tensor::ones([3, 4], (Kind::Float, Device::Cpu));
        let mut parameter = values.tr().set_requires_grad(true);
        parameter.sum(Kind::Float).backward();
        let mut master = parameter.detach();
        let mut rule = AdamW::new(&master);
        let moved = rule.step_in_one_pass(&mut parameter, &mut master, 0.1, 0.0, 1);
        assert!(!moved);
    }
}
