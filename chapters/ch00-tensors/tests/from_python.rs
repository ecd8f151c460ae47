//! What a line of PyTorch becomes in Rust. The Python stands above each line.

use tch::nn::{Module, OptimizerConfig, VarStore};
use tch::{Device, IndexOp, Kind, Tensor, nn};

fn list(x: &Tensor) -> Vec<f32> {
    Vec::try_from(x.to_kind(Kind::Float).reshape([-1])).expect("numbers")
}

#[test]
fn making_and_cutting() {
    // ANCHOR: making
    // x = torch.tensor([[1., 2., 3.], [4., 5., 6.]])
    let x = Tensor::from_slice2(&[[1f32, 2., 3.], [4., 5., 6.]]);
    // z = torch.zeros(2, 3)
    let z = Tensor::zeros([2, 3], (Kind::Float, Device::Cpu));
    // n = torch.arange(6).reshape(2, 3)
    let n = Tensor::arange(6, (Kind::Int64, Device::Cpu)).reshape([2, 3]);
    // x.shape, x.dtype, x.device
    let (shape, kind, device) = (x.size(), x.kind(), x.device());
    // row = x[0]
    let row = x.get(0);
    // part = x[:, 1:3]
    let part = x.i((.., 1..3));
    // last = x[:, -1]
    let last = x.select(1, -1);
    // number = x[1, 2].item()
    let number = x.double_value(&[1, 2]);
    // both = torch.cat([x, z], dim=0)
    let both = Tensor::cat(&[&x, &z], 0);
    // numbers = x.flatten().tolist()
    let numbers = Vec::<f32>::try_from(x.flatten(0, -1)).unwrap();
    // ANCHOR_END: making
    assert_eq!((shape, kind, device), (vec![2, 3], Kind::Float, Device::Cpu));
    assert_eq!(list(&n), [0., 1., 2., 3., 4., 5.]);
    assert_eq!(list(&row), [1., 2., 3.]);
    assert_eq!(list(&part), [2., 3., 5., 6.]);
    assert_eq!(list(&last), [3., 6.]);
    assert_eq!(number, 6.0);
    assert_eq!(both.size(), [4, 3]);
    assert_eq!(numbers, [1., 2., 3., 4., 5., 6.]);
}

#[test]
fn computing() {
    let x = Tensor::from_slice2(&[[1f32, 2., 3.], [4., 5., 6.]]);
    // ANCHOR: computing
    // y = x * 2 + 1
    let y = &x * 2.0 + 1.0;
    // products = x @ x.T
    let products = x.matmul(&x.tr());
    // means = x.mean(dim=1, keepdim=True)
    let means = x.mean_dim(1, true, Kind::Float);
    // best = x.argmax(dim=-1)
    let best = x.argmax(-1, false);
    // chances = torch.softmax(x, dim=-1)
    let chances = x.softmax(-1, Kind::Float);
    // hidden = x.masked_fill(x > 4, float("-inf"))
    let hidden = x.masked_fill(&x.gt(4.0), f64::NEG_INFINITY);
    // x.add_(1)
    let mut x = x;
    x += 1.0;
    // ANCHOR_END: computing
    assert_eq!(list(&y), [3., 5., 7., 9., 11., 13.]);
    assert_eq!(list(&products), [14., 32., 32., 77.]);
    assert_eq!((means.size(), list(&means)), (vec![2, 1], vec![2., 5.]));
    assert_eq!(list(&best), [2., 2.]);
    assert!((chances.sum(Kind::Float).double_value(&[]) - 2.0).abs() < 1e-6);
    assert_eq!(list(&hidden)[3..], [4., f32::NEG_INFINITY, f32::NEG_INFINITY]);
    assert_eq!(list(&x), [2., 3., 4., 5., 6., 7.]);
}

#[test]
fn training() {
    let _generator = testkit::seed(1);
    let x = Tensor::from_slice2(&[[0f32], [1.], [2.], [3.]]);
    let y = &x * 2.0 + 1.0;
    // ANCHOR: training
    // layer = torch.nn.Linear(1, 1)
    let variables = VarStore::new(Device::Cpu);
    let layer = ch00::Linear::new(&variables.root(), 1, 1, true);
    // optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    let mut optimizer = nn::Sgd::default().build(&variables, 0.1).unwrap();
    for _ in 0..500 {
        // loss = torch.nn.functional.mse_loss(layer(x), y)
        let loss = layer.forward(&x).mse_loss(&y, tch::Reduction::Mean);
        // optimizer.zero_grad(); loss.backward(); optimizer.step()
        optimizer.backward_step(&loss);
    }
    // with torch.no_grad(): guess = layer(x)
    let guess = tch::no_grad(|| layer.forward(&x));
    // ANCHOR_END: training
    testkit::assert_close(&guess, &y, 1e-3);
    assert!(!guess.requires_grad());
}
