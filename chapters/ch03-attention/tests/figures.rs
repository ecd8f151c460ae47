//! The figures of chapter 3. `cargo xtask figures ch03` draws them again.
//!
//! What was measured on a machine, or in a trained model, no test can compute again: those
//! figures are held to the committed CSV.

use std::fs;
use std::path::{Path, PathBuf};

use ch03::positions::{LearnedPositions, Rotary, sinusoidal};
use ch03::scale::{Peaking, random_scores};
use ch03::{HeadConfig, MultiHeadWrapper, similarity, simple};
use plot::{Axis, Bars, Chart, Figure, HeatMap, Lines, Points, Table};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

const WORDS: [&str; 6] = simple::JOURNEY;
const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/figures/ch03")
}

fn numbers(x: &Tensor) -> Vec<Vec<f64>> {
    Vec::<Vec<f64>>::try_from(x.to_kind(Kind::Double)).expect("two axes")
}

fn looks() -> Chart {
    let (rows, columns) = ("looks".into(), "is looked at".into());
    Chart::HeatMap(HeatMap { rows, columns, decimals: 2 })
}

// ---- Similarity ---------------------------------------------------------------------------

#[test]
fn words_that_resemble_each_other_point_the_same_way() {
    let x = similarity::vectors();
    let mut table = Table::new("word", ["x", "y"]).row("0", [0.0, 0.0]);
    for (word, place) in similarity::WORDS.iter().zip(numbers(&x)) {
        table = table.row(*word, place);
    }
    let after = numbers(&simple::contexts(&x)).swap_remove(0);
    let figure = Figure {
        name: "similarity",
        finding: "Six words as points in a plane, seen from 0: lamp, keeper and lighthouse point to the right, boat and sea upwards, bread away from all; the new vector of lamp lies between lamp and lighthouse",
        chart: Chart::Points(Points),
    };
    let table = table.row("lamp, after", after);
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-4);
}

// ---- Scale --------------------------------------------------------------------------------

#[test]
fn without_the_root_softmax_peaks_as_channels_grow() {
    let _generator = testkit::seed(123);
    let mut table = Table::new("channels", ["q · k", "q · k / √d"]);
    for power in 0..=10 {
        let d = 1 << power;
        let scores = random_scores(1000, 8, d);
        let root = (d as f64).sqrt();
        let peaks = [Peaking::of(&scores), Peaking::of(&(scores / root))];
        table = table.row(d.to_string(), peaks.map(|it| it.largest));
    }
    let figure = Figure {
        name: "peaking",
        finding: "The largest of eight weights, on average: without the division it grows with the channels from 0.3 to nearly 1; with it it stays below 0.4",
        chart: Chart::Lines(Lines {
            x: Axis::log("channels d"),
            y: Axis::linear("largest weight"),
        }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-3);
}

// ---- Heads --------------------------------------------------------------------------------

/// The weights of two untrained heads for the six words: `(h, t, t)`.
///
/// The six vectors lie close together, and untrained heads tell them apart only a little.
/// Centred and stretched they show what two heads can differ in.
fn weights_of_two_heads() -> Tensor {
    let _generator = testkit::seed(123);
    let variables = VarStore::new(Device::Cpu);
    let heads =
        MultiHeadWrapper::new(&variables.root(), 2, HeadConfig::plain(3, 2));
    let words = simple::journey(); // (t, c)
    let apart = (&words - words.mean_dim(0, true, Kind::Float)) * 8.0;
    tch::no_grad(|| heads.weights(&apart.unsqueeze(0)).get(0))
}

/// A `(t, t)` matrix with a word for each row and column; the future stays empty.
fn table(weights: &Tensor) -> Table {
    let mut table = Table::new("query", WORDS);
    for (i, row) in numbers(weights).into_iter().enumerate() {
        let seen = row.into_iter().enumerate();
        table = table
            .row(WORDS[i], seen.map(|(j, w)| if j > i { f64::NAN } else { w }));
    }
    table
}

#[test]
fn two_heads_look_at_the_same_words_differently() {
    let weights = weights_of_two_heads();
    let recipes = [
        (
            "first-head",
            "The first head: every word looks only at itself and at earlier words, and each row sums to 1",
        ),
        (
            "second-head",
            "The second head has other matrices, so it spreads its weights differently over the same words",
        ),
    ];
    for (head, (name, finding)) in (0..).zip(recipes) {
        let figure = Figure { name, finding, chart: looks() };
        plot::check_or_overwrite(
            &figure,
            &table(&weights.get(head)),
            &folder(),
            1e-5,
        );
    }
}

// ---- Positions ----------------------------------------------------------------------------

#[test]
fn waves_are_fast_in_the_first_channels_and_slow_in_the_last() {
    let (places, channels) = (16, 16);
    let waves = sinusoidal(places, channels, Device::Cpu);
    let names = (0..channels).map(|channel| channel.to_string());
    let table = (0..)
        .zip(numbers(&waves))
        .fold(Table::new("place", names), |table, (place, wave): (i32, _)| {
            table.row(place.to_string(), wave)
        });
    let (rows, columns) = ("place".into(), "channel".into());
    let figure = Figure {
        name: "waves",
        finding: "Sixteen places as waves in sixteen channels: the first two channels change sign every three places, the last ones hardly change",
        chart: Chart::HeatMap(HeatMap { rows, columns, decimals: 1 }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-5);
}

#[test]
fn near_places_are_alike_as_waves_and_not_as_random_vectors() {
    let _generator = testkit::seed(123);
    let variables = VarStore::new(Device::Cpu);
    let learned = LearnedPositions::new(&variables.root(), 64, 32, 0.02);
    let cosines = |places: &Tensor| -> Vec<f64> {
        let unit = places / places.square().sum_dim_intlist(-1, true, CPU.0).sqrt();
        let alike = unit.matmul(&unit.get(20)).to_kind(Kind::Double); // (t)
        Vec::try_from(alike).expect("one axis")
    };
    let waves = cosines(&sinusoidal(64, 32, Device::Cpu));
    let random = tch::no_grad(|| cosines(&learned.first(64)));
    let empty = Table::new("place", ["waves", "learned, before training"]);
    let table = (0..64).fold(empty, |table, place| {
        table.row(place.to_string(), [waves[place], random[place]])
    });
    let figure = Figure {
        name: "places",
        finding: "How alike place 20 is to each of 64 places: as waves 1 at itself and less with distance, on both sides alike; as random vectors near 0 everywhere else",
        chart: Chart::Lines(Lines {
            x: Axis::linear("place"),
            y: Axis::linear("cosine with place 20"),
        }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-4);
}

#[test]
fn a_turned_product_moves_along_with_the_query() {
    let _generator = testkit::seed(123);
    let rotary = Rotary::new(64, 16, 10_000.0, Device::Cpu);
    let [q, k] = [0, 1].map(|_| Tensor::randn([1, 1, 1, 16], CPU));
    let product = |i, j| {
        (rotary.turn(&q, i) * rotary.turn(&k, j)).sum(CPU.0).double_value(&[])
    };
    let empty = Table::new("place", ["query at 16", "query at 40"]);
    let table = (0..64).fold(empty, |table, j| {
        table.row(j.to_string(), [product(16, j), product(40, j)])
    });
    let figure = Figure {
        name: "rotary",
        finding: "The product of one query and one key, the key at places 0 to 63: with the query at 40 instead of 16 the same curve stands 24 places further right",
        chart: Chart::Lines(Lines {
            x: Axis::linear("place of the key"),
            y: Axis::linear("product after turning"),
        }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-4);
}

// ---- Measured and trained -----------------------------------------------------------------

/// Holds a drawing to its committed numbers.
fn check_committed(name: &'static str, finding: &'static str, chart: Chart) {
    let csv = fs::read_to_string(folder().join(name).with_extension("csv"))
        .expect("the CSV is committed");
    let table = Table::from_csv(&csv).expect("the CSV is a table");
    let figure = Figure { name, finding, chart };
    plot::check_or_overwrite(&figure, &table, &folder(), 0.0);
}

#[test]
fn time_grows_with_the_length_of_the_text() {
    check_committed(
        "speed",
        "Milliseconds of a forward pass for 64 to 1,024 tokens, on logarithmic axes: the wrapper takes the longest, the fused kernels of this book and of PyTorch the shortest",
        Chart::Lines(Lines {
            x: Axis::log("tokens"),
            y: Axis::log("milliseconds, forward, f32"),
        }),
    );
}

#[test]
fn memory_grows_with_the_square_of_the_length_unless_it_is_fused() {
    check_committed(
        "memory",
        "Memory of a forward pass for 64 to 1,024 tokens, on logarithmic axes: the explicit form takes several times what all scores need, the fused one far less at the long end",
        Chart::Lines(Lines {
            x: Axis::log("tokens"),
            y: Axis::log("MiB, forward, f32"),
        }),
    );
}

#[test]
fn every_form_is_timed_forward_and_backward() {
    check_committed(
        "passes",
        "Milliseconds on 1,024 tokens in f32 and bf16, without and with gradients, for the four forms; the fused one is the fastest",
        Chart::Bars(Bars { value: "milliseconds on 1,024 tokens".into() }),
    );
}

#[test]
fn ours_stands_beside_pytorchs() {
    check_committed(
        "peers",
        "How many times as fast as PyTorch's eager attention ours is on 1,024 tokens, explicit and fused, in f32 and bf16, without and with gradients",
        Chart::Bars(Bars { value: "times as fast as PyTorch".into() }),
    );
}

#[test]
fn one_trained_head_looks_at_small_words_and_stops() {
    check_committed(
        "trained-small-words",
        "A trained head on fourteen tokens: from with to sea the largest weights belong to with, by and the; after the full stop they belong to the full stop",
        looks(),
    );
}

#[test]
fn another_trained_head_looks_at_the_verb_of_the_sentence() {
    check_committed(
        "trained-verb",
        "Another trained head on the same tokens: with, by, the and sea give most of their weight to lived; Mom and the full stop look at themselves",
        looks(),
    );
}
