//! Exercise 2.5 (15 points): how many bands?

use ch02::dedup::Bands;

// ANCHOR: task
/// How often two documents are treated wrongly, on average over all similarities from 0 to 1:
/// compared although they are less alike than `threshold`, or passed over although they are more.
///
/// With `P(s)`, the chance of a comparison (`bands.chance(s)`), that is
///
/// `∫ P(s) ds` from 0 to the threshold, plus `∫ (1 − P(s)) ds` from the threshold to 1.
///
/// Take 1,000 equal strips of the whole range, each with the value in its middle.
pub fn misjudged(bands: Bands, threshold: f64) -> f64 {
    // ANCHOR_END: task
    // SOLUTION: begin
    let strips = 1000;
    let middles = (0..strips).map(|i| (f64::from(i) + 0.5) / f64::from(strips));
    let wrong = middles.map(|s| match s < threshold {
        true => bands.chance(s),
        false => 1.0 - bands.chance(s),
    });
    wrong.sum::<f64>() / f64::from(strips)
    // SOLUTION: end
}

// ANCHOR: task_best
/// The bands and rows that misjudge the least, among all with `bands · rows` at most `length`. Of
/// equals, the one with fewer rows.
pub fn best_bands(length: usize, threshold: f64) -> Bands {
    // ANCHOR_END: task_best
    // SOLUTION: begin
    let mut best = Bands { bands: 1, rows: 1 };
    let mut least = f64::INFINITY;
    for rows in 1..=length {
        for bands in 1..=length / rows {
            let candidate = Bands { bands, rows };
            let wrong = misjudged(candidate, threshold);
            if wrong < least {
                (best, least) = (candidate, wrong);
            }
        }
    }
    best
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn one_band_of_one_row_compares_as_often_as_two_are_alike() {
    // P(s) = s: a triangle below the threshold, another one above it.
    let one = Bands { bands: 1, rows: 1 };
    assert!((misjudged(one, 0.5) - 0.25).abs() < 1e-4);
    assert!((misjudged(one, 0.8) - 0.34).abs() < 1e-4);
}

#[test]
fn the_best_for_a_short_signature() {
    assert_eq!(best_bands(1, 0.5), Bands { bands: 1, rows: 1 });
    assert_eq!(best_bands(4, 0.9), Bands { bands: 1, rows: 4 });
}
// ANCHOR_END: tests

// HIDDEN: begin
/// By another way: a finer sum, over both parts apart.
fn by_parts(bands: Bands, threshold: f64) -> f64 {
    let sum = |from: f64, to: f64, f: &dyn Fn(f64) -> f64| {
        let strip = (to - from) / 20_000.0;
        (0..20_000).map(|i| f(from + (f64::from(i) + 0.5) * strip)).sum::<f64>()
            * strip
    };
    sum(0.0, threshold, &|s| bands.chance(s))
        + sum(threshold, 1.0, &|s| 1.0 - bands.chance(s))
}

#[test]
fn both_kinds_of_mistakes_count() {
    for (bands, rows, threshold) in
        [(16, 8, 0.8), (16, 8, 0.5), (32, 4, 0.3), (1, 20, 0.9)]
    {
        let bands = Bands { bands, rows };
        let (found, wanted) =
            (misjudged(bands, threshold), by_parts(bands, threshold));
        assert!((found - wanted).abs() < 1e-3, "{bands:?}: {found} for {wanted}");
    }
}

#[test]
fn at_the_ends_only_one_kind_is_left() {
    let bands = Bands { bands: 8, rows: 4 };
    let compared = by_parts(bands, 1.0);
    assert!((misjudged(bands, 1.0) - compared).abs() < 1e-4);
    assert!((misjudged(bands, 0.0) - (1.0 - compared)).abs() < 1e-4);
}

#[test]
fn no_choice_is_better_than_the_best() {
    for (length, threshold) in [(12, 0.5), (24, 0.7), (32, 0.8)] {
        let best = best_bands(length, threshold);
        assert!(best.length() <= length);
        let least = by_parts(best, threshold);
        for rows in 1..=length {
            for bands in 1..=length / rows {
                let other = by_parts_coarse(Bands { bands, rows }, threshold);
                assert!(least <= other + 2e-3, "{best:?} but {bands} x {rows}");
            }
        }
    }
}

fn by_parts_coarse(bands: Bands, threshold: f64) -> f64 {
    let values = (0..500).map(|i| (f64::from(i) + 0.5) / 500.0);
    let wrong = values.map(|s| {
        let compared = bands.chance(s);
        if s < threshold { compared } else { 1.0 - compared }
    });
    wrong.sum::<f64>() / 500.0
}

#[test]
fn a_higher_threshold_wants_longer_bands() {
    let rows =
        [0.2, 0.5, 0.8, 0.95].map(|threshold| best_bands(32, threshold).rows);
    assert!(rows.is_sorted() && rows[0] < rows[3], "{rows:?}");
}

#[test]
fn not_all_of_the_signature_must_be_used() {
    let best = best_bands(31, 0.5); // a prime number: 1 x 31 and 31 x 1 would be bad
    assert!(best.bands > 1 && best.rows > 1, "{best:?}");
}
// HIDDEN: end
