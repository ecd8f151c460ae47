//! The promises of chapter 5: the ladder from a table to a GPT.

use ch05::{Characters, Stage, StageConfig, StageModel, climb};
use clap::ValueEnum;
use tch::nn::{ModuleT, VarStore};
use tch::{Device, Kind, Tensor};

/// All stages that take no hours.
fn small() -> impl Iterator<Item = Stage> {
    let all = Stage::value_variants().iter().copied();
    all.filter(|&stage| stage != Stage::Scaled)
}

/// A text in which `a` always comes before `b`, and `c` before `d`.
fn text() -> Characters {
    let ids: Vec<u32> = (0..4000u32)
        .flat_map(|i| {
            if i.wrapping_mul(2_654_435_761) >> 31 == 0 { [0, 1] } else { [2, 3] }
        })
        .collect();
    Characters::new(&ids, 4, Device::Cpu).expect("the text is long enough")
}

#[test]
fn each_stage_has_the_weights_of_its_parts() {
    let _generator = testkit::seed(5); // nobody else draws meanwhile
    let (v, c, t) = (65, 32, 8);
    let (tables, head) = (v * c + t * c, c * v + v);
    let attention = 3 * c * c;
    let block = attention + (c * c + c) + (4 * c * c + 4 * c) + (4 * c * c + c);
    let by_hand = [
        v * v,
        tables + attention + head,
        tables + attention + head,
        tables + attention + (c * c + c) + head,
        tables + 3 * block + head,
        tables + 3 * (block + 4 * c) + head,
        tables + 3 * (block + 4 * c) + 2 * c + head,
    ];
    for (stage, by_hand) in small().zip(by_hand) {
        let variables = VarStore::new(Device::Cpu);
        StageModel::new(&variables.root(), stage, v as i64);
        let found = variables.variables();
        let numbers: usize = found.values().map(Tensor::numel).sum();
        assert_eq!(numbers, by_hand, "{stage:?}");
    }
}

#[test]
fn no_stage_looks_ahead() {
    let _generator = testkit::seed(3);
    for stage in small() {
        let variables = VarStore::new(Device::Cpu);
        let model = StageModel::new(&variables.root(), stage, 65);
        let ids = Tensor::randint(65, [2, 8], (Kind::Int64, Device::Cpu));
        let before = model.forward_t(&ids, false);
        let _ = ids.narrow(1, 5, 1).fill_(7);
        let after = model.forward_t(&ids, false);
        let early = |x: &Tensor| x.narrow(1, 0, 5);
        assert!(early(&before).equal(&early(&after)), "{stage:?}");
    }
}

#[test]
fn every_stage_learns_what_follows_what() {
    let _generator = testkit::seed(3);
    // A pair costs ln 2 for its first letter and nothing for its second: ln 2 / 2 = 0.35 a letter.
    let text = text();
    for stage in small() {
        let outcome = climb(stage, &text, 300, 1, || ()).expect("a number");
        let before = 4f64.ln();
        assert!(outcome.validation_loss < before * 0.6, "{stage:?}: {outcome:?}");
    }
}

#[test]
fn the_same_seed_climbs_to_the_same_place_and_another_to_another() {
    let _generator = testkit::seed(3);
    let text = text();
    let run = |seed| climb(Stage::Heads, &text, 20, seed, || ()).expect("a number");
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn a_text_that_is_too_short_is_refused() {
    let error = Characters::new(&[0; 1000], 1, Device::Cpu).unwrap_err();
    assert!(
        error.to_string().starts_with("1000 characters are too few"),
        "{error}"
    );
}

#[test]
fn the_last_stage_has_the_sizes_of_the_source() {
    let StageConfig { c, h, n, t, batch_size, .. } = Stage::Scaled.config();
    assert_eq!((c, h, n, t, batch_size), (384, 6, 6, 256, 64));
}
