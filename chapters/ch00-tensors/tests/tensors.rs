//! The promises of chapter 0.

use ch00::{Embedding, Linear, arrays, autograd, axes, chunks, one_hot};
use tch::nn::{Module, VarStore};
use tch::{Device, Kind, Tensor};
use testkit::{assert_close, matrix};

#[test]
fn an_embedding_draws_the_numbers_that_pytorch_draws() {
    // torch.manual_seed(123); torch.nn.Embedding(6, 3).weight
    let _generator = testkit::seed(123);
    let variables = VarStore::new(Device::Cpu);
    let table = Embedding::new(&variables.root(), 6, 3, 1.0);
    let pytorch = matrix(&[
        [0.3374, -0.1778, -0.1690],
        [0.9178, 1.5810, 1.3010],
        [1.2753, -0.2010, -0.1606],
        [-0.4015, 0.9666, -1.1481],
        [-1.1589, 0.3255, -0.6315],
        [-2.8400, -0.7849, -1.4096],
    ]);
    assert_close(&table.weight, &pytorch, 1e-4);
}

// ANCHOR: lookup
#[test]
fn a_lookup_equals_one_hot_times_the_table() {
    let _generator = testkit::seed(123);
    let variables = VarStore::new(Device::Cpu);
    let table = Embedding::new(&variables.root(), 6, 3, 1.0);
    let ids = Tensor::from_slice(&[2i64, 3, 5, 1, 3]);
    assert_close(
        &table.forward(&ids),
        &one_hot(&ids, 6).matmul(&table.weight),
        0.0,
    );
}
// ANCHOR_END: lookup

#[test]
fn a_linear_layer_draws_the_numbers_that_pytorch_draws() {
    // torch.manual_seed(123); l = torch.nn.Linear(3, 2); l.weight, l.bias
    let _generator = testkit::seed(123);
    let variables = VarStore::new(Device::Cpu);
    let layer = Linear::new(&variables.root(), 3, 2, true);
    let weight = matrix(&[[-0.2354, 0.0191, -0.2867], [0.2177, -0.4919, 0.4232]]);
    assert_close(&layer.weight, &weight.tr(), 1e-4);
    let bias = layer.bias.as_ref().expect("made with a bias");
    assert_close(bias, &Tensor::from_slice(&[-0.4196f32, -0.4590]), 1e-4);
}

#[test]
fn a_linear_layer_is_a_product_and_a_sum() {
    let _generator = testkit::seed(123);
    let variables = VarStore::new(Device::Cpu);
    let mut layer = Linear::new(&variables.root(), 2, 2, true);
    layer.weight = matrix(&[[1.0, 2.0], [3.0, 4.0]]);
    layer.bias = Some(Tensor::from_slice(&[10f32, 20.0]));
    // [1, 1] · [[1, 2], [3, 4]] + [10, 20]
    assert_close(
        &layer.forward(&matrix(&[[1.0, 1.0]])),
        &matrix(&[[14.0, 26.0]]),
        0.0,
    );
}

#[test]
#[should_panic(
    expected = "expected x: (…, c_in) with c_in = 3, but its shape is [2, 5]"
)]
fn a_wrong_number_of_channels_is_named() {
    let _generator = testkit::seed(123);
    let variables = VarStore::new(Device::Cpu);
    let layer = Linear::new(&variables.root(), 3, 2, true);
    let _ = layer.forward(&Tensor::zeros([2, 5], (Kind::Float, Device::Cpu)));
}

#[test]
#[should_panic(expected = "expected x: (b, t, c), 3 axes, but its shape is [2, 5]")]
fn a_missing_axis_is_named() {
    let [_b, _t, _c] =
        axes(&Tensor::zeros([2, 5], (Kind::Float, Device::Cpu)), "x: (b, t, c)");
}

#[test]
fn chunks_are_cut_side_by_side_and_so_are_their_gradients() {
    let x = matrix(&[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
        .set_requires_grad(true);
    let [left, right] = chunks(&x, -1);
    assert_close(&left, &matrix(&[[1.0, 2.0], [5.0, 6.0]]), 0.0);
    assert_close(&right, &matrix(&[[3.0, 4.0], [7.0, 8.0]]), 0.0);
    (left + right * 3.0).sum(Kind::Float).backward();
    let threes = matrix(&[[1.0, 1.0, 3.0, 3.0], [1.0, 1.0, 3.0, 3.0]]);
    assert_close(&x.grad(), &threes, 0.0);
    let [top, bottom] = chunks(&x, 0);
    assert_close(&top, &x.narrow(0, 0, 1), 0.0);
    assert_close(&bottom, &x.narrow(0, 1, 1), 0.0);
}

#[test]
#[should_panic(expected = "axis -1 of [2, 5] can't be cut into 3")]
fn chunks_of_unequal_length_are_refused() {
    let _: [Tensor; 3] =
        chunks(&Tensor::zeros([2, 5], (Kind::Float, Device::Cpu)), -1);
}

#[test]
fn three_ways_to_a_slope_agree() {
    for x in [-4.0, -1.5, 0.0, 0.3, 7.0] {
        let paper = autograd::parabola_slope(x);
        assert!((autograd::slope(autograd::parabola, x) - paper).abs() < 1e-6);
        assert!(
            (autograd::numerical_slope(autograd::parabola, x, 1e-4) - paper).abs()
                < 1e-6
        );
    }
}

#[test]
fn walking_downhill_finds_the_lowest_point() {
    assert!(
        (autograd::descend(autograd::parabola, 5.0, 0.1, 100) + 1.5).abs() < 1e-6
    );
}

#[test]
fn ndarray_and_libtorch_agree_on_products_and_broadcasting() {
    let array = arrays::counting();
    let tensor = matrix(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let flat = |x: Tensor| Vec::<f32>::try_from(x.flatten(0, -1)).unwrap();

    let products = tensor.matmul(&tensor.tr());
    assert_eq!(
        arrays::products(&array).into_raw_vec_and_offset().0,
        flat(products)
    );

    let centred = &tensor - tensor.mean_dim(0, true, Kind::Float);
    assert_eq!(arrays::centred(&array).into_raw_vec_and_offset().0, flat(centred));
}
