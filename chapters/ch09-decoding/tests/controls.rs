//! What each control does to the logits.

use ch09::*;
use tch::{Device, Kind, Tensor};
use testkit::{assert_close, matrix};

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

/// The words that a control leaves in the toy vocabulary, by id.
fn kept(logits: &Tensor) -> Vec<&'static str> {
    let chances = toy::chances(logits).expect("one row");
    (0..9).filter(|&id| chances[id] > 0.0).map(|id| toy::WORDS[id]).collect()
}

fn chances(logits: &Tensor) -> Tensor {
    logits.softmax(-1, Kind::Float)
}

fn random(b: i64, v: i64) -> Tensor {
    Tensor::randn([b, v], CPU) * 2.0
}

/// How many tokens of each row can still be chosen.
fn sizes(logits: &Tensor) -> Vec<i64> {
    let left = logits.isfinite().sum_dim_intlist(-1, false, Kind::Int64);
    Vec::try_from(left).expect("one axis")
}

#[test]
fn three_candidates_of_nine_share_the_chance_as_published() {
    let three = top_k(&toy::logits(), 3);
    assert_eq!(kept(&three), ["fire", "lamp", "lantern"]);
    let (best, _ids) = chances(&three).topk(3, -1, true, true);
    assert_close(&best, &matrix(&[[0.5775, 0.3610, 0.0615]]), 5e-5);
}

#[test]
fn greedy_takes_the_likeliest_and_the_first_of_equals() {
    let rows = matrix(&[[0.0, 3.0, -1.0, 3.0], [5.0, 3.0, -1.0, 4.0]]);
    assert_eq!(Vec::<i64>::try_from(greedy(&rows)).unwrap(), [1, 0]);
}

#[test]
fn temperature_divides_the_distance_between_two_scores() {
    let x = temperature(&matrix(&[[2.0, 1.0, -0.5]]), 0.5);
    assert_close(&x, &matrix(&[[0.0, -2.0, -5.0]]), 1e-6);
}

#[test]
fn temperature_never_changes_the_order() {
    let _generator = testkit::seed(9);
    let x = random(5, 40);
    for t in [0.1, 0.5, 1.0, 1.5, 10.0] {
        let warm = temperature(&x, t);
        assert!(warm.argsort(-1, true).equal(&x.argsort(-1, true)), "T = {t}");
    }
}

#[test]
fn temperatures_end_at_greedy_and_at_equal_chances() {
    for (t, wanted) in [(1e-300, [1.0, 0.0, 0.0]), (1e6, [1.0 / 3.0; 3])] {
        let ours = chances(&temperature(&matrix(&[[2.0, 1.0, -1e3]]), t));
        assert_close(&ours, &matrix(&[wanted]), 1e-3);
    }
}

#[test]
fn top_k_keeps_k_of_every_row_and_their_logits() {
    let _generator = testkit::seed(9);
    let x = random(5, 40);
    for k in [1, 7, 40, 100] {
        let left = top_k(&x, k);
        assert_eq!(sizes(&left), vec![k.min(40); 5]);
        let same = left.eq_tensor(&x).logical_or(&left.eq(f64::NEG_INFINITY));
        assert_eq!(same.all().int64_value(&[]), 1);
    }
}

#[test]
fn the_two_nuclei_differ_by_the_token_that_crosses() {
    // From the likeliest down the sums are 0.560, 0.910, 0.969, …
    let both = |p| {
        [Nucleus::Reach, Nucleus::Within]
            .map(|nucleus| kept(&top_p(&toy::logits(), p, nucleus)))
    };
    assert_eq!(both(0.90), [vec!["lamp", "lantern"], vec!["lamp"]]);
    assert_eq!(both(0.92)[0], ["fire", "lamp", "lantern"]);
    assert_eq!(both(0.92)[1], ["lamp", "lantern"]);
}

#[test]
fn the_likeliest_token_stays_even_if_its_chance_is_above_p() {
    for nucleus in [Nucleus::Reach, Nucleus::Within] {
        assert_eq!(kept(&top_p(&toy::logits(), 0.01, nucleus)), ["lamp"]);
        assert_eq!(kept(&top_p(&toy::logits(), 1.0, nucleus)).len(), 9);
    }
}

#[test]
fn a_nucleus_is_the_smallest_that_reaches_p() {
    let _generator = testkit::seed(9);
    let x = random(20, 50);
    for p in [0.3, 0.5, 0.9, 0.99] {
        let reach = top_p(&x, p, Nucleus::Reach);
        let inside = reach.isfinite();
        let full = x.softmax(-1, Kind::Double);
        let mass = (&full * &inside).sum_dim_intlist(-1, false, Kind::Double);
        assert_eq!(mass.ge(p).all().int64_value(&[]), 1, "they reach {p}");
        let least = full.where_self(&inside, &Tensor::from(2.0)).amin([-1], false);
        assert_eq!((mass - least).less(p).all().int64_value(&[]), 1, "no fewer do");

        let fits = top_p(&x, p, Nucleus::Within);
        let more = sizes(&reach).into_iter().zip(sizes(&fits));
        assert!(more.into_iter().all(|(reach, fits)| reach - fits <= 1));
    }
}

#[test]
fn of_equal_tokens_the_nucleus_keeps_the_first_as_greedy_does() {
    let x = matrix(&[[1.0, 5.0, 5.0, 5.0]]);
    for nucleus in [Nucleus::Reach, Nucleus::Within] {
        let left = top_p(&x, 0.1, nucleus);
        assert_eq!(sizes(&left), [1]);
        assert!(greedy(&left).equal(&greedy(&x)));
    }
}

#[test]
fn min_p_compares_with_the_best() {
    // lamp has 0.5598: a tenth is 0.0560, and fire has 0.0596
    assert_eq!(kept(&min_p(&toy::logits(), 0.1)), ["fire", "lamp", "lantern"]);
    assert_eq!(kept(&min_p(&toy::logits(), 0.11)), ["lamp", "lantern"]);
    assert_eq!(kept(&min_p(&toy::logits(), 1.0)), ["lamp"]);
    assert_eq!(kept(&min_p(&toy::logits(), 0.0)).len(), 9);
}

#[test]
fn filters_leave_alone_what_is_out_already() {
    let x = top_k(&toy::logits(), 2);
    for y in [
        temperature(&x, 2.0),
        top_k(&x, 5),
        top_p(&x, 0.999, Nucleus::Reach),
        min_p(&x, 0.001),
        repetition_penalty(&x, &toy::counts(), 1.2),
        presence_penalty(&x, &toy::counts(), 1.0),
        frequency_penalty(&x, &toy::counts(), 1.0),
    ] {
        assert_eq!(kept(&y), ["lamp", "lantern"]);
    }
}

#[test]
fn counting_looks_away_from_padding() {
    let ids = Tensor::from_slice2(&[[3i64, 1, 3, 2], [2, 0, 0, 0]]);
    let real = Tensor::from_slice2(&[[true; 4], [true, false, false, false]]);
    let wanted = matrix(&[[0.0, 1.0, 1.0, 2.0], [0.0, 0.0, 1.0, 0.0]]);
    assert_close(&count_ids(&ids, &real, 4), &wanted, 0.0);
}

#[test]
fn penalties_by_hand() {
    let x = matrix(&[[3.0, -3.0, 2.0, -2.0, 1.0]]);
    let seen = matrix(&[[1.0, 2.0, 0.0, 0.0, 5.0]]);
    let cases = [
        (repetition_penalty(&x, &seen, 1.5), [2.0, -4.5, 2.0, -2.0, 2.0 / 3.0]),
        (presence_penalty(&x, &seen, 0.5), [2.5, -3.5, 2.0, -2.0, 0.5]),
        (frequency_penalty(&x, &seen, 0.5), [2.5, -4.0, 2.0, -2.0, -1.5]),
    ];
    for (ours, wanted) in cases {
        assert_close(&ours, &matrix(&[wanted]), 1e-6);
    }
}

// ANCHOR: padding
#[test]
fn padding_changes_nothing() {
    let _generator = testkit::seed(9);
    let (b, t, v) = (3, 6, 20);
    let ids = Tensor::randint(v, [b, t], (Kind::Int64, Device::Cpu)); // (b, t)
    let real = Tensor::ones([b, t], (Kind::Bool, Device::Cpu)); // (b, t)
    let logits = random(b, v); // (b, v)
    let sampling = Sampling {
        repetition_penalty: 1.3,
        presence_penalty: 0.5,
        frequency_penalty: 0.2,
        ..Sampling::default()
    };
    let alone = sampling.apply(&logits, &Seen::new(&ids, &real, v));
    for filling in 0..v {
        let pad = Tensor::full([b, 4], filling, (Kind::Int64, Device::Cpu));
        let none = pad.zeros_like().to_kind(Kind::Bool); // (b, 4)
        let left = Seen::new(
            &Tensor::cat(&[&pad, &ids], 1),
            &Tensor::cat(&[&none, &real], 1),
            v,
        );
        let right = Seen::new(
            &Tensor::cat(&[&ids, &pad], 1),
            &Tensor::cat(&[&real, &none], 1),
            v,
        );
        assert!(sampling.apply(&logits, &left).equal(&alone), "{filling} before");
        assert!(sampling.apply(&logits, &right).equal(&alone), "{filling} after");
    }
}
// ANCHOR_END: padding
