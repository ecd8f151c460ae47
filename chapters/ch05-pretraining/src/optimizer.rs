//! Which rule moves which parameter, and what the rules remember.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Kind, Tensor};

use crate::Precision;
use crate::adamw::AdamW;
use crate::muon::Muon;

/// How gradients become steps.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// AdamW for every parameter: what GPT-2's successors are trained with
    #[default]
    #[value(name = "adamw")]
    AdamW,
    /// Muon for the matrices of attention, AdamW for everything else: fewer steps
    Muon,
}

/// Moves the parameters of a model.
///
/// Two groups: matrices and tables decay, biases and norms (one axis) do not. In bf16 every
/// parameter has a *master* copy in f32, since a small step would vanish in bf16's 8 bits.
#[derive(Debug)]
pub struct Optimizer {
    slots: Vec<Slot>,
    steps: i32,
    weight_decay: f64,
}

/// One parameter and what its rule remembers.
#[derive(Debug)]
struct Slot {
    name: String,
    parameter: Tensor,
    master: Tensor, // f32; the parameter itself unless that is bf16
    rule: Rule,
    decays: bool,
}

#[derive(Debug)]
enum Rule {
    AdamW(AdamW),
    Muon(Muon),
}

impl Optimizer {
    /// An optimizer for those parameters of `variables` that require a gradient, in the order
    /// of their names; a frozen one is left out. All parameters are cast to `precision`, after
    /// the masters were copied with all their digits.
    pub fn new(
        variables: &mut VarStore,
        algorithm: Algorithm,
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
            let decays = parameter.dim() > 1;
            let rule = match algorithm {
                Algorithm::Muon if decays && name.contains(".attn.") => {
                    Rule::Muon(Muon::new(&name, &master, precision.kind()))
                }
                _ => Rule::AdamW(AdamW::new(&master)),
            };
            Slot { name, parameter, master, rule, decays }
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
        tch::no_grad(|| {
            for slot in &mut self.slots {
                let decay =
                    if slot.decays { rate * self.weight_decay } else { 0.0 };
                slot.step(rate, decay, self.steps);
            }
        });
    }

    /// Everything an interrupted run needs to go on, by name.
    pub fn state(&self) -> Vec<(String, Tensor)> {
        let slots = self.slots.iter().flat_map(|slot| {
            let mut parts = slot.rule.memory();
            parts.push(("master", slot.master.shallow_clone()));
            let named = |(part, tensor): (&str, Tensor)| {
                (format!("{}.{part}", slot.name), tensor.detach())
            };
            parts.into_iter().map(named).collect::<Vec<_>>()
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
        for (name, mut tensor) in self.state() {
            let saved =
                state.get(&name).with_context(|| format!("{name} is missing"))?;
            ensure!(
                saved.size() == tensor.size(),
                "{name} has shape {:?}",
                saved.size()
            );
            tch::no_grad(|| tensor.copy_(saved)); // shares its numbers with the slot's
        }
        for slot in &mut self.slots {
            tch::no_grad(|| slot.parameter.copy_(&slot.master));
        }
        Ok(())
    }
}

impl Slot {
    fn step(&mut self, rate: f64, decay: f64, steps: i32) {
        let gradient = self.parameter.grad();
        if !gradient.defined() {
            return;
        }
        if let Rule::AdamW(rule) = &mut self.rule
            && rule.step_in_one_pass(
                &mut self.parameter,
                &mut self.master,
                rate,
                decay,
                steps,
            )
        {
            return;
        }
        let gradient = gradient.to_kind(Kind::Float);
        let _ = self.master.g_mul_scalar_(1.0 - decay);
        match &mut self.rule {
            Rule::AdamW(rule) => {
                rule.step(&mut self.master, &gradient, rate, steps)
            }
            Rule::Muon(rule) => rule.step(&mut self.master, &gradient, rate),
        }
        if self.parameter.kind() != Kind::Float {
            self.parameter.copy_(&self.master);
        }
    }
}

impl Rule {
    fn memory(&self) -> Vec<(&'static str, Tensor)> {
        match self {
            Self::AdamW(rule) => rule.memory().into(),
            Self::Muon(rule) => rule.memory().into(),
        }
    }
}
