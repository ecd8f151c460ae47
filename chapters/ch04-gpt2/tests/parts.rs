//! The parts of a block: norms, bends, shortcuts.

use ch00::Linear;
use ch04::*;
use tch::nn::{Module, ModuleT, VarStore};
use tch::{Device, Kind, Tensor};
use testkit::{assert_causal, assert_close, matrix};

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

/// Layer norm without scale and shift.
fn plain(x: &Tensor) -> Tensor {
    let c = *x.size().last().expect("x needs an axis");
    layer_norm(x, &Tensor::ones([c], CPU), &Tensor::zeros([c], CPU), 0.0)
}

// ---- Norms --------------------------------------------------------------------------------

#[test]
fn the_published_example_of_layer_norm_comes_out() {
    // Its variance divides by c - 1 = 5, ours by c = 6.
    let _generator = testkit::seed(123);
    let x = Tensor::rand([2, 5], CPU);
    let variables = VarStore::new(Device::Cpu);
    let x = Linear::new(&variables.root(), 5, 6, true).forward(&x).relu();
    let published = matrix(&[
        [0.0, 0.0, 0.4091, 0.6587, 0.3914, 0.0],
        [0.0, 0.0, 0.1902, 0.3182, 0.6486, 0.0],
    ]);
    assert_close(&x, &published, 1e-4);
    let published = matrix(&[
        [-0.8603, -0.8603, 0.5869, 1.4698, 0.5242, -0.8603],
        [-0.7450, -0.7450, -0.0102, 0.4844, 1.7608, -0.7450],
    ]);
    assert_close(&(plain(&x) * (5f64 / 6.0).sqrt()), &published, 2e-4);
}

#[test]
fn batch_norm_equals_libtorchs_in_training_and_after() {
    let _generator = testkit::seed(1337);
    let variables = VarStore::new(Device::Cpu);
    let norm = BatchNorm::new(&variables.root(), 7, 0.1, 1e-5);
    let (weight, bias) = (Tensor::randn([7], CPU), Tensor::randn([7], CPU));
    tch::no_grad(|| {
        variables.variables()["weight"].shallow_clone().copy_(&weight);
        variables.variables()["bias"].shallow_clone().copy_(&bias);
    });
    let (mean, variance) = (Tensor::zeros([7], CPU), Tensor::ones([7], CPU));
    let libtorchs = |x: &Tensor, train| {
        let (weight, bias) = (Some(&weight), Some(&bias));
        let running = (Some(&mean), Some(&variance));
        x.batch_norm(weight, bias, running.0, running.1, train, 0.1, 1e-5, false)
    };
    for train in [true, true, true, false] {
        let x = Tensor::randn([5, 7], CPU) * 3.0 + 1.0;
        assert_close(&norm.forward_t(&x, train), &libtorchs(&x, train), 1e-5);
    }
    assert_close(&variables.variables()["running_mean"], &mean, 1e-6);
    assert_close(&variables.variables()["running_var"], &variance, 1e-5);
}

#[test]
fn batch_norm_levels_channels_and_layer_norm_levels_rows() {
    let _generator = testkit::seed(1337);
    let variables = VarStore::new(Device::Cpu);
    let x = Tensor::randn([32, 100], CPU);
    let by_batch =
        BatchNorm::new(&variables.root(), 100, 0.1, 1e-5).forward_t(&x, true);
    let by_layer = plain(&x);
    for (y, level, uneven) in [(by_batch, 0, 1), (by_layer, 1, 0)] {
        let mean = |axis: i64| y.mean_dim(axis, false, Kind::Float);
        let variance = y.var_dim(level, false, false);
        assert_close(&mean(level), &mean(level).zeros_like(), 1e-5);
        assert_close(&variance, &variance.ones_like(), 1e-3);
        assert!(mean(uneven).abs().max().double_value(&[]) > 0.05);
    }
}

#[test]
fn a_row_of_a_batch_norm_depends_on_its_neighbours() {
    let _generator = testkit::seed(5);
    let variables = VarStore::new(Device::Cpu);
    let norm = BatchNorm::new(&variables.root(), 3, 0.1, 1e-5);
    let x = matrix(&[[1.0, 2.0, 3.0], [4.0, 0.0, 1.0]]);
    let other = matrix(&[[1.0, 2.0, 3.0], [9.0, 9.0, 9.0]]);
    let first = |x: &Tensor, train| norm.forward_t(x, train).select(0, 0);
    assert!(!first(&x, true).allclose(&first(&other, true), 1e-2, 1e-2, false));
    assert_close(&first(&x, false), &first(&other, false), 0.0);
}

#[test]
fn rms_norm_by_hand_and_as_libtorch_has_it() {
    // mean square (9 + 16) / 2 = 12.5
    let x = matrix(&[[3.0, 4.0]]);
    let weight = Tensor::from_slice(&[1f32, 10.0]);
    let root = 12.5f32.sqrt();
    assert_close(
        &rms_norm(&x, &weight, 0.0),
        &matrix(&[[3.0 / root, 40.0 / root]]),
        1e-6,
    );
    let _generator = testkit::seed(5);
    let (x, weight) = (Tensor::randn([2, 3, 8], CPU), Tensor::randn([8], CPU));
    let variables = VarStore::new(Device::Cpu);
    let norm = RmsNorm::new(&variables.root(), 8, 1e-5);
    tch::no_grad(|| variables.variables()["weight"].shallow_clone().copy_(&weight));
    assert_close(&norm.forward(&x), &rms_norm(&x, &weight, 1e-5), 1e-6);
    assert_causal(&x, |x| norm.forward(x));
}

#[test]
fn rms_norm_is_layer_norm_where_the_mean_is_zero() {
    let _generator = testkit::seed(5);
    let x = Tensor::randn([4, 16], CPU);
    let centred = &x - x.mean_dim(-1, true, Kind::Float);
    let ones = Tensor::ones([16], CPU);
    assert_close(&rms_norm(&centred, &ones, 0.0), &plain(&x), 1e-5);
}

// ---- Bends --------------------------------------------------------------------------------

#[test]
fn the_slopes_of_the_curves_by_hand() {
    // GELU' = Φ(x) + x φ(x): at 0 one half, at 1 0.841345 + 0.241971
    let gelu = Curve::gelu(&[0.0, 1.0]);
    assert!((gelu.slope[0] - 0.5).abs() < 1e-9);
    assert!((gelu.slope[1] - 1.083316).abs() < 1e-6);
    let relu = Curve::relu(&[-2.0, 3.0]);
    assert_eq!((relu.y, relu.slope), (vec![0.0, 3.0], vec![0.0, 1.0]));
}

#[test]
fn gelu_has_its_lowest_point_near_minus_three_quarters() {
    let x: Vec<_> = (0..=3000).map(|i| f64::from(i) / -1000.0).collect();
    let y = Curve::gelu(&x).y;
    let lowest = (0..y.len()).min_by(|&a, &b| y[a].total_cmp(&y[b])).unwrap();
    assert_eq!(x[lowest], -0.752);
    assert!((y[lowest] + 0.17).abs() < 1e-3);
}

#[test]
fn swiglu_follows_its_formula() {
    let _generator = testkit::seed(5);
    let variables = VarStore::new(Device::Cpu);
    let config =
        Gpt2Config { n_embd: 6, resid_pdrop: 0.5, ..Gpt2Config::default() };
    let layer = SwiGlu::new(&variables.root(), &config, 0.5);
    let x = Tensor::randn([2, 3, 6], CPU);
    let weights = variables.variables();
    let product = |x: &Tensor, name: &str| x.matmul(&weights[name]);
    let gate = product(&x, "gate.weight");
    let gated = &gate * gate.sigmoid() * product(&x, "up.weight");
    let by_formula = product(&gated, "down.weight");
    assert_close(&layer.forward_t(&x, false), &by_formula, 1e-6);
    assert_causal(&x, |x| layer.forward_t(x, false));
    let dropped = layer.forward_t(&x, true).eq(0.0).sum(Kind::Int64);
    assert!((6..30).contains(&dropped.int64_value(&[])), "half of 36: {dropped:?}");
}

#[test]
fn swiglu_of_the_fair_width_has_as_many_parameters() {
    let _generator = testkit::seed(5); // nobody else draws meanwhile
    assert_eq!(SwiGlu::fair_width(768), 2_048);
    for c in [256, 384, 768, 1_024, 1_280, 1_600] {
        let variables = VarStore::new(Device::Cpu);
        let config = Gpt2Config { n_embd: c, ..Gpt2Config::default() };
        let _layer = SwiGlu::new(&variables.root(), &config, 0.02);
        let count: usize = variables.variables().values().map(Tensor::numel).sum();
        let gpt2s = (c * 4 * c + 4 * c) + (4 * c * c + c);
        let ratio = count as f64 / gpt2s as f64;
        assert!((ratio - 1.0).abs() < 0.01, "{c} channels: {ratio}");
    }
}

// ---- Shortcuts ----------------------------------------------------------------------------

/// The gradients of the published network.
fn gradients(shortcuts: bool) -> Vec<f64> {
    let _generator = testkit::seed(123);
    let variables = VarStore::new(Device::Cpu);
    let network =
        DeepNetwork::new(&variables.root(), &[3, 3, 3, 3, 3, 1], shortcuts);
    let x = Tensor::from_slice(&[1f32, 0.0, -1.0]).unsqueeze(0);
    network.mean_gradients(&x)
}

#[test]
fn the_published_gradients_come_out() {
    // Raschka (2024), section 4.4, to the digits printed there.
    let published = [
        (false, [2.017e-4, 1.201e-4, 7.152e-4, 1.3988e-3, 5.0496e-3]),
        (true, [0.22169, 0.20694, 0.32896, 0.26657, 1.32585]),
    ];
    for (shortcuts, published) in published {
        let ours = gradients(shortcuts);
        assert_eq!(ours.len(), published.len());
        for (ours, published) in ours.iter().zip(published) {
            assert!(
                (ours / published - 1.0).abs() < 1e-3,
                "{ours}, not {published}"
            );
        }
    }
}

#[test]
fn a_network_whose_layers_are_silent_passes_its_input_on() {
    let _generator = testkit::seed(5); // nobody else draws meanwhile
    let variables = VarStore::new(Device::Cpu);
    let network = DeepNetwork::new(&variables.root(), &[4, 4, 4], true);
    tch::no_grad(|| {
        for (_, mut parameter) in variables.variables() {
            let _ = parameter.zero_();
        }
    });
    let x = matrix(&[[1.0, -2.0, 3.0, 0.5]]);
    assert_close(&network.forward(&x), &x, 0.0); // GELU(0) = 0
}

// ---- The order of norm and shortcut -------------------------------------------------------

#[test]
fn the_two_orders_by_their_formulas() {
    let _generator = testkit::seed(5);
    let variables = VarStore::new(Device::Cpu);
    let norm = LayerNorm::new(&variables.root(), 4, 0.0);
    let double = tch::nn::func(|x| x * 2.0);
    let x = Tensor::randn([1, 3, 4], CPU);
    let pre = NormOrder::Pre.apply(&x, &norm, &double);
    assert_close(&pre, &(&x + plain(&x) * 2.0), 1e-5);
    let post = NormOrder::Post.apply(&x, &norm, &double);
    assert_close(&post, &plain(&(&x * 3.0)), 1e-5);
}

#[test]
fn only_with_the_norm_before_do_more_blocks_soften_the_last_ones_gradient() {
    // Xiong et al. (2020), theorem 1: by the root of the number of blocks, or not at all.
    let last = |order: NormOrder, n| {
        let _generator = testkit::seed(1);
        let x = Tensor::randn([2, 16, 32], CPU);
        let gradients = order.gradients_at_start(n, 100, &x);
        assert_eq!(gradients.len() as i64, n);
        gradients[gradients.len() - 1]
    };
    let softened = |order| last(order, 4) / last(order, 16);
    let (pre, post) = (softened(NormOrder::Pre), softened(NormOrder::Post));
    assert!((1.5..2.6).contains(&pre), "{pre}");
    assert!((0.75..1.3).contains(&post), "{post}");
}
