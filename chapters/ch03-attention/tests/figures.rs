//! The figures of chapter 3. `cargo xtask figures ch03` draws them again.

use std::path::Path;

use ch03::{HeadConfig, MultiHeadWrapper, simple};
use plot::{Chart, Figure, HeatMap, Table};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

const WORDS: [&str; 6] = simple::JOURNEY;

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
    let rows =
        Vec::<Vec<f64>>::try_from(weights.to_kind(Kind::Double)).expect("two axes");
    let mut table = Table::new("query", WORDS);
    for (i, row) in rows.into_iter().enumerate() {
        let seen = row.into_iter().enumerate();
        table = table
            .row(WORDS[i], seen.map(|(j, w)| if j > i { f64::NAN } else { w }));
    }
    table
}

#[test]
fn the_figures_show_what_the_code_computes() {
    let weights = weights_of_two_heads();
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/figures/ch03");
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
        let map = HeatMap {
            rows: "looks".into(),
            columns: "is looked at".into(),
            decimals: 2,
        };
        let figure = Figure { name, finding, chart: Chart::HeatMap(map) };
        plot::check_or_overwrite(
            &figure,
            &table(&weights.get(head)),
            &folder,
            1e-5,
        );
    }
}
