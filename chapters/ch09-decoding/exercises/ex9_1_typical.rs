//! Exercise 9.1 (10 points): neither dull nor odd.
//!
//! Dimension key: `b` rows, `v` vocabulary.

use tch::{Kind, Tensor};

// ANCHOR: task
/// Keeps the most typical tokens of every row; all others get the logit `-∞`.
///
/// A token of chance `q` surprises by `-ln q`. The mean surprise of a row, each
/// token weighed by its chance, is the row's **entropy**. A token is the more
/// typical, the nearer its surprise is to the entropy: it may surprise too much,
/// and also too little. From the most typical token down, the fewest whose chances
/// sum up to at least `p` stay, so the token that crosses `p` stays too. Of two
/// that are equally typical, the one with the lower id comes first.
///
/// A token whose logit is `-∞` already has no chance: it adds nothing to the
/// entropy, and it is never kept. The logits of tokens that stay do not change.
///
/// # Shapes
/// - `logits`: `(b, v)`, at least one finite in each row
/// - returns `(b, v)`
pub fn typical(logits: &Tensor, p: f64) -> Tensor {
    // ANCHOR_END: task
    // SOLUTION: begin
    let chances = logits.softmax(-1, Kind::Double); // (b, v)
    let surprise = -logits.log_softmax(-1, Kind::Double); // (b, v), ∞ where there is no chance
    let part = (&chances * &surprise).nan_to_num(0.0, 0.0, 0.0); // 0 · ∞ is not a number
    let entropy = part.sum_dim_intlist(-1, true, Kind::Double); // (b, 1)
    let distance = (surprise - entropy).abs(); // (b, v)
    let (_, order) = distance.sort_stable(true, -1, false); // (b, v), most typical first
    let sorted = chances.gather(-1, &order, false); // (b, v)
    let before = sorted.cumsum(-1, Kind::Double) - &sorted; // (b, v)
    let keep = before.less(p); // (b, v)
    let keep = keep.scatter(-1, &order, &keep); // (b, v), in the order of the ids again
    logits.masked_fill(&keep.logical_not(), f64::NEG_INFINITY)
    // SOLUTION: end
}

/// Logits of one row whose chances are these.
fn row(chances: &[f64]) -> Tensor {
    Tensor::from_slice(chances).log().to_kind(Kind::Float).unsqueeze(0)
}

/// The ids that stay in each row.
fn kept(logits: &Tensor, p: f64) -> Vec<Vec<usize>> {
    let left = typical(logits, p);
    assert_eq!(left.size(), logits.size(), "the shape stays (b, v)");
    let rows =
        Vec::<Vec<f32>>::try_from(left.to_kind(Kind::Float)).expect("two axes");
    let finite = |row: &Vec<f32>| {
        let ids = row.iter().enumerate().filter(|(_, x)| x.is_finite());
        ids.map(|(id, _)| id).collect()
    };
    rows.iter().map(finite).collect()
}

// ANCHOR: tests
#[test]
fn the_likeliest_token_may_be_too_dull() {
    // Surprises 0.69 1.39 1.90 3.00 2.53, entropy 1.28: id 1 is nearest, then 0, then 2.
    let x = row(&[0.5, 0.25, 0.15, 0.02, 0.08]);
    assert_eq!(kept(&x, 0.2), [[1]]);
    assert_eq!(kept(&x, 0.3), [[0, 1]]);
    assert_eq!(kept(&x, 0.8), [[0, 1, 2]]);
}

#[test]
fn one_token_always_stays() {
    assert_eq!(kept(&row(&[0.1, 0.2, 0.7]), 1e-9)[0].len(), 1);
}

#[test]
fn what_stays_keeps_its_logit() {
    let x = Tensor::from_slice2(&[[3f32, 1.0, -2.0]]);
    let y = typical(&x, 0.5);
    let same = y.eq_tensor(&x).logical_or(&y.eq(f64::NEG_INFINITY));
    assert_eq!(same.all().int64_value(&[]), 1);
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn a_token_without_a_chance_does_no_harm() {
    let x = row(&[0.0, 0.5, 0.25, 0.15, 0.02, 0.08, 0.0]);
    assert_eq!(kept(&x, 0.2), [[2]]);
    assert_eq!(kept(&x, 0.3), [[1, 2]]);
    assert_eq!(kept(&x, 0.999), [[1, 2, 3, 4, 5]]);
}

#[test]
fn every_row_has_an_entropy_of_its_own() {
    let rows = [[0.5, 0.25, 0.15, 0.02, 0.08], [0.02, 0.08, 0.25, 0.15, 0.5]];
    let x = Tensor::cat(&rows.map(|chances| row(&chances)), 0);
    assert_eq!(kept(&x, 0.2), [[1], [2]]);
    assert_eq!(kept(&x, 0.8), [[0, 1, 2], [2, 3, 4]]);
}

#[test]
fn of_equally_typical_tokens_the_lower_ids_stay() {
    let even = Tensor::zeros([1, 8], (Kind::Float, tch::Device::Cpu));
    assert_eq!(kept(&even, 0.3), [[0, 1, 2]]);
    assert_eq!(kept(&even, 0.99)[0].len(), 8);
}

#[test]
fn entropy_is_weighed_by_the_chances() {
    // 60 rare tokens: an unweighed mean of the surprises would make them the typical ones.
    let mut chances = vec![0.4, 0.3, 0.2];
    chances.extend([0.1 / 60.0; 60]);
    // Surprises 0.92 1.20 1.61 and 6.40; entropy 1.69.
    assert_eq!(kept(&row(&chances), 0.1), [[2]]);
    assert_eq!(kept(&row(&chances), 0.45), [[1, 2]]);
    assert_eq!(kept(&row(&chances), 0.85), [[0, 1, 2]]);
}

#[test]
fn a_common_shift_of_the_logits_changes_nothing() {
    let x = row(&[0.5, 0.25, 0.15, 0.02, 0.08]);
    for shift in [-50.0, 7.0, 300.0] {
        assert_eq!(kept(&(&x + shift), 0.3), [[0, 1]], "shift {shift}");
    }
}

#[test]
fn the_fewest_stay_that_reach_p() {
    let x = Tensor::arange(40, (Kind::Float, tch::Device::Cpu)).sin() * 3.0;
    let x = x.reshape([2, 20]);
    let chances = Vec::<Vec<f64>>::try_from(x.softmax(-1, Kind::Double)).unwrap();
    for p in [0.2, 0.5, 0.9] {
        for (ids, chances) in kept(&x, p).iter().zip(&chances) {
            let sum: f64 = ids.iter().map(|&id| chances[id]).sum();
            assert!(sum >= p, "the chances of those that stay: {sum}, p = {p}");
        }
    }
}
// HIDDEN: end
