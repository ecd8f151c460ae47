//! The optimizer, by hand.
//!
//! Source: Loshchilov and Hutter (2019), "Decoupled Weight Decay Regularization", algorithm 2,
//! arXiv:1711.05101; on top of Kingma and Ba (2015), "Adam", arXiv:1412.6980.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use tch::nn::VarStore;
use tch::{Kind, Tensor};

use crate::Precision;

/// One parameter and what AdamW remembers of it.
#[derive(Debug)]
struct Slot {
    name: String,
    parameter: Tensor,
    master: Tensor,   // f32; the parameter itself unless that is bf16
    mean: Tensor,     // running mean of the gradient
    variance: Tensor, // running mean of its square
    decays: bool,
}

/// AdamW: each parameter moves by its mean gradient, divided by the gradient's usual size.
///
/// With gradient `g` in step `s`, and learning rate `η`:
///
/// ```text
/// m ← β₁ m + (1 - β₁) g            v ← β₂ v + (1 - β₂) g²
/// w ← w - η λ w                    the decay, apart from the gradient
/// w ← w - η (m / (1 - β₁ˢ)) / (√(v / (1 - β₂ˢ)) + ε)
/// ```
///
/// Two groups: matrices and tables decay, biases and norms (one axis) do not. In bf16 every
/// parameter has a master copy in f32, since a small step would vanish in bf16's 8 bits.
#[derive(Debug)]
pub struct AdamW {
    slots: Vec<Slot>,
    steps: i32,
    weight_decay: f64,
}

const BETAS: (f64, f64) = (0.9, 0.95);
const EPSILON: f64 = 1e-8;

impl AdamW {
    /// An optimizer for those parameters of `variables` that require a gradient, in the order
    /// of their names; a frozen one is left out. All parameters are cast to `precision`, after
    /// the masters were copied with all their digits.
    pub fn new(
        variables: &mut VarStore,
        precision: Precision,
        weight_decay: f64,
    ) -> Self {
        let by_name: BTreeMap<_, _> = variables.variables().into_iter().collect();
        let trained =
            by_name.into_iter().filter(|(_, parameter)| parameter.requires_grad());
        let slots = trained.map(|(name, parameter)| {
            let master = match precision {
                Precision::F32 => parameter.shallow_clone(),
                Precision::Bf16 => parameter.detach().copy(),
            };
            Slot {
                name,
                mean: master.zeros_like().detach(),
                variance: master.zeros_like().detach(),
                decays: parameter.dim() > 1,
                master,
                parameter,
            }
        });
        let slots = slots.collect();
        variables.set_kind(precision.kind());
        Self { slots, steps: 0, weight_decay }
    }

    /// The parameters it moves.
    pub fn parameters(&self) -> Vec<Tensor> {
        self.slots.iter().map(|slot| slot.parameter.shallow_clone()).collect()
    }

    /// How many numbers decay, and how many do not.
    pub fn group_sizes(&self) -> (usize, usize) {
        let size = |decays| {
            let group = self.slots.iter().filter(|slot| slot.decays == decays);
            group.map(|slot| slot.parameter.numel()).sum()
        };
        (size(true), size(false))
    }

    /// Forgets all gradients.
    pub fn zero_grad(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.parameter.zero_grad());
    }

    /// Moves every parameter one step with learning rate `rate`.
    pub fn step(&mut self, rate: f64) {
        self.steps += 1;
        let corrections =
            (1.0 - BETAS.0.powi(self.steps), 1.0 - BETAS.1.powi(self.steps));
        tch::no_grad(|| {
            for slot in &mut self.slots {
                let decay =
                    if slot.decays { rate * self.weight_decay } else { 0.0 };
                slot.step(rate, decay, corrections);
            }
        });
    }

    /// Everything an interrupted run needs to go on, by name.
    pub fn state(&self) -> Vec<(String, Tensor)> {
        let slots = self.slots.iter().flat_map(|slot| {
            let part = |part, tensor: &Tensor| {
                (format!("{}.{part}", slot.name), tensor.detach())
            };
            [
                part("mean", &slot.mean),
                part("variance", &slot.variance),
                part("master", &slot.master),
            ]
        });
        slots.collect()
    }

    /// Goes on from a [`state`](Self::state) after `steps` steps.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn restore(
        &mut self,
        state: Vec<(String, Tensor)>,
        steps: i64,
    ) -> Result<()> {
        let state: BTreeMap<_, _> = state.into_iter().collect();
        self.steps = i32::try_from(steps)?;
        for slot in &mut self.slots {
            for (part, tensor) in [
                ("mean", &mut slot.mean),
                ("variance", &mut slot.variance),
                ("master", &mut slot.master),
            ] {
                let name = format!("{}.{part}", slot.name);
                let saved = state
                    .get(&name)
                    .with_context(|| format!("{name} is missing"))?;
                ensure!(
                    saved.size() == tensor.size(),
                    "{name} has shape {:?}",
                    saved.size()
                );
                tch::no_grad(|| tensor.copy_(saved));
            }
            tch::no_grad(|| slot.parameter.copy_(&slot.master));
        }
        Ok(())
    }
}

impl Slot {
    // ANCHOR: step
    fn step(&mut self, rate: f64, decay: f64, corrections: (f64, f64)) {
        let gradient = self.parameter.grad();
        if !gradient.defined() {
            return;
        }
        let gradient = gradient.to_kind(Kind::Float);
        // lerp: a ← a + share · (b - a) = (1 - share) a + share b
        let _ = self.mean.lerp_(&gradient, 1.0 - BETAS.0);
        let _ = self.variance.lerp_(&gradient.square(), 1.0 - BETAS.1);
        let size = (&self.variance / corrections.1).sqrt() + EPSILON;
        let _ = self.master.g_mul_scalar_(1.0 - decay);
        self.master -= &self.mean / size * (rate / corrections.0);
        if self.parameter.kind() != Kind::Float {
            self.parameter.copy_(&self.master);
        }
    }
    // ANCHOR_END: step
}
