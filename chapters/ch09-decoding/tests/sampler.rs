//! Drawing, and all controls in order.

use ch09::*;
use tch::{Device, Kind, Tensor};
use testkit::matrix;

/// Nothing was said before, in `b` rows.
fn nothing(b: i64, v: i64) -> Seen {
    let ids = Tensor::zeros([b, 0], (Kind::Int64, Device::Cpu));
    Seen::new(&ids, &ids.to_kind(Kind::Bool), v)
}

fn ids(tensor: Tensor) -> Vec<i64> {
    Vec::try_from(tensor).expect("one axis")
}

/// Half the squared distance between what came and what was due, as a share of what was due.
fn chi_square(came: &[i64], due: &[f64]) -> f64 {
    let pairs = came.iter().zip(due).filter(|(_, due)| **due > 0.0);
    pairs.map(|(&came, due)| (came as f64 - due).powi(2) / due).sum()
}

#[test]
fn tokens_come_as_often_as_their_chances_say() {
    const DRAWS: i64 = 20_000;
    let all = toy::logits();
    let nucleus = top_p(&all, 0.95, Nucleus::Reach);
    for (seed, logits) in [(1, &all), (2, &temperature(&all, 3.0)), (3, &nucleus)] {
        let rows = logits.expand([DRAWS, -1], false);
        let drawn = Draws::new(seed, 0..DRAWS as u64).draw(&rows);
        let came = ids(drawn.bincount::<Tensor>(None, 9));
        let due = toy::chances(logits).unwrap();
        let due: Vec<_> = due.iter().map(|chance| chance * DRAWS as f64).collect();
        // With 8 degrees of freedom a fair ruler exceeds 26.1 once in a thousand seeds.
        let distance = chi_square(&came, &due);
        assert!(
            distance < 26.1,
            "seed {seed}: {distance:.1}, {came:?} for {due:?}"
        );
        let impossible = came.iter().zip(&due).filter(|(_, due)| **due == 0.0);
        assert!(impossible.into_iter().all(|(&came, _)| came == 0));
    }
}

#[test]
fn one_generator_draws_as_fairly_as_many() {
    const DRAWS: i64 = 5_000;
    let mut draws = Draws::new(4, 0..1);
    let logits = toy::logits();
    let drawn: Vec<i64> =
        (0..DRAWS).map(|_| draws.draw(&logits).int64_value(&[0])).collect();
    let came = ids(Tensor::from_slice(&drawn).bincount::<Tensor>(None, 9));
    let due = toy::chances(&logits).unwrap();
    let due: Vec<_> = due.iter().map(|chance| chance * DRAWS as f64).collect();
    assert!(chi_square(&came, &due) < 26.1, "{came:?} for {due:?}");
}

#[test]
fn a_mark_on_a_border_belongs_to_the_stretch_that_begins_there() {
    let even = Tensor::zeros([6, 4], (Kind::Float, Device::Cpu));
    let marks = Tensor::from_slice(&[0.0, 0.2499, 0.25, 0.5, 0.75, 0.9999]);
    assert_eq!(ids(tokens_at(&even, &marks)), [0, 0, 1, 2, 3, 3]);

    // Stretches without a length hold no mark, not even at both ends of the ruler.
    let out = f32::NEG_INFINITY;
    let rows = matrix(&[[out, 0.0, out, 0.0, out]]).expand([4, -1], false);
    let marks = Tensor::from_slice(&[0.0, 0.4999, 0.5, 1.0f64.next_down()]);
    assert_eq!(ids(tokens_at(&rows, &marks)), [1, 1, 3, 3]);
}

#[test]
fn what_has_no_chance_is_never_drawn() {
    // The only possible token is the first, in the middle, the last.
    for only in 0..5 {
        let mut row = [f32::NEG_INFINITY; 5];
        row[only] = -3.0;
        let rows = matrix(&[row]).expand([2_000, -1], false);
        let drawn = Draws::new(7, 0..2_000).draw(&rows);
        assert_eq!(drawn.eq(only as i64).all().int64_value(&[]), 1, "{only}");
    }
}

#[test]
fn the_same_seed_draws_the_same_whatever_libtorchs_generator_does() {
    let _generator = testkit::seed(1);
    let rows = Tensor::zeros([50, 1_000], (Kind::Float, Device::Cpu));
    let first = Draws::new(5, 0..50).draw(&rows);
    tch::manual_seed(99);
    let _ = Tensor::rand([10], (Kind::Float, Device::Cpu));
    assert!(Draws::new(5, 0..50).draw(&rows).equal(&first));
    assert!(!Draws::new(6, 0..50).draw(&rows).equal(&first));
}

#[test]
fn a_row_draws_as_it_would_alone() {
    let _generator = testkit::seed(2);
    let rows = Tensor::randn([4, 100], (Kind::Float, Device::Cpu));
    let sampling = Sampling { frequency_penalty: 0.5, ..Sampling::default() };
    let texts = |rows: &Tensor, first: u64| -> Vec<Vec<i64>> {
        let b = rows.size()[0];
        let draws = Draws::new(8, first..first + b as u64);
        let mut sampler =
            Sampler::new(sampling.clone(), nothing(b, 100), draws).unwrap();
        (0..10).map(|_| ids(sampler.next(rows).unwrap())).collect()
    };
    let together = texts(&rows, 0);
    for row in 0..4 {
        let alone = texts(&rows.narrow(0, row, 1), row as u64);
        for (together, alone) in together.iter().zip(&alone) {
            assert_eq!(together[row as usize], alone[0], "row {row}");
        }
    }
}

#[test]
fn equal_rows_draw_independently() {
    let rows = Tensor::zeros([200, 1_000], (Kind::Float, Device::Cpu));
    let drawn = ids(Draws::new(3, 0..200).draw(&rows));
    let distinct: std::collections::BTreeSet<_> = drawn.iter().collect();
    assert!(distinct.len() > 150, "only {} of 200 differ", distinct.len());
}

#[test]
fn temperature_zero_is_greedy_whatever_the_seed() {
    for seed in 0..20 {
        let draws = Draws::new(seed, 0..1);
        let mut sampler =
            Sampler::new(Sampling::greedy(), nothing(1, 9), draws).unwrap();
        let next = sampler.next(&toy::logits()).unwrap();
        assert_eq!(toy::WORDS[next.int64_value(&[0]) as usize], "lamp");
    }
}

#[test]
fn a_frequency_penalty_makes_even_greedy_move_on() {
    let sampling = Sampling { frequency_penalty: 0.3, ..Sampling::greedy() };
    let mut sampler =
        Sampler::new(sampling, nothing(1, 9), Draws::new(1, 0..1)).unwrap();
    let mut say = || {
        toy::WORDS[sampler.next(&toy::logits()).unwrap().int64_value(&[0]) as usize]
    };
    // lamp 6.75, 6.45, 6.15 … and lantern 6.28, 5.98 …
    assert_eq!([say(), say(), say(), say()], ["lamp", "lamp", "lantern", "lamp"]);
}

#[test]
fn presence_and_frequency_look_at_the_text_and_repetition_at_the_prompt_too() {
    let prompt = Tensor::from_slice2(&[[0i64, 0, 1]]);
    let mut seen = Seen::new(&prompt, &prompt.ones_like(), 4);
    seen.push(&Tensor::from_slice(&[2i64]));
    let x = matrix(&[[2.0, 2.0, 2.0, 2.0]]);
    let with = |sampling: Sampling| {
        let y = Sampling { temperature: 0.0, ..sampling }.apply(&x, &seen);
        Vec::<f32>::try_from(y.squeeze_dim(0)).unwrap()
    };
    let d = Sampling::default();
    let presence = Sampling { presence_penalty: 1.0, ..d.clone() };
    let frequency = Sampling { frequency_penalty: 1.0, ..d.clone() };
    let repetition = Sampling { repetition_penalty: 2.0, ..d };
    assert_eq!(with(presence), [2.0, 2.0, 1.0, 2.0]);
    assert_eq!(with(frequency), [2.0, 2.0, 1.0, 2.0]);
    assert_eq!(with(repetition), [1.0, 1.0, 1.0, 2.0]);
}

#[test]
fn the_nucleus_is_taken_after_the_temperature() {
    let sampling =
        Sampling { temperature: 5.0, top_p: Some(0.5), ..Sampling::default() };
    let x = toy::logits();
    let ours = sampling.apply(&x, &nothing(1, 9));
    let right = top_p(&temperature(&x, 5.0), 0.5, Nucleus::Reach);
    assert!(ours.equal(&right));
    let swapped = temperature(&top_p(&x, 0.5, Nucleus::Reach), 5.0);
    assert!(!ours.equal(&swapped), "the order matters");
}

#[test]
fn settings_without_sense_are_refused_in_words() {
    let d = Sampling::default;
    let cases = [
        (Sampling { temperature: -1.0, ..d() }, "temperature"),
        (Sampling { temperature: f64::NAN, ..d() }, "temperature"),
        (Sampling { top_k: Some(0), ..d() }, "top-k"),
        (Sampling { top_p: Some(0.0), ..d() }, "top-p"),
        (Sampling { top_p: Some(1.1), ..d() }, "top-p"),
        (Sampling { top_p: Some(f64::NAN), ..d() }, "top-p"),
        (Sampling { min_p: Some(-0.1), ..d() }, "min-p"),
        (Sampling { repetition_penalty: 0.0, ..d() }, "repetition"),
        (Sampling { presence_penalty: f64::INFINITY, ..d() }, "presence"),
        (Sampling { frequency_penalty: f64::NAN, ..d() }, "frequency"),
    ];
    for (sampling, name) in cases {
        let error = sampling.validate().unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
        assert!(
            Sampler::new(sampling, nothing(1, 9), Draws::new(1, 0..1)).is_err()
        );
    }
    assert!(d().validate().is_ok() && Sampling::greedy().validate().is_ok());
}

#[test]
fn scores_that_are_no_numbers_are_refused() {
    for bad in [f32::NAN, f32::INFINITY] {
        let mut sampler =
            Sampler::new(Sampling::default(), nothing(1, 3), Draws::new(1, 0..1))
                .unwrap();
        let error = sampler.next(&matrix(&[[0.0, bad, 1.0]])).unwrap_err();
        assert!(error.to_string().contains("weights"), "{error}");
    }
}
