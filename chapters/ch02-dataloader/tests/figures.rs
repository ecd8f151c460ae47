//! The figures of chapter 2. `cargo xtask figures ch02` draws them again.
//!
//! That of starvation shows what `benches/starvation.rs` measured once: its test holds the
//! drawing to the committed CSV.

mod common;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ch01::Tokenizer;
use ch02::dedup::{Bands, MinHash, Shingles};
use ch02::samplers::{Cursor, Order, Sampler};
use ch02::shards::Shards;
use common::{END, ids, shards};
use plot::{Axis, Chart, Figure, Lines, Points, Table};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/figures/ch02")
}

fn lines(x: Axis, y: Axis) -> Chart {
    Chart::Lines(Lines { x, y })
}

/// The samplers that show every window once.
const ORDERS: [Order; 3] = [Order::Sequential, Order::Documents, Order::Shuffled];

/// Three shards of eight documents, whose ids say where they stand in the whole.
fn numbered() -> (tempfile::TempDir, Arc<Shards>) {
    let mut next = 0;
    let mut document = |number: u32| {
        let length = 20 + number * 17 % 41;
        let ids: Vec<u32> = (next..next + length).chain([END]).collect();
        next += length + 1; // the end has a place too
        ids
    };
    let mut shard = |number: u32| -> Vec<u32> {
        (8 * number..8 * number + 8).flat_map(&mut document).collect()
    };
    shards(&[shard(0), shard(1), shard(2)])
}

/// Where a window starts in the whole.
fn place_of(window: &[i64]) -> f64 {
    let end = i64::from(END);
    if window[0] == end { window[1] as f64 - 1.0 } else { window[0] as f64 }
}

#[test]
fn which_window_comes_when() {
    let (_folder, shards) = numbered();
    let samplers = ORDERS.map(|order| order.sampler(shards.clone(), 12, 12));
    let mut table = Table::new("place", ORDERS.map(Order::name));
    for place in 0..samplers[0].windows() {
        let row = samplers.each_ref().map(|sampler| {
            let mut window = Vec::new();
            sampler.read(Cursor { seed: 2, epoch: 0, place }, &mut window);
            place_of(&window)
        });
        table = table.row(place.to_string(), row);
    }
    let figure = Figure {
        name: "orders",
        finding: "In order, the windows climb evenly; mixed documents jump about within one third of the data at a time; shuffled windows jump everywhere",
        chart: lines(
            Axis::linear("place in the epoch"),
            Axis::linear("where the window starts, in tokens"),
        ),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 0.0);
}

/// Three kinds of text, each in a shard of its own, as crawls come in parts that differ.
fn three_kinds() -> (tempfile::TempDir, Arc<Shards>) {
    let gpt2 = Tokenizer::gpt2();
    let shard = |texts: Vec<String>| -> Vec<u32> {
        let mut ids = Vec::new();
        for text in texts {
            gpt2.encode_into(&text, &mut ids);
            ids.push(END);
        }
        ids.truncate(15_000);
        ids
    };
    let messages = datasets::built_in_messages().expect("they are built in");
    let tasks = datasets::built_in_instructions().expect("they are built in");
    let stories = datasets::stories::hand_written();
    let tasks = tasks.into_iter().map(|it| it.instruction + "\n" + &it.output);
    shards(&[
        shard(stories.iter().map(ToString::to_string).collect()),
        shard(messages.into_iter().map(|it| it.text).collect()),
        shard(tasks.collect()),
    ])
}

/// For each batch of several epochs, how many bits a token costs a reader who knows only how
/// frequent each token is: a stand-in for a model's loss.
fn costs(shards: &Shards, sampler: &dyn Sampler, epochs: u64) -> Vec<f64> {
    let all: Vec<i64> = shards.iter().flat_map(ids).collect();
    let mut counts: HashMap<i64, f64> = HashMap::new();
    all.iter().for_each(|&id| *counts.entry(id).or_default() += 1.0);
    let bits = |id: &i64| (all.len() as f64 / counts[id]).log2();
    let windows = sampler.windows();
    let batch = |first: u64| {
        let mut batch = Vec::new();
        for row in 0..4 {
            sampler.read(Cursor::start(1).after(first + row, windows), &mut batch);
        }
        batch.iter().map(bits).sum::<f64>() / batch.len() as f64
    };
    (0..epochs * windows).step_by(4).map(batch).collect()
}

/// How alike a series is to itself, moved on by `lag`: 1 if it repeats, 0 if nothing is alike.
fn autocorrelation(series: &[f64], lag: usize) -> f64 {
    let mean = series.iter().sum::<f64>() / series.len() as f64;
    let product = |(a, b): (&f64, &f64)| (a - mean) * (b - mean);
    let moved: f64 = series.iter().zip(&series[lag..]).map(product).sum();
    let whole: f64 = series.iter().zip(series).map(product).sum();
    moved / (series.len() - lag) as f64 * series.len() as f64 / whole
}

#[test]
fn a_run_in_order_repeats_itself() {
    let (_folder, shards) = three_kinds();
    let samplers = ORDERS.map(|order| order.sampler(shards.clone(), 32, 32));
    let series = samplers.each_ref().map(|it| costs(&shards, &**it, 12));
    let epoch = series[0].len() / 12;
    let mut table = Table::new("epochs", ORDERS.map(Order::name));
    for step in 1..=50 {
        let lag = step * epoch / 20;
        let row = series.each_ref().map(|series| autocorrelation(series, lag));
        table = table.row(format!("{:.2}", step as f64 / 20.0), row);
    }
    let figure = Figure {
        name: "periodicity",
        finding: "In order, the costs of the batches repeat after every epoch; mixed documents end the repeating, but neighbours stay alike; shuffled windows are alike nowhere",
        chart: lines(
            Axis::linear("batches in between, in epochs"),
            Axis::linear("how alike two batches are"),
        ),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-6);
}

#[test]
fn enough_workers_end_the_waiting() {
    let csv = fs::read_to_string(folder().join("starvation.csv"))
        .expect("the CSV is committed");
    let table = Table::from_csv(&csv).expect("the CSV is a table");
    let figure = Figure {
        name: "starvation",
        finding: "If fetching a batch takes 8 ms, one worker is enough for a model that needs 8 ms or more, two for 4 ms, four for 2 ms",
        chart: lines(
            Axis::log("milliseconds that the model needs for a batch"),
            Axis::linear("% of its time that it waits"),
        ),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 0.0);
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
