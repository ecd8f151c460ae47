//! The figures of chapter 4. `cargo xtask figures ch04` draws them again.

use std::path::{Path, PathBuf};

use ch04::{Curve, DeepNetwork, Flops, Gpt2Config, Size};
use plot::{Axis, Bars, Chart, Figure, Lines, Table};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/figures/ch04")
}

#[test]
fn gelu_is_smooth_where_relu_has_a_corner() {
    // A point just right of 0, so that the jump of ReLU's slope looks like one.
    let tenths = |i| f64::from(i) / 10.0;
    let x: Vec<_> =
        (-30..=0).map(tenths).chain([0.001]).chain((1..=30).map(tenths)).collect();
    let curves = [Curve::gelu(&x), Curve::relu(&x)];
    let columns = ["GELU", "ReLU", "slope of GELU", "slope of ReLU"];
    let mut table = Table::new("x", columns);
    for (i, x) in x.iter().enumerate() {
        let [gelu, relu] = &curves;
        table = table.row(
            x.to_string(),
            [gelu.y[i], relu.y[i], gelu.slope[i], relu.slope[i]],
        );
    }
    let figure = Figure {
        name: "gelu",
        finding: "GELU dips below 0 and has a slope everywhere; ReLU is flat below 0, and its slope jumps from 0 to 1",
        chart: Chart::Lines(Lines {
            x: Axis::linear("x"),
            y: Axis::linear("value or slope"),
        }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-5);
}

/// The gradients of 20 layers of 32 channels, as `cargo run -p ch04 -- shortcuts` has them.
fn gradients(shortcuts: bool) -> Vec<f64> {
    let _generator = testkit::seed(123);
    let x = Tensor::randn([64, 32], CPU);
    tch::manual_seed(123);
    let variables = VarStore::new(Device::Cpu);
    DeepNetwork::new(&variables.root(), &[32; 21], shortcuts).mean_gradients(&x)
}

#[test]
fn without_shortcuts_gradients_fade_on_their_way_back() {
    let (without, with) = (gradients(false), gradients(true));
    let mut table = Table::new("layer", ["without shortcuts", "with shortcuts"]);
    for (layer, (without, with)) in (1..).zip(without.into_iter().zip(with)) {
        // The logarithm: what is drawn on a log axis spans many powers of ten.
        table = table.row(format!("{layer}"), [without.log10(), with.log10()]);
    }
    let figure = Figure {
        name: "gradients",
        finding: "Without shortcuts the gradient shrinks by a power of ten every two layers on its way to the first; with shortcuts it stays",
        chart: Chart::Lines(Lines {
            x: Axis::linear("layer, from the input to the loss"),
            y: Axis::linear("log10 of the mean absolute gradient"),
        }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 1e-3);
}

#[test]
fn the_larger_a_model_the_more_of_its_work_is_feed_forward() {
    let sizes = [
        ("gpt2", Size::Gpt2),
        ("gpt2-medium", Size::Gpt2Medium),
        ("gpt2-large", Size::Gpt2Large),
        ("gpt2-xl", Size::Gpt2Xl),
    ];
    let names =
        Flops::of(&Gpt2Config::default(), 1, 1).parts().map(|(name, _)| name);
    let mut table = Table::new("size", names);
    for (name, size) in sizes {
        let flops = Flops::of(&Gpt2Config::released(size), 1, 1024);
        let share = |count: i64| 100.0 * count as f64 / flops.total() as f64;
        let share = |count| (share(count) * 10.0).round() / 10.0;
        table = table.row(name, flops.parts().map(|(_, count)| share(count)));
    }
    let figure = Figure {
        name: "flops",
        finding: "The feed-forward layers take most of the arithmetic in every size, and the larger the model the less the output layer matters",
        chart: Chart::Bars(Bars {
            value: "share of a forward pass over 1,024 tokens, in per cent".into(),
        }),
    };
    plot::check_or_overwrite(&figure, &table, &folder(), 0.02);
}
