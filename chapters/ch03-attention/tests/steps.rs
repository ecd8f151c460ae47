//! The promises of chapter 3: the steps before and beside the layers.

use ch03::averages::{by_matrix, by_softmax, one_by_one, running};
use ch03::scale::{Peaking, random_scores};
use ch03::similarity::{WORDS, vectors};
use ch03::{CausalAttention, Habits, HeadConfig, causal_weights, simple};
use tch::nn::{ModuleT, VarStore};
use tch::{Device, IndexOp, Kind, Tensor};
use testkit::{assert_close, matrix};

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

// ---- Averages -----------------------------------------------------------------------------

#[test]
fn each_row_becomes_the_mean_of_the_rows_so_far() {
    let x = matrix(&[[2.0, 7.0], [6.0, 4.0], [6.0, 5.0]]);
    let by_hand = matrix(&[[2.0, 7.0], [4.0, 5.5], [14.0 / 3.0, 16.0 / 3.0]]);
    assert_close(&one_by_one(&x), &by_hand, 1e-6);
}

// ANCHOR: averages_agree
#[test]
fn all_four_averages_are_equal() {
    let _generator = testkit::seed(42);
    for (t, c) in [(1, 1), (8, 2), (33, 5)] {
        let x = Tensor::randn([t, c], CPU);
        let by_loop = one_by_one(&x);
        for other in [running(&x), by_matrix(&x), by_softmax(&x)] {
            assert_close(&other, &by_loop, 1e-6);
        }
    }
}
// ANCHOR_END: averages_agree

#[test]
fn queries_of_zero_make_attention_an_average() {
    let _generator = testkit::seed(42);
    let [k, x] = [0, 1].map(|_| Tensor::randn([7, 4], CPU));
    let weights = causal_weights(&k.zeros_like(), &k);
    assert_close(&weights.matmul(&x), &one_by_one(&x), 1e-6);
}

// ---- Similarity ---------------------------------------------------------------------------

#[test]
fn a_dot_product_is_both_lengths_times_the_cosine() {
    let scores = simple::scores(&vectors());
    let points =
        Vec::<Vec<f64>>::try_from(vectors().to_kind(Kind::Double)).unwrap();
    for (i, a) in points.iter().enumerate() {
        for (j, b) in points.iter().enumerate() {
            let angle = a[1].atan2(a[0]) - b[1].atan2(b[0]);
            let lengths = a[0].hypot(a[1]) * b[0].hypot(b[1]);
            let score = scores.double_value(&[i as i64, j as i64]);
            assert!((score - lengths * angle.cos()).abs() < 1e-5);
        }
    }
}

#[test]
fn the_lamp_resembles_the_lighthouse_more_than_the_sea() {
    let weights = simple::weights(&vectors()).get(0);
    let weight = |word| {
        let place = WORDS.iter().position(|it| *it == word).unwrap();
        weights.double_value(&[place as i64])
    };
    assert!(weight("lighthouse") > weight("keeper"));
    assert!(weight("keeper") > weight("boat") && weight("boat") > weight("sea"));
    assert!(weight("bread") < 0.01);
}

// ---- Scale --------------------------------------------------------------------------------

// ANCHOR: variance_is_d
#[test]
fn the_variance_of_a_score_is_its_number_of_channels() {
    let _generator = testkit::seed(1);
    for d in [1, 16, 256] {
        let scores = random_scores(4000, 8, d);
        let bare = Peaking::of(&scores).variance / d as f64;
        let divided = Peaking::of(&(scores / (d as f64).sqrt())).variance;
        assert!((bare - 1.0).abs() < 0.1, "{bare} times {d}");
        assert!((divided - 1.0).abs() < 0.1, "{divided}");
    }
}
// ANCHOR_END: variance_is_d

#[test]
fn without_the_root_one_key_takes_nearly_everything_and_its_slope_is_gone() {
    let _generator = testkit::seed(1);
    let scores = random_scores(1000, 8, 1024);
    let (bare, divided) = (Peaking::of(&scores), Peaking::of(&(&scores / 32.0)));
    assert!(bare.largest > 0.95 && divided.largest < 0.5, "{bare:?} {divided:?}");
    assert!(bare.slope < 0.05 && divided.slope > 0.2, "{bare:?} {divided:?}");
}

#[test]
fn peaking_of_two_scores_by_hand() {
    // exp(ln 3) : exp(0) = 3 : 1, and the scores lie ln 3 / 2 from their mean.
    let scores = matrix(&[[3f32.ln(), 0.0]]);
    let Peaking { variance, largest, slope } = Peaking::of(&scores);
    assert!((variance - (3f64.ln() / 2.0).powi(2)).abs() < 1e-6);
    assert!((largest - 0.75).abs() < 1e-6 && (slope - 0.1875).abs() < 1e-6);
}

// ---- Order --------------------------------------------------------------------------------

// ANCHOR: order_is_lost
#[test]
fn without_positions_shuffling_the_past_changes_nothing() {
    let _generator = testkit::seed(1);
    let variables = VarStore::new(Device::Cpu);
    let head = CausalAttention::new(&variables.root(), HeadConfig::plain(3, 2));
    let last = |x: &Tensor| head.forward_t(&x.unsqueeze(0), false).i((0, -1));
    let words = simple::journey();
    let shuffled =
        words.index_select(0, &Tensor::from_slice(&[3i64, 0, 4, 2, 1, 5]));
    assert_close(&last(&shuffled), &last(&words), 1e-6);
}
// ANCHOR_END: order_is_lost

// ---- Habits -------------------------------------------------------------------------------

#[test]
fn habits_are_means_over_all_rows_but_the_first_two() {
    let one = matrix(&[
        [1.0, 0.0, 0.0, 0.0],
        [0.9, 0.1, 0.0, 0.0],
        [0.2, 0.5, 0.3, 0.0],
        [0.4, 0.1, 0.3, 0.2],
    ]);
    let own = Tensor::eye(4, CPU);
    let before = Tensor::eye(4, CPU).roll([1], [0]).tril(0);
    let habits = Habits::of(&Tensor::stack(&[one, own, before], 0));
    let expected = [(0.25, 0.4, 0.3), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)];
    for (habit, (same, previous, first)) in habits.iter().zip(expected) {
        let found = [habit.same, habit.previous, habit.first];
        for (found, expected) in found.into_iter().zip([same, previous, first]) {
            assert!((found - expected).abs() < 1e-6, "{habit:?}");
        }
    }
    let words: Vec<_> = habits.iter().map(|habit| habit.in_words()).collect();
    assert_eq!(
        words,
        ["here and there", "mostly at itself", "mostly at the token before"]
    );
}

#[test]
fn twice_an_even_share_is_often() {
    let past = Tensor::ones([8, 8], CPU).tril(0);
    let even = &past / past.sum_dim_intlist(-1, true, Kind::Float);
    let leaning = &even * 0.7 + Tensor::eye(8, CPU) * 0.3;
    let habits = Habits::of(&Tensor::stack(&[even, leaning], 0));
    assert!((habits[0].same - habits[0].even).abs() < 1e-6);
    let words: Vec<_> = habits.iter().map(|habit| habit.in_words()).collect();
    assert_eq!(words, ["here and there", "often at itself"]);
}

#[test]
#[should_panic(expected = "2 tokens are too few to tell the habits of a head")]
fn two_tokens_have_no_habits() {
    let _ = Habits::of(&Tensor::eye(2, CPU).unsqueeze(0));
}
