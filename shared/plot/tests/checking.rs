//! A figure can't drift from the code that computes it.

use std::fs;
use std::path::Path;

use plot::{Bars, Chart, Figure, Table, check, overwrite};

const TOLERANCE: f64 = 1e-3;

fn figure() -> Figure {
    Figure {
        name: "speed",
        finding: "The cache doubles the speed",
        chart: Chart::Bars(Bars { value: "tokens per second".into() }),
    }
}

fn table(cached: f64) -> Table {
    Table::new("kind", ["tokens/s"])
        .row("plain", [1.0 / 3.0])
        .row("cached, \"fast\"", [cached])
}

fn say(table: &Table, dir: &Path) -> String {
    format!(
        "{:#}",
        check(&figure(), table, dir, TOLERANCE).expect_err("the check must fail")
    )
}

#[test]
fn a_table_survives_the_way_through_its_csv() {
    let table = Table::new("x", ["a, b", "c"])
        .row("1", [0.1, f64::NAN])
        .row("2", [-1e9, 3.5]);
    let read = Table::from_csv(&table.to_csv().unwrap()).unwrap();
    assert_eq!(read.difference(&table, 0.0), None);
    assert_eq!(read.to_csv().unwrap(), table.to_csv().unwrap());
}

#[test]
fn what_was_just_written_passes_the_check() {
    let dir = tempfile::tempdir().unwrap();
    overwrite(&figure(), &table(2.0), dir.path(), TOLERANCE).unwrap();
    check(&figure(), &table(2.0), dir.path(), TOLERANCE).unwrap();
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        2,
        "nothing unfinished stays"
    );
}

#[test]
fn a_number_within_the_tolerance_passes_and_one_beyond_it_is_named() {
    let dir = tempfile::tempdir().unwrap();
    overwrite(&figure(), &table(2.0), dir.path(), TOLERANCE).unwrap();
    check(&figure(), &table(2.0009), dir.path(), TOLERANCE).unwrap();
    let said = say(&table(2.5), dir.path());
    assert!(
        said.contains("2 became 2.5") && said.contains("cargo xtask figures"),
        "{said}"
    );
}

#[test]
fn overwriting_with_the_same_numbers_but_for_noise_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    overwrite(&figure(), &table(2.0), dir.path(), TOLERANCE).unwrap();
    let before = fs::read_to_string(dir.path().join("speed.csv")).unwrap();
    overwrite(&figure(), &table(2.0009), dir.path(), TOLERANCE).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("speed.csv")).unwrap(), before);
}

#[test]
fn a_drawing_that_was_edited_by_hand_is_found() {
    let dir = tempfile::tempdir().unwrap();
    overwrite(&figure(), &table(2.0), dir.path(), TOLERANCE).unwrap();
    let svg = dir.path().join("speed.svg");
    let edited = fs::read_to_string(&svg).unwrap().replace("cached", "magic");
    fs::write(&svg, edited).unwrap();
    assert!(
        say(&table(2.0), dir.path())
            .contains("speed.svg is not what speed.csv draws")
    );
}

#[test]
fn line_ends_of_windows_make_no_difference() {
    let dir = tempfile::tempdir().unwrap();
    overwrite(&figure(), &table(2.0), dir.path(), TOLERANCE).unwrap();
    for ending in ["csv", "svg"] {
        let path = dir.path().join("speed").with_extension(ending);
        let text = fs::read_to_string(&path).unwrap().replace('\n', "\r\n");
        fs::write(&path, text).unwrap();
    }
    check(&figure(), &table(2.0), dir.path(), TOLERANCE).unwrap();
}

#[test]
fn a_figure_that_is_not_there_says_how_to_make_it() {
    let dir = tempfile::tempdir().unwrap();
    assert!(
        say(&table(2.0), dir.path()).contains("`cargo xtask figures` makes it")
    );
}
