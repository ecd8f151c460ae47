//! The figures of chapter 0. `cargo xtask figures ch00` draws them again.

use std::path::{Path, PathBuf};

use ch00::autograd::{descend, parabola};
use plot::{Axis, Chart, Figure, Lines, Table};
use tch::Tensor;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/figures/ch00")
}

/// Where a walk from 2 stands after so many steps.
fn place(rate: f64, steps: usize) -> f64 {
    descend(parabola, 2.0, rate, steps)
}

fn height(x: f64) -> f64 {
    parabola(&Tensor::from(x)).double_value(&[])
}

#[test]
fn a_long_step_jumps_across_the_valley() {
    let none = f64::NAN;
    let mut table = Table::new("x", ["f(x)", "rate 0.1", "rate 0.85"]);
    for tenth in -50..=20 {
        let x = f64::from(tenth) / 10.0;
        table = table.row(x.to_string(), [height(x), none, none]);
    }
    for steps in 0..=7 {
        let x = place(0.1, steps);
        table = table.row(format!("{x:.4}"), [none, height(x), none]);
    }
    for steps in 0..=7 {
        let x = place(0.85, steps);
        table = table.row(format!("{x:.4}"), [none, none, height(x)]);
    }
    let figure = Figure {
        name: "walk",
        finding: "Two walks down the parabola from x = 2: short steps creep down one side, long steps jump from side to side",
        chart: Chart::Lines(Lines {
            x: Axis::linear("x"),
            y: Axis::linear("f(x)"),
        }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-4);
}

#[test]
fn the_rate_decides_whether_a_walk_arrives() {
    let rates = [0.02, 0.1, 0.85, 1.0];
    let mut table = Table::new("steps", rates.map(|rate| format!("rate {rate}")));
    for steps in 0..=24 {
        table = table.row(steps.to_string(), rates.map(|rate| place(rate, steps)));
    }
    let figure = Figure {
        name: "rates",
        finding: "Where the walk stands after each step: rate 0.1 reaches -1.5, 0.02 is slow, 0.85 swings in, and 1.0 swings for ever",
        chart: Chart::Lines(Lines {
            x: Axis::linear("steps"),
            y: Axis::linear("x"),
        }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-4);
}
