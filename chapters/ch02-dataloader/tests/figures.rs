//! The figures of chapter 2. `cargo xtask figures ch02` draws them again.

use std::fs;
use std::path::{Path, PathBuf};

use ch02::dedup::{Bands, MinHash, Shingles};
use plot::{Axis, Chart, Figure, Lines, Points, Table};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/figures/ch02")
}

/// Two sets of 120 numbers drawn by lot, of which so many are in both.
fn sets(common: usize, random: &mut ChaCha8Rng) -> [Shingles; 2] {
    let numbers: Vec<u32> = (0..240 - common).map(|_| random.next_u32()).collect();
    [&numbers[..120], &numbers[120 - common..]]
        .map(|set| Shingles::of_hashes(set.to_vec()))
}

/// How many of 500 pairs of such sets meet in a bucket.
fn share_that_meets(bands: Bands, common: usize, random: &mut ChaCha8Rng) -> f64 {
    let meet = |seed: u64, random: &mut ChaCha8Rng| {
        let hasher = MinHash::new(bands.length(), seed);
        let [a, b] = sets(common, random).map(|set| hasher.signature(&set));
        bands.keys(&a).zip(bands.keys(&b)).any(|(a, b)| a == b)
    };
    let met = (0..500).filter(|&seed| meet(seed, random)).count();
    met as f64 / 500.0
}

#[test]
fn pairs_meet_along_an_s_curve() {
    let random = &mut ChaCha8Rng::seed_from_u64(1);
    let (usual, eager) =
        (Bands { bands: 16, rows: 8 }, Bands { bands: 32, rows: 4 });
    let columns =
        ["32 × 4 formula", "32 × 4 measured", "16 × 8 formula", "16 × 8 measured"];
    let mut table = Table::new("similarity", columns);
    for common in (0..=120).step_by(6) {
        let similarity = common as f64 / (240 - common) as f64;
        let row = [eager, usual].map(|bands| {
            let measured = share_that_meets(bands, common, random);
            [bands.chance(similarity), measured]
        });
        table = table.row(format!("{similarity:.3}"), row.concat());
    }
    let figure = Figure {
        name: "s-curve",
        finding: "The share of pairs that are compared rises from 0 to 1 like an S, around a similarity of 0.4 for 32 bands of 4 rows and of 0.7 for 16 bands of 8; what was measured lies on the formula",
        chart: Chart::Lines(Lines {
            x: Axis::linear("Jaccard similarity"),
            y: Axis::linear("share of pairs that are compared"),
        }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-5);
}

/// Training ends a little differently on another processor, so the numbers are those of the run
/// that the page names: `vectors --map` printed them.
#[test]
fn words_of_a_kind_lie_side_by_side() {
    let csv = fs::read_to_string(folder().join("word-map.csv"))
        .expect("the CSV is committed");
    let table = Table::from_csv(&csv).expect("the CSV is a table");
    let figure = Figure {
        name: "word-map",
        finding: "Word vectors in a plane: girls' names, boys' names, colours and family lie in groups of their own",
        chart: Chart::Points(Points),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 0.0);
}
