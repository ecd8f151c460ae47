//! The search for a learning rate, and the loss in bits.

use std::process::Command;

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch02::Windows;
use ch04::Gpt2Config;
use ch05::{
    Algorithm, Precision, Preset, Probe, RateRange, TrainConfig, Trainer,
    bits_per_byte, find_rate, suggest_rate,
};
use datasets::LIGHTHOUSE;
use tch::Device;

// ---- Bits per byte ------------------------------------------------------------------------

#[test]
fn a_model_that_knows_nothing_needs_eight_bits_for_a_byte() {
    let single_bytes = bits_per_byte(256f64.ln(), 100, 100);
    assert!((single_bytes - 8.0).abs() < 1e-12);
    // The same model over pairs of bytes: twice the loss, half the tokens.
    let pairs = bits_per_byte(65_536f64.ln(), 50, 100);
    assert!((pairs - 8.0).abs() < 1e-12);
}

#[test]
fn bits_per_byte_by_hand() {
    // 3 tokens, each as surprising as 1 in 4 (2 bits): 6 bits for 12 bytes
    assert!((bits_per_byte(4f64.ln(), 3, 12) - 0.5).abs() < 1e-12);
}

// ---- The rates ----------------------------------------------------------------------------

const RANGE: RateRange = RateRange { lowest: 1e-6, highest: 10.0, steps: 71 };

#[test]
fn rates_grow_by_one_factor_from_the_lowest_to_the_highest() {
    assert!((RANGE.rate(0) / 1e-6 - 1.0).abs() < 1e-12);
    assert!((RANGE.rate(70) / 10.0 - 1.0).abs() < 1e-12);
    for step in 1..71 {
        let factor = RANGE.rate(step) / RANGE.rate(step - 1);
        assert!((factor - 10f64.powf(0.1)).abs() < 1e-12, "step {step}");
    }
}

#[test]
fn rates_that_do_not_grow_are_refused() {
    let refused = [
        RateRange { lowest: 0.0, ..RANGE },
        RateRange { lowest: -1.0, ..RANGE },
        RateRange { lowest: f64::NAN, ..RANGE },
        RateRange { highest: 1e-6, ..RANGE },
        RateRange { highest: f64::INFINITY, ..RANGE },
        RateRange { steps: 4, ..RANGE },
    ];
    assert!(RANGE.validate().is_ok());
    for range in refused {
        assert!(range.validate().is_err(), "{range:?}");
    }
}

// ---- The choice ---------------------------------------------------------------------------

/// A curve that begins at 8 and changes by these amounts from step to step; the rate doubles
/// each time, from 1.
fn curve(changes: &[f64]) -> Vec<Probe> {
    let mut loss = 8.0;
    let later = changes.iter().map(|change| {
        loss += change;
        loss
    });
    let losses: Vec<f64> = [8.0].into_iter().chain(later).collect();
    let rates = (0..).map(|step| 2f64.powi(step));
    rates
        .zip(losses)
        .map(|(rate, smoothed)| Probe { rate, loss: f64::NAN, smoothed })
        .collect()
}

#[test]
fn the_steepest_fall_and_the_lowest_loss_are_found() {
    // Steepest over the steps 3 to 7, so at step 5; lowest at step 9.
    let changes =
        [0.0, -0.1, -0.1, -0.5, -1.0, -1.0, -0.5, -0.1, -0.1, 0.5, 2.0, 9.0];
    let suggestion = suggest_rate(&curve(&changes)).unwrap();
    assert_eq!(suggestion.steepest, 32.0);
    assert_eq!(suggestion.lowest, 512.0);
    assert_eq!(suggestion.tenth(), 51.2);
}

#[test]
fn one_odd_batch_does_not_decide() {
    // A single deep fall that is undone at once, then a long slow one.
    let mut changes = vec![0.0, -1.0, 1.0, 0.0, 0.0, 0.0];
    changes.extend([-0.4, -0.5, -0.5, -0.4, 0.0, 3.0]);
    assert_eq!(suggest_rate(&curve(&changes)).unwrap().steepest, 256.0);
}

#[test]
fn a_fall_after_the_best_does_not_count() {
    let changes = [-0.1, -0.2, -0.2, -0.1, 9.0, -2.0, -2.0, -2.0, -2.0];
    let suggestion = suggest_rate(&curve(&changes)).unwrap();
    assert_eq!((suggestion.steepest, suggestion.lowest), (4.0, 16.0));
}

#[test]
fn a_curve_that_never_falls_suggests_nothing() {
    assert_eq!(suggest_rate(&[]), None);
    assert_eq!(suggest_rate(&curve(&[])), None);
    assert_eq!(suggest_rate(&curve(&[0.0; 12])), None);
    assert_eq!(suggest_rate(&curve(&[0.3; 12])), None);
}

// ---- The search ---------------------------------------------------------------------------

/// A tiny model that has learned nothing, and its text.
fn beginner() -> (Trainer, Windows) {
    let tokenizer = Tokenizer::new(train([LIGHTHOUSE], 300), &[END_OF_TEXT]);
    let model = Gpt2Config {
        vocab_size: 301,
        n_positions: 16,
        n_embd: 24,
        n_layer: 2,
        n_head: 4,
        ..Gpt2Config::default()
    };
    let config = TrainConfig {
        algorithm: Algorithm::AdamW,
        batch_size: 4,
        ..Preset::default().config(7, Precision::F32)
    };
    let trainer = Trainer::new(&model, config, Device::Cpu).expect("it fits");
    (trainer, Windows::new(tokenizer.encode(LIGHTHOUSE), 16, 16))
}

#[test]
fn a_tiny_model_learns_at_the_suggested_rate_and_is_spoiled_by_the_last() {
    let _generator = testkit::seed(7);
    let (trainer, windows) = beginner();
    let range = RateRange { highest: 1e6, ..RANGE };
    let mut seen = 0;
    let probes = find_rate(trainer, &windows, &range, |_| seen += 1).unwrap();
    assert_eq!(seen, probes.len());
    assert!(probes.len() < range.steps, "it stops before the end");
    assert!((probes[0].loss - 301f64.ln()).abs() < 0.3, "{:?}", probes[0]);

    let suggestion = suggest_rate(&probes).unwrap();
    assert!((1e-4..0.1).contains(&suggestion.steepest), "{suggestion:?}");
    assert!(suggestion.steepest < suggestion.lowest, "{suggestion:?}");
}

#[test]
fn the_smoothed_loss_is_a_mean_whose_weights_sum_to_one() {
    let _generator = testkit::seed(7);
    let (trainer, windows) = beginner();
    let range = RateRange { steps: 8, highest: 1e-5, ..RANGE };
    let probes = find_rate(trainer, &windows, &range, |_| ()).unwrap();
    assert_eq!(probes.len(), 8);
    for (last, probe) in probes.iter().enumerate() {
        let weight = |step: usize| 0.9f64.powi((last - step) as i32);
        let (mut sum, mut weights) = (0.0, 0.0);
        for (step, earlier) in probes[..=last].iter().enumerate() {
            sum += weight(step) * earlier.loss;
            weights += weight(step);
        }
        assert!((probe.smoothed - sum / weights).abs() < 1e-9, "{probe:?}");
        assert!((probe.rate / range.rate(last) - 1.0).abs() < 1e-12);
    }
}

// ---- The program --------------------------------------------------------------------------

/// What `find-rate` with these arguments says when it fails, which it must.
fn complaint(arguments: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ch05"));
    let ended = program.arg("find-rate").args(arguments).output();
    let ended = ended.expect("the program starts");
    assert!(!ended.status.success());
    String::from_utf8(ended.stderr).expect("it speaks in text")
}

#[test]
fn rates_that_shrink_are_refused_in_one_sentence_before_anything_is_read() {
    let said = complaint(&["--lowest", "1", "--highest", "0.1"]);
    assert!(said.starts_with("error: the learning rate cannot grow from 1 to 0.1"));
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_picture_that_its_own_numbers_would_overwrite_is_refused() {
    assert!(complaint(&["--out", "rates.csv"]).contains("must end in .svg"));
}
