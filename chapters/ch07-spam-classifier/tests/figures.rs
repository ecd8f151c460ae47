//! The figures of chapter 7. `cargo xtask figures ch07` draws them again.

use std::path::Path;

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch04::Gpt2Config;
use ch07::SpamFilter;
use plot::{Axis, Chart, Figure, Lines, Table};
use tch::{Device, Kind, Tensor};

/// A filter that was never trained, with weights large enough to have an opinion.
fn untrained() -> SpamFilter {
    let config = Gpt2Config {
        vocab_size: 257,
        n_positions: 64,
        n_embd: 32,
        n_layer: 2,
        n_head: 4,
        initializer_range: 0.3,
        ..Gpt2Config::default()
    };
    let bytes = Tokenizer::new(train([""], 256), &[END_OF_TEXT]);
    SpamFilter::random(&config, bytes, Device::Cpu).expect("the sizes fit")
}

/// The chance of spam for one text with more and more padding, read at the last real token and
/// at the last place.
fn padded() -> Table {
    let _generator = testkit::seed(4);
    let filter = untrained();
    let text: Vec<i64> =
        filter.tokenizer.encode("You won!").into_iter().map(i64::from).collect();
    let mut table =
        Table::new("padding", ["at the last real token", "at the last place"]);
    for padding in 0..=32 {
        let mut ids = text.clone();
        ids.resize(text.len() + padding, filter.pad());
        let chance = |place: usize| {
            let ids = Tensor::from_slice(&ids).unsqueeze(0); // (1, t)
            let lengths = Tensor::from_slice(&[place as i64]);
            let logits = filter.classifier.logits(&ids, &lengths, false);
            logits.softmax(-1, Kind::Double).double_value(&[0, 1])
        };
        let chances = tch::no_grad(|| [chance(text.len()), chance(ids.len())]);
        table = table.row(padding.to_string(), chances);
    }
    table
}

#[test]
fn the_figure_shows_what_the_code_computes() {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/figures/ch07");
    let lines = Lines {
        x: Axis::linear("padding behind the text, in tokens"),
        y: Axis::linear("chance of spam"),
    };
    let figure = Figure {
        name: "padding",
        finding: "Read at the last real token, the verdict is the same for any padding; read at \
                  the last place, it changes with each token of padding",
        chart: Chart::Lines(lines),
    };
    plot::check_or_overwrite(&figure, &padded(), &folder, 1e-4);
}
