//! The promises of chapter 3: positions.

use std::path::Path;

use ch03::positions::{LearnedPositions, Rotary, sinusoidal};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};
use testkit::{assert_close, golden, matrix};

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

#[test]
fn sinusoidal_positions_start_with_zero_and_one_and_turn_at_known_speeds() {
    // c = 4: speeds 1 and 1/100
    let by_hand = matrix(&[
        [0.0, 1.0, 0.0, 1.0],
        [0.841471, 0.540302, 0.0099998, 0.99995],
        [0.909297, -0.416147, 0.0199987, 0.99980],
    ]);
    assert_close(&sinusoidal(3, 4, Device::Cpu), &by_hand, 1e-5);
}

// ANCHOR: waves_shift
#[test]
fn the_similarity_of_two_sinusoidal_positions_depends_on_their_distance_alone() {
    let table = sinusoidal(40, 16, Device::Cpu);
    let similarity = |i, j| table.get(i).dot(&table.get(j)).double_value(&[]);
    for shift in [1, 5, 20] {
        assert!((similarity(2, 9) - similarity(2 + shift, 9 + shift)).abs() < 1e-4);
    }
}
// ANCHOR_END: waves_shift

#[test]
fn learned_positions_are_the_first_rows_of_their_table() {
    let _generator = testkit::seed(1);
    let variables = VarStore::new(Device::Cpu);
    let positions = LearnedPositions::new(&variables.root(), 8, 4, 0.02);
    assert_close(&positions.first(5), &positions.table.weight.narrow(0, 0, 5), 0.0);
}

#[test]
#[should_panic(expected = "t = 9 tokens, but there are only 8 positions")]
fn more_tokens_than_learned_positions_is_an_error() {
    let _generator = testkit::seed(1);
    let variables = VarStore::new(Device::Cpu);
    let _ = LearnedPositions::new(&variables.root(), 8, 4, 0.02).first(9);
}

// ANCHOR: norm_kept
#[test]
fn turning_keeps_every_vectors_length() {
    let _generator = testkit::seed(1);
    let x = Tensor::randn([2, 4, 16, 32], CPU);
    let turned = Rotary::new(16, 32, 10_000.0, Device::Cpu).turn(&x, 0);
    let length =
        |x: &Tensor| x.square().sum_dim_intlist(-1, false, Kind::Float).sqrt();
    assert_close(&length(&turned), &length(&x), 1e-5);
    assert_close(&turned.narrow(2, 0, 1), &x.narrow(2, 0, 1), 0.0); // position 0 stays
}
// ANCHOR_END: norm_kept

// ANCHOR: relative_shift
#[test]
fn moving_both_tokens_leaves_their_dot_product_unchanged() {
    let _generator = testkit::seed(1);
    let rotary = Rotary::new(64, 32, 10_000.0, Device::Cpu);
    let [q, k] = [0, 1].map(|_| Tensor::randn([1, 1, 1, 32], CPU));
    let product = |i, j| {
        (rotary.turn(&q, i) * rotary.turn(&k, j)).sum(Kind::Float).double_value(&[])
    };
    assert!((product(2, 8) - product(6, 12)).abs() < 1e-4);
    assert!((product(0, 6) - product(50, 56)).abs() < 1e-4);
    assert!(
        (product(2, 8) - product(2, 9)).abs() > 1e-3,
        "the distance does matter"
    );
}
// ANCHOR_END: relative_shift

#[test]
fn turning_agrees_with_hugging_faces_llama() {
    let golden = golden(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/golden/attention.safetensors"),
    );
    let rotary = Rotary::new(16, 4, 10_000.0, Device::Cpu);
    assert_close(&rotary.turn(&golden["q"], 7), &golden["turned_q"], 1e-5);
    assert_close(&rotary.turn(&golden["k"], 7), &golden["turned_k"], 1e-5);
}
