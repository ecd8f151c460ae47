//! Exercise 5.10 (10 points): what Muon's products cost.

// ANCHOR: task
/// Multiplications and additions in the products of one Muon step for a parameter of this name
/// and shape, by the rule `MuonBlocks`: five rounds with three products each, on the smaller side.
/// Nothing for a parameter that AdamW moves.
///
/// A product of an `(a, b)` and a `(b, c)` matrix takes `2 a b c` of them. Count no others.
pub fn muon_flops(name: &str, shape: &[u64]) -> u64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    let [rows, columns] = *shape else { return 0 };
    if !name.starts_with("h.") {
        return 0;
    }
    let matrices = if name.ends_with("c_attn.weight") { 3 } else { 1 };
    let (a, b) = (rows, columns / matrices);
    let (short, long) = (a.min(b), a.max(b));
    let round = 2 * short * long * short // x xT
        + 2 * short.pow(3) // its square
        + 2 * short * short * long; // times x
    matrices * 5 * round
    // SOLUTION: end
}

// ANCHOR: task_2
/// The fewest tokens in a step for which Muon's products are at most `percent` % of those that
/// the model needs, forward and backward. `per_token` is what it needs for one token.
pub fn enough_tokens(
    parameters: &[(&str, &[u64])],
    per_token: u64,
    percent: u64,
) -> u64 {
    // ANCHOR_END: task_2
    // SOLUTION: begin
    let muon: u64 =
        parameters.iter().map(|(name, shape)| muon_flops(name, shape)).sum();
    (muon * 100).div_ceil(per_token * percent)
    // SOLUTION: end
}

/// The matrices of a block of `c` channels, a table and some that are not matrices.
const SMALL: [(&str, &[u64]); 8] = [
    ("h.0.attn.c_attn.weight", &[384, 1152]),
    ("h.0.attn.c_attn.bias", &[1152]),
    ("h.0.attn.c_proj.weight", &[384, 384]),
    ("h.0.ln_1.weight", &[384]),
    ("h.0.mlp.gate.weight", &[384, 1024]),
    ("h.0.mlp.up.weight", &[384, 1024]),
    ("h.0.mlp.down.weight", &[1024, 384]),
    ("wte.weight", &[257, 384]),
];

// ANCHOR: tests
#[test]
fn a_square_matrix_costs_thirty_cubes() {
    assert_eq!(muon_flops("h.3.attn.c_proj.weight", &[10, 10]), 30_000);
}

#[test]
fn tall_and_wide_cost_the_same() {
    let (wide, tall) = ([4, 9], [9, 4]);
    // Each round: 2 · 4 · 9 · 4 = 288, 2 · 4 · 4 · 4 = 128, 2 · 4 · 4 · 9 = 288.
    for shape in [wide, tall] {
        assert_eq!(muon_flops("h.0.mlp.c_fc.weight", &shape), 5 * 704);
    }
}

#[test]
fn tables_biases_and_norms_cost_nothing() {
    for (name, shape) in [SMALL[1], SMALL[3], SMALL[7]] {
        assert_eq!(muon_flops(name, shape), 0, "{name}");
    }
}

#[test]
fn for_a_tenth_the_speedrun_would_need_a_larger_batch() {
    // One block needs 6 for each weight in a matrix, and a little for attention.
    let per_token = 6 * (4 * 384 * 384 + 3 * 384 * 1024) + 1_200_000;
    assert_eq!(enough_tokens(&SMALL, per_token, 10), 14_855);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn queries_keys_and_values_are_three_matrices() {
    let one = muon_flops("h.11.attn.c_proj.weight", &[768, 768]);
    assert_eq!(muon_flops("h.11.attn.c_attn.weight", &[768, 3 * 768]), 3 * one);
    let as_one = muon_flops("h.11.mlp.c_fc.weight", &[768, 3 * 768]);
    assert_ne!(as_one, 3 * one);
}

#[test]
fn a_table_that_is_as_large_as_a_matrix_is_still_a_table() {
    assert_eq!(muon_flops("wpe.weight", &[384, 384]), 0);
    assert_eq!(muon_flops("lm_head.weight", &[384, 384]), 0);
}

#[test]
fn a_part_of_a_token_is_a_token_more() {
    let one = [("h.0.attn.c_proj.weight", [2u64, 2].as_slice())]; // 240
    assert_eq!(enough_tokens(&one, 24, 100), 10);
    assert_eq!(enough_tokens(&one, 23, 100), 11);
    assert_eq!(enough_tokens(&one, 24, 50), 20);
    assert_eq!(enough_tokens(&[], 24, 1), 0);
}
// HIDDEN: end
