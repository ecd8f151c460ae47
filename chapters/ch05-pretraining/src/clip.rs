//! Keeping a wild gradient in bounds.

use tch::{Kind, Tensor};

/// Scales all gradients by one factor so that their common length is at most `longest`. Returns
/// the length they had.
///
/// The direction stays; only the length changes. A length that is not a number is left alone,
/// so that the caller sees it.
///
/// Source: Pascanu et al. (2013), "On the difficulty of training recurrent neural networks",
/// section 3.2, arXiv:1211.5063.
pub fn clip_gradients(gradients: &mut [Tensor], longest: f64) -> f64 {
    tch::no_grad(|| {
        // There is none for a parameter that the loss does not depend on.
        let mut gradients: Vec<_> =
            gradients.iter_mut().filter(|it| it.defined()).collect();
        // In bf16 a tensor's length has the 8 bits that its numbers have.
        let lengths: Vec<Tensor> =
            gradients.iter().map(|it| it.norm().to_kind(Kind::Float)).collect();
        let length = Tensor::stack(&lengths, 0).norm().double_value(&[]);
        if length > longest {
            for gradient in &mut gradients {
                let _ = gradient.g_mul_scalar_(longest / length);
            }
        }
        length
    })
}
