//! Which rule moves which parameter, and what the rules remember.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Kind, Tensor};

use crate::adamw::AdamW;
use crate::master::{join_all, split_all};
use crate::muon::Muon;
use crate::{Gradients, Precision};

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
    /// Muon for every matrix of the blocks: fewer steps still, and each takes longer
    #[serde(rename = "muon-blocks")]
    MuonBlocks,
}

impl Algorithm {
    /// Whether Muon moves the matrix `name`.
    fn is_muon(self, name: &str) -> bool {
        match self {
            Self::AdamW => false,
            Self::Muon => name.contains(".attn."),
            Self::MuonBlocks => name.starts_with("h."),
        }
    }
}

/// Moves the parameters of a model.
///
/// Two groups: matrices and tables decay, biases and norms (one axis) do not. In bf16 a small
/// step would vanish, so the 16 bits that f32 has besides are kept too: a weight with all its
/// digits is its *master*.
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
    /// In bf16, the lower halves of the weights
    rest: Option<Tensor>,
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
        let slots: Vec<_> = trained
            .map(|(name, parameter)| {
                let whole = parameter.detach();
                let rest = match precision {
                    Precision::F32 => None,
                    Precision::Bf16 => Some(split_all(&whole).1),
                };
                let decays = parameter.dim() > 1;
                let rule = if decays && algorithm.is_muon(&name) {
                    Rule::Muon(Muon::new(&name, &whole, precision.kind()))
                } else {
                    Rule::AdamW(AdamW::new(&whole))
                };
                Slot { name, parameter, rest, rule, decays }
            })
            .collect();
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

    /// How fast `loss` grows with each parameter, in the order of [`parameters`](Self::parameters).
    /// Each has numbers of its own, which may be changed in place; one that `loss` does not depend
    /// on has none.
    pub fn gradients(&self, loss: &Tensor) -> Vec<Tensor> {
        let found = Tensor::run_backward(&[loss], &self.parameters(), false, false);
        let mut seen = BTreeSet::new();
        let own = |gradient: Tensor| {
            // In a + b both have the same tensor, and in a sum one number stands for all.
            let is_own = !gradient.defined()
                || gradient.is_contiguous()
                    && seen.insert(gradient.data_ptr() as usize);
            if is_own { gradient } else { gradient.copy() }
        };
        found.into_iter().map(own).collect()
    }

    /// Gradients that were found by name, in the order of [`parameters`](Self::parameters).
    pub fn in_order(&self, mut found: Gradients) -> Vec<Tensor> {
        let take = |slot: &Slot| found.remove(&slot.name).unwrap_or_default();
        self.slots.iter().map(take).collect()
    }

    /// Moves every parameter one step down its gradient, with learning rate `rate`.
    ///
    /// # Panics
    /// When there are not as many gradients as parameters.
    pub fn step(&mut self, gradients: &mut [Tensor], rate: f64) {
        assert_eq!(gradients.len(), self.slots.len(), "one gradient a parameter");
        self.steps += 1;
        tch::no_grad(|| {
            for (slot, gradient) in self.slots.iter_mut().zip(gradients) {
                let decay =
                    if slot.decays { rate * self.weight_decay } else { 0.0 };
                slot.step(gradient, rate, decay, self.steps);
            }
        });
    }

    /// Bytes that it keeps beside the parameters: what its rules remember, and in bf16 the lower
    /// halves of the weights.
    pub fn bytes(&self) -> usize {
        let size =
            |tensor: &Tensor| tensor.numel() * tensor.kind().elt_size_in_bytes();
        let slots = self.slots.iter().map(|slot| {
            let memory = slot.rule.memory();
            let remembered: usize = memory.iter().map(|(_, it)| size(it)).sum();
            remembered + slot.rest.as_ref().map_or(0, size)
        });
        slots.sum()
    }

    /// Everything an interrupted run needs to go on, by name.
    pub fn state(&self) -> Vec<(String, Tensor)> {
        let slots = self.slots.iter().flat_map(|slot| {
            let mut parts = slot.rule.memory();
            parts.push(("master", slot.master()));
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
        for slot in &mut self.slots {
            let saved = |part: &str, size: Vec<i64>| {
                let name = format!("{}.{part}", slot.name);
                let tensor = state
                    .get(&name)
                    .with_context(|| format!("{name} is missing"))?;
                let found = tensor.size();
                ensure!(found == size, "{name} has shape {found:?}");
                anyhow::Ok(tensor)
            };
            for (part, mut tensor) in slot.rule.memory() {
                let saved = saved(part, tensor.size())?;
                tch::no_grad(|| tensor.copy_(saved)); // shares its numbers with the rule's
            }
            let master = saved("master", slot.parameter.size())?.shallow_clone();
            tch::no_grad(|| slot.set_master(&master));
        }
        Ok(())
    }
}

impl Slot {
    /// The weights with all their digits.
    fn master(&self) -> Tensor {
        match &self.rest {
            None => self.parameter.detach(),
            Some(rest) => join_all(&self.parameter, rest),
        }
    }

    fn set_master(&mut self, master: &Tensor) {
        match &mut self.rest {
            None => self.parameter.copy_(master),
            Some(rest) => {
                let (upper, lower) = split_all(master);
                self.parameter.copy_(&upper);
                rest.copy_(&lower);
            }
        }
    }

    fn step(&mut self, gradient: &mut Tensor, rate: f64, decay: f64, steps: i32) {
        if !gradient.defined() {
            return; // the loss does not depend on it
        }
        if let Rule::AdamW(rule) = &mut self.rule
            && rule.step_in_one_pass(
                &mut self.parameter,
                self.rest.as_mut(),
                gradient,
                [rate, decay],
                steps,
            )
        {
            return;
        }
        let gradient = gradient.to_kind(Kind::Float);
        let mut master = self.master() * (1.0 - decay);
        match &mut self.rule {
            Rule::AdamW(rule) => rule.step(&mut master, &gradient, rate, steps),
            Rule::Muon(rule) => rule.step(&mut master, &gradient, rate),
        }
        self.set_master(&master);
    }
}

impl Rule {
    /// What it remembers; the tensors share their numbers with the rule's.
    fn memory(&self) -> Vec<(&'static str, Tensor)> {
        match self {
            Self::AdamW(rule) => rule.memory().into(),
            Self::Muon(rule) => rule.memory().into(),
        }
    }
}
