//! The promises of chapter 5: the search for good numbers.

use std::fs;

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch02::Windows;
use ch04::Gpt2Config;
use ch05::{
    Algorithm, Precision, Preset, Results, Schedule, Search, Texts, TrainConfig,
    Trainer, Trial, log_uniform,
};
use datasets::{LIGHTHOUSE, Source};
use tch::Device;

fn base() -> TrainConfig {
    TrainConfig {
        schedule: Schedule { peak: 1e-2, floor: 1e-3, warmup: 4, steps: 20 },
        algorithm: Algorithm::AdamW,
        batch_size: 4,
        ..Preset::default().config(7, Precision::F32)
    }
}

fn space() -> Search {
    Search {
        base: base(),
        rates: vec![1e-4, 1e-2],
        batch_sizes: vec![2, 4, 8],
        algorithms: vec![Algorithm::AdamW],
        weight_decays: vec![0.1],
    }
}

/// A tiny model that has learned nothing.
fn beginner(config: TrainConfig) -> Trainer {
    let model = Gpt2Config {
        vocab_size: 301,
        n_positions: 16,
        n_embd: 24,
        n_layer: 2,
        n_head: 4,
        ..Gpt2Config::default()
    };
    Trainer::new(&model, config, Device::Cpu).expect("it fits")
}

fn texts() -> Texts {
    let tokenizer = Tokenizer::new(train([LIGHTHOUSE], 300), &[END_OF_TEXT]);
    let windows = Windows::new(tokenizer.encode(LIGHTHOUSE), 16, 16);
    let source = Source::built_in("story");
    Texts { training: Box::new(windows.clone()), validation: windows, source }
}

fn trial(config: TrainConfig) -> Trial {
    Trial::run(beginner(config), &texts(), || ()).expect("the text is long enough")
}

// ---- What is tried ------------------------------------------------------------------------

#[test]
fn a_grid_is_each_with_each() {
    let runs = space().grid();
    let found: Vec<_> =
        runs.iter().map(|run| (run.schedule.peak, run.batch_size)).collect();
    let by_hand =
        [(1e-4, 2), (1e-2, 2), (1e-4, 4), (1e-2, 4), (1e-4, 8), (1e-2, 8)];
    assert_eq!(found, by_hand);
    // The floor keeps its share of the peak: a tenth.
    assert!(runs.iter().all(|run| {
        let Schedule { peak, floor, warmup, steps } = run.schedule;
        (floor / peak - 0.1).abs() < 1e-12 && (warmup, steps) == (4, 20)
    }));
}

#[test]
fn equal_parts_of_the_way_are_equal_factors() {
    assert!((log_uniform(0.0, 1e-4, 1e-2) - 1e-4).abs() < 1e-15);
    assert!((log_uniform(0.5, 1e-4, 1e-2) - 1e-3).abs() < 1e-15);
    assert!((log_uniform(1.0, 1e-4, 1e-2) - 1e-2).abs() < 1e-15);
}

#[test]
fn rates_by_chance_are_as_often_small_as_large() {
    let rates = |seed| -> Vec<f64> {
        let runs = space().random(400, seed);
        assert!(runs.iter().all(|run| [2, 4, 8].contains(&run.batch_size)));
        runs.iter().map(|run| run.schedule.peak).collect()
    };
    let found = rates(1);
    assert!(found.iter().all(|rate| (1e-4..=1e-2).contains(rate)));
    let small = found.iter().filter(|&&rate| rate < 1e-3).count();
    assert!((160..240).contains(&small), "{small} of 400 below the middle");
    assert_eq!(found, rates(1));
    assert_ne!(found, rates(2));
}

// ---- What comes of it ---------------------------------------------------------------------

#[test]
fn a_good_rate_ends_lower_than_a_tiny_one() {
    let _generator = testkit::seed(1);
    let run = |rate| {
        let schedule = base().schedule.scaled(rate, 20);
        trial(TrainConfig { schedule, ..base() }).validation_loss.expect("a number")
    };
    assert!(run(1e-2) < run(1e-6) - 0.5);
}

#[test]
fn a_run_that_diverges_is_a_result_without_a_loss() {
    let _generator = testkit::seed(1);
    let schedule = base().schedule.scaled(1e30, 20);
    let trial = trial(TrainConfig { schedule, ..base() });
    assert_eq!((trial.train_loss, trial.validation_loss), (None, None));
}

#[test]
fn all_batch_sizes_are_measured_on_the_same_windows() {
    let _generator = testkit::seed(1);
    // At a rate of almost nothing all runs end with the same weights.
    let run = |batch_size| {
        let schedule = base().schedule.scaled(1e-30, 1);
        trial(TrainConfig { schedule, batch_size, ..base() }).validation_loss
    };
    assert_eq!(run(2), run(5));
}

#[test]
fn a_text_too_short_for_a_batch_is_an_error_and_no_result() {
    let _generator = testkit::seed(1);
    let config = TrainConfig { batch_size: 100_000, ..base() };
    let error = Trial::run(beginner(config), &texts(), || ()).unwrap_err();
    assert!(error.to_string().contains("too short"), "{error}");
}

// ---- The file -----------------------------------------------------------------------------

#[test]
fn results_are_read_again_to_the_last_digit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.jsonl");
    let runs = space().random(50, 3);
    let trial = |(i, config): (usize, &TrainConfig)| Trial {
        config: *config,
        train_loss: Some((i as f64).sqrt()),
        validation_loss: (i % 7 != 0).then_some(1.0 / (i as f64 + 3.0)),
        seconds: 0.1,
    };
    let trials: Vec<_> = runs.iter().enumerate().map(trial).collect();
    let mut results = Results::open(&path).unwrap();
    for trial in &trials[..49] {
        results.add(trial.clone()).unwrap();
    }
    let results = Results::open(&path).unwrap();
    assert_eq!(results.trials(), &trials[..49]);
    assert!(runs[..49].iter().all(|run| results.find(run).is_some()));
    assert_eq!(results.find(&runs[49]), None);
    let other = TrainConfig { text: 5, ..runs[0] };
    assert_eq!(results.find(&other), None, "another text is another run");
}

#[test]
fn a_broken_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.jsonl");
    let mut results = Results::open(&path).unwrap();
    let (config, loss) = (base(), Some(1.0));
    let trial =
        Trial { config, train_loss: loss, validation_loss: loss, seconds: 1.0 };
    results.add(trial).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text + "{\"config\"").unwrap();
    let error = Results::open(&path).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("results.jsonl"), "{error}");
}
