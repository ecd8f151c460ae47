//! The figures of chapter 5. `cargo xtask figures ch05` draws them again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch02::Windows;
use ch04::Gpt2Config;
use ch05::{Algorithm, Precision, Preset, Schedule, TrainConfig, Trainer};
use datasets::LIGHTHOUSE;
use plot::{Axis, Bars, Chart, Figure, Lines, Table};
use tch::Device;

const STEPS: i64 = 48;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/figures/ch05")
}

/// The numbers of runs that take too long for a test, as they were committed.
fn measured(name: &str) -> Table {
    let csv = fs::read_to_string(folder().join(format!("{name}.csv")))
        .expect("the CSV is committed");
    Table::from_csv(&csv).expect("the CSV is a table")
}

/// A story, cut into all its windows of 16 tokens.
fn story() -> Windows {
    let tokenizer = Tokenizer::new(train([LIGHTHOUSE], 300), &[END_OF_TEXT]);
    Windows::new(tokenizer.encode(LIGHTHOUSE), 16, 16)
}

/// The losses of a tiny model at one learning rate. Each batch is the whole story, so the curve
/// has no noise.
fn losses(rate: f64, story: &Windows) -> Vec<f64> {
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
        batch_size: story.len(),
        ..Preset::default().config(7, Precision::F32)
    };
    let mut trainer =
        Trainer::new(&model, config, Device::Cpu).expect("the sizes fit");
    let batch = trainer.batch(story).expect("the story fills one batch");
    let mut step = || trainer.train_on(&batch).expect("the loss is a number");
    (0..STEPS).map(|_| step()).collect()
}

/// The loss of a model that knows how often each token occurs, and nothing else.
fn loss_of_frequencies(story: &Windows) -> f64 {
    let mut counts = BTreeMap::new();
    let windows = (0..story.len()).flat_map(|place| story.get(place).1.to_vec());
    windows.for_each(|id| *counts.entry(id).or_insert(0) += 1);
    let n = f64::from(counts.values().sum::<i32>());
    counts.values().map(|&count| f64::from(count) / n).map(|p| -p * p.ln()).sum()
}

#[test]
fn the_figure_shows_what_the_code_computes() {
    tch::set_num_threads(1); // sharing so little work takes longer than doing it
    let story = story();
    let curves = [1e-3, 1e-2, 0.3].map(|rate| losses(rate, &story));
    let frequencies = loss_of_frequencies(&story);
    let empty = Table::new(
        "step",
        ["rate 0.001", "rate 0.01", "rate 0.3", "frequencies alone"],
    );
    let table = (0..STEPS as usize).fold(empty, |table, step| {
        let [small, right, large] = [0, 1, 2].map(|curve| curves[curve][step]);
        table.row(step.to_string(), [small, right, large, frequencies])
    });
    let lines = Lines { x: Axis::linear("step"), y: Axis::linear("loss") };
    let figure = Figure {
        name: "rates",
        finding: "At 0.001 the loss creeps down, at 0.01 it falls steadily, and at 0.3 it jumps \
                  up, falls back and stays where the frequencies of the tokens alone would get it",
        chart: Chart::Lines(lines),
    };
    // Steps that are too large also enlarge the last digits, which every processor rounds in
    // its own way.
    plot::check_or_overwrite(&figure, &table, &folder(), 0.05);
}

#[test]
fn what_later_models_do_otherwise_was_measured_once() {
    // The runs take minutes, so the drawing is held to their numbers, and the page to these.
    let table = measured("variants");
    let rows: Vec<_> = table.rows().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(rows, ["rms-norm", "swiglu", "rotary", "all"]);
    for (name, differences) in &table.rows()[2..] {
        assert!(differences.iter().all(|&it| it < 0.0), "{name}: {differences:?}");
    }
    let figure = Figure {
        name: "variants",
        finding: "Rotary positions lower GPT-2's validation loss with every seed, alone and with the other two",
        chart: Chart::Bars(Bars { value: "validation loss, less GPT-2's".into() }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 0.0);
}

#[test]
fn a_small_text_is_learned_by_heart_as_it_was_measured() {
    let table = measured("verdict");
    let lines = Lines { x: Axis::linear("step"), y: Axis::linear("loss") };
    let figure = Figure {
        name: "verdict",
        finding: "The training loss falls from 9.8 to 0.7, the validation loss to 6.2 at step 40 \
                  and then climbs again to 6.7; a published run has the same turn",
        chart: Chart::Lines(lines),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 0.0);
}

/// Two runs of minutes, as `metrics.jsonl` had them: `--optimizer adamw --steps 200
/// --evaluate-every 10`, with `--lr 0.1` and with `--lr 0.002`.
#[test]
fn a_rate_far_too_high_is_seen_in_the_loss_and_in_the_gradient() {
    let table = measured("diverging");
    let lines = Lines { x: Axis::linear("step"), y: Axis::log("nats, or length") };
    let figure = Figure {
        name: "diverging",
        finding: "At a rate of 0.002 the loss falls from 6.7 to 4.1 and the gradient stays near 0.9; \
                  at 0.1 the loss begins at 11.6 and rests near 5.9, and the gradient jumps to 138",
        chart: Chart::Lines(lines),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 0.0);
}

/// One run of an hour, as its `metrics.jsonl` had it.
#[test]
fn the_speedrun_passed_the_top_of_the_ladder_as_it_was_measured() {
    let table = measured("speedrun");
    let lines = Lines { x: Axis::linear("step"), y: Axis::linear("loss") };
    let figure = Figure {
        name: "speedrun",
        finding: "The validation loss falls to 1.47 by step 2000 and rests near 1.44 from step 2800 on, \
                  while the training loss falls on to 1.12",
        chart: Chart::Lines(lines),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 0.0);
}
