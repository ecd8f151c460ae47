//! Exercise 5.7 (15 points): a bug hunt. What must not fade.

use tch::Tensor;
use tch::nn::VarStore;

/// A published trainer decides like this which parameters decay. It is wrong: the biases
/// are spared, and nobody sees what else is called a weight.
fn fades_wrongly(name: &str, _parameter: &Tensor) -> bool {
    name.ends_with("weight")
}

// ANCHOR: task
/// Which parameters decay: matrices and tables do, biases and the scales of norms don't.
pub fn fades(name: &str, parameter: &Tensor) -> bool {
    // ANCHOR_END: task
    // SOLUTION: begin
    let _ = name; // names promise nothing
    parameter.dim() > 1
    // SOLUTION: end
}

// ANCHOR: task_victims
/// The names of the parameters that [`fades_wrongly`] lets fade and [`fades`] does not,
/// in the order of the alphabet.
pub fn victims(variables: &VarStore) -> Vec<String> {
    // ANCHOR_END: task_victims
    // SOLUTION: begin
    let all = variables.variables().into_iter();
    let wrong = all.filter(|(name, parameter)| {
        fades_wrongly(name, parameter) && !fades(name, parameter)
    });
    let mut names: Vec<String> = wrong.map(|(name, _)| name).collect();
    names.sort();
    names
    // SOLUTION: end
}

// ANCHOR: task_fade
/// The decay of one step: `w ← w - rate · decay · w` for the parameters that decay, in
/// place. The others stay as they are, and so does a parameter that is frozen (it requires
/// no gradient). Gradients are neither used nor changed.
pub fn fade(variables: &VarStore, rate: f64, decay: f64) {
    // ANCHOR_END: task_fade
    // SOLUTION: begin
    tch::no_grad(|| {
        for (name, parameter) in variables.variables() {
            if fades(&name, &parameter) && parameter.requires_grad() {
                let _ = parameter.shallow_clone().g_mul_scalar_(1.0 - rate * decay);
            }
        }
    });
    // SOLUTION: end
}

/// The parameters of a GPT-2 with two small blocks, under GPT-2's names.
fn gpt2() -> VarStore {
    let sizes = ch04::Gpt2Config {
        vocab_size: 50,
        n_positions: 8,
        n_embd: 16,
        n_layer: 2,
        n_head: 2,
        ..ch04::Gpt2Config::default()
    };
    let variables = VarStore::new(tch::Device::Cpu);
    ch04::Gpt2::new(&variables.root(), &sizes);
    variables
}

/// The largest number of a parameter, sign aside.
fn largest(variables: &VarStore, name: &str) -> f64 {
    variables.variables()[name].abs().max().double_value(&[])
}

// ANCHOR: tests
#[test]
fn a_matrix_fades_and_a_norm_keeps_its_scale() {
    let variables = gpt2();
    let before = largest(&variables, "h.0.mlp.c_fc.weight");
    fade(&variables, 0.1, 0.5);
    let after = largest(&variables, "h.0.mlp.c_fc.weight");
    assert!((after / before - 0.95).abs() < 1e-5, "the matrix: {}", after / before);
    assert_eq!(largest(&variables, "h.0.ln_1.weight"), 1.0);
}

#[test]
fn the_victims_of_the_faulty_rule() {
    let victims = victims(&gpt2());
    assert!(victims.contains(&"ln_f.weight".to_string()), "{victims:?}");
    assert!(!victims.contains(&"wte.weight".to_string()), "{victims:?}");
    assert!(!victims.contains(&"ln_f.bias".to_string()), "{victims:?}");
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn every_norm_is_a_victim_and_nothing_else() {
    let norms = ["h.0.ln_1", "h.0.ln_2", "h.1.ln_1", "h.1.ln_2", "ln_f"];
    let names: Vec<String> = norms.map(|norm| format!("{norm}.weight")).into();
    assert_eq!(victims(&gpt2()), names);
}

#[test]
fn the_two_groups_are_as_large_as_the_chapters() {
    let mut variables = gpt2();
    let size = |decays: bool| -> usize {
        let all = variables.variables().into_iter();
        let group =
            all.filter(|(name, parameter)| fades(name, parameter) == decays);
        group.map(|(_, parameter)| parameter.numel()).sum()
    };
    let ours = (size(true), size(false));
    let optimizer = ch05::Optimizer::new(
        &mut variables,
        ch05::Algorithm::AdamW,
        ch05::Precision::F32,
        0.1,
    );
    assert_eq!(ours, optimizer.group_sizes());
}

#[test]
fn a_name_decides_nothing() {
    let variables = VarStore::new(tch::Device::Cpu);
    let root = variables.root();
    let table = root.ones("bias", &[3, 2]);
    let scale = root.ones("weight", &[3]);
    fade(&variables, 0.5, 0.5);
    assert!((table.double_value(&[0, 0]) - 0.75).abs() < 1e-6, "{table}");
    assert_eq!(scale.double_value(&[0]), 1.0);
    assert_eq!(victims(&variables), ["weight"]);
}

#[test]
fn everything_but_the_matrices_is_left_alone() {
    let variables = gpt2();
    let before = variables.variables();
    let before = before.into_iter().map(|(name, it)| (name, it.copy()));
    let before: Vec<_> = before.collect();
    fade(&variables, 0.1, 0.1);
    let after = variables.variables();
    for (name, old) in before {
        let wanted = if old.dim() > 1 { &old * 0.99 } else { old };
        assert!(after[&name].allclose(&wanted, 1e-5, 0.0, false), "{name}");
    }
}

#[test]
fn what_is_frozen_does_not_fade() {
    let mut variables = gpt2();
    let before = largest(&variables, "wte.weight");
    variables.freeze();
    fade(&variables, 0.1, 0.5);
    assert_eq!(largest(&variables, "wte.weight"), before);
}

#[test]
fn gradients_are_neither_used_nor_changed() {
    let variables = VarStore::new(tch::Device::Cpu);
    let table = variables.root().ones("table", &[2, 2]);
    (&table * 7.0).sum(tch::Kind::Float).backward();
    fade(&variables, 0.5, 0.5);
    assert!((table.double_value(&[0, 0]) - 0.75).abs() < 1e-6, "{table}");
    assert_eq!(table.grad().double_value(&[0, 0]), 7.0);
    assert!(table.requires_grad() && table.is_leaf());
}
// HIDDEN: end
