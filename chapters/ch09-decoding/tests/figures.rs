//! The figures of chapter 9. `cargo xtask figures ch09` draws them again.

use std::path::{Path, PathBuf};

use ch09::{temperature, toy};
use plot::{Axis, Bars, Chart, Figure, Lines, Table};

const TEMPERATURES: [f64; 3] = [0.5, 1.0, 2.0];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/figures/ch09")
}

/// The nine chances at each temperature, from the likeliest word down.
fn chances() -> Vec<[f64; 3]> {
    let columns = TEMPERATURES.map(|t| {
        toy::chances(&temperature(&toy::logits(), t)).expect("one row of logits")
    });
    toy::ranking()
        .map(|id| std::array::from_fn(|column| columns[column][id]))
        .to_vec()
}

#[test]
fn temperature_makes_chances_more_or_less_equal() {
    let empty = Table::new("word", TEMPERATURES.map(|t| format!("T = {t}")));
    let rows = toy::ranking().into_iter().zip(chances());
    let table = rows.fold(empty, |table, (id, row)| {
        // Two digits of a per cent: what is smaller is a 0 to the eye.
        let row = row.map(|chance| (chance * 1e4).round() / 100.0);
        table.row(toy::WORDS[id], row)
    });
    let figure = Figure {
        name: "temperature",
        finding: "The chances of nine words: at temperature 0.5 two words have nearly all, at 2 every word has some",
        chart: Chart::Bars(Bars { value: "chance in per cent".into() }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 0.02);
}

#[test]
fn the_nucleus_grows_with_the_temperature() {
    let names = TEMPERATURES.map(|t| format!("T = {t}"));
    let columns = names.into_iter().chain(["p = 0.9".into()]);
    let mut table = Table::new("words", columns).row("0", [0.0, 0.0, 0.0, 0.9]);
    let mut sums = [0.0; 3];
    for (place, row) in (1..).zip(chances()) {
        sums = std::array::from_fn(|column| sums[column] + row[column]);
        let [low, even, high] = sums;
        table = table.row(place.to_string(), [low, even, high, 0.9]);
    }
    let figure = Figure {
        name: "nucleus",
        finding: "The summed chance of the likeliest words reaches 0.9 with two words at temperatures 0.5 and 1, and with five at temperature 2",
        chart: Chart::Lines(Lines {
            x: Axis::linear("words, from the likeliest down"),
            y: Axis::linear("their chance together"),
        }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-5);
}
