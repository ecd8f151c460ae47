//! The promises of chapter 5.

use std::collections::BTreeMap;
use std::path::Path;

use ch01::{END_OF_TEXT, Tokenizer, train};
use ch02::{Batch, Windows};
use ch03::Kernel;
use ch04::{
    FeedForwardKind, Gelu, Gpt2, Gpt2Config, NormKind, Parameters, PositionKind,
};
use ch05::*;
use clap::ValueEnum;
use datasets::LIGHTHOUSE;
use tch::nn::{Init, ModuleT, VarStore};
use tch::{Device, Kind, Tensor};
use testkit::{assert_close, golden, matrix};

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

fn tokenizer() -> Tokenizer {
    Tokenizer::new(train([LIGHTHOUSE], 300), &[END_OF_TEXT])
}

fn windows() -> Windows {
    Windows::new(tokenizer().encode(LIGHTHOUSE), 16, 16)
}

fn model(dropout: f64) -> Gpt2Config {
    Gpt2Config {
        vocab_size: 301,
        n_positions: 16,
        n_embd: 24,
        n_layer: 2,
        n_head: 4,
        embd_pdrop: dropout,
        attn_pdrop: dropout,
        resid_pdrop: dropout,
        ..Gpt2Config::default()
    }
}

fn config(steps: i64) -> TrainConfig {
    TrainConfig {
        schedule: Schedule { peak: 1e-2, floor: 1e-3, warmup: 4, steps },
        algorithm: Algorithm::AdamW,
        batch_size: 4,
        ..Preset::default().config(7, Precision::F32)
    }
}

fn trainer(dropout: f64, config: TrainConfig) -> Trainer {
    Trainer::new(&model(dropout), config, Device::Cpu).expect("the sizes fit")
}

fn run(trainer: &mut Trainer, windows: &Windows, steps: i64) -> Vec<f64> {
    let mut step = || {
        let batch = trainer.batch(windows).expect("the text is long enough");
        trainer.train_on(&batch).expect("the loss is a number")
    };
    (0..steps).map(|_| step()).collect()
}

// ---- Loss ---------------------------------------------------------------------------------

#[test]
fn a_loss_by_hand() {
    // softmax of (0, ln 3) is (1/4, 3/4)
    let logits = matrix(&[[0.0, 3f32.ln()], [0.0, 3f32.ln()]]).view([1, 2, 2]);
    let loss = cross_entropy(&logits, &Tensor::from_slice2(&[[0i64, 1]]));
    let by_hand = -(0.25f64.ln() + 0.75f64.ln()) / 2.0;
    assert!((loss.double_value(&[]) - by_hand).abs() < 1e-6);
}

#[test]
fn the_loss_equals_libtorchs_and_survives_large_logits() {
    let _generator = testkit::seed(1);
    for scale in [1.0, 1000.0] {
        let logits = Tensor::randn([2, 3, 11], CPU) * scale;
        let targets = Tensor::randint(11, [2, 3], (Kind::Int64, Device::Cpu));
        let theirs =
            logits.view([6, 11]).cross_entropy_for_logits(&targets.view([6]));
        assert_close(&cross_entropy(&logits, &targets), &theirs, 1e-6 * scale);
    }
}

#[test]
fn logits_in_parts_give_the_same_loss_and_gradients() {
    let _generator = testkit::seed(4);
    for [b, t, v] in [[2, 5, 31], [5, 9, 31], [2, 5, 9001]] {
        parts_give_the_same(b, t, v);
    }
}

fn parts_give_the_same(b: i64, t: i64, v: i64) {
    let c = 8;
    let leaf = |shape: &[i64]| Tensor::randn(shape, CPU).set_requires_grad(true);
    let (hidden, table) = (leaf(&[b, t, c]), leaf(&[v, c]));
    let targets = Tensor::randint(v, [b, t], (Kind::Int64, Device::Cpu));
    let gradients = |loss: Tensor| {
        let found =
            Tensor::run_backward(&[&loss], &[&hidden, &table], false, false);
        (loss.detach(), found)
    };
    let logits = hidden.matmul(&table.tr());
    let (loss, whole) = gradients(cross_entropy(&logits, &targets) * 0.5);
    for rows in [1, 3, 10, 64] {
        let parts = head_loss(&hidden, &table, &targets, rows) * 0.5;
        let (in_parts, parts) = gradients(parts);
        assert_close(&in_parts, &loss, 1e-6);
        for (part, whole) in parts.iter().zip(&whole) {
            assert_close(part, whole, 1e-6);
        }
    }
}

// ---- The way back by hand -----------------------------------------------------------------

/// A model with random numbers everywhere, and a batch for it.
fn model_and_batch(config: &Gpt2Config, b: i64, t: i64) -> (VarStore, Gpt2, Batch) {
    let variables = VarStore::new(Device::Cpu);
    let model = Gpt2::new(&variables.root(), config);
    let by_name = BTreeMap::from_iter(variables.variables());
    for (name, mut parameter) in by_name {
        let around = if name.contains("ln_") { 1.0 } else { 0.0 };
        let numbers = parameter.randn_like() * 0.2 + around;
        tch::no_grad(|| parameter.copy_(&numbers));
    }
    let ids =
        Tensor::randint(config.vocab_size, [b, t + 1], (Kind::Int64, Device::Cpu));
    let (inputs, targets) = (ids.narrow(1, 0, t), ids.narrow(1, 1, t));
    (variables, model, Batch { inputs, targets })
}

/// The loss and the gradients that autograd finds.
fn by_autograd(
    variables: &VarStore,
    model: &Gpt2,
    batch: &Batch,
) -> (Tensor, Gradients) {
    let loss = cross_entropy(&model.forward_t(&batch.inputs, true), &batch.targets);
    let (names, parameters): (Vec<_>, Vec<_>) =
        variables.variables().into_iter().unzip();
    let found = Tensor::run_backward(&[&loss], &parameters, false, false);
    (loss.detach(), names.into_iter().zip(found).collect())
}

/// How far `found` is from `wanted`, as a share of `wanted`'s length.
fn distance(found: &Tensor, wanted: &Tensor) -> f64 {
    let [found, wanted] = [found, wanted].map(|it| it.to_kind(Kind::Double));
    let length = |x: &Tensor| x.square().sum(Kind::Double).sqrt().double_value(&[]);
    length(&(found - &wanted)) / length(&wanted)
}

#[test]
fn the_way_back_by_hand_finds_autograds_gradients() {
    let _generator = testkit::seed(8);
    let plain = Gpt2Config { n_positions: 600, ..model(0.0) };
    let without_bias = Gpt2Config { qkv_bias: false, ..plain.clone() };
    let exact = Gpt2Config { activation_function: Gelu::Exact, ..plain.clone() };
    let cases = [
        (&plain, 1, 1),
        (&plain, 3, 16),
        (&plain, 2, 257), // two blocks of queries, the second with one
        (&plain, 1, 600),
        (&without_bias, 2, 16),
        (&exact, 2, 16),
    ];
    for (config, b, t) in cases {
        let (variables, model, batch) = model_and_batch(config, b, t);
        let (loss, wanted) = by_autograd(&variables, &model, &batch);
        let by_hand = ByHand::of(&variables, config).expect("it is GPT-2's");
        let forward = by_hand.forward(&batch, 1.0, 40);
        assert_close(&forward.loss, &loss, 1e-5);
        let found = by_hand.backward(forward);
        assert!(found.keys().eq(wanted.keys()));
        for (name, found) in &found {
            let wanted = &wanted[name];
            // What a key's bias adds to all scores of a query changes no weight: its gradient
            // is 0, and in `c_attn.bias` it stands among others.
            let distance = distance(found, wanted);
            assert!(distance < 2e-5, "{b} x {t}: {name} is off by {distance}");
        }
    }
}

#[test]
fn in_16_bits_the_way_by_hand_is_as_exact_as_autograds() {
    let _generator = testkit::seed(9);
    let config = Gpt2Config { n_positions: 300, ..model(0.0) };
    let (mut variables, model, batch) = model_and_batch(&config, 2, 300);
    // Both start with numbers that 16 bits can tell.
    variables.set_kind(Kind::BFloat16);
    variables.set_kind(Kind::Float);
    let (_, exact) = by_autograd(&variables, &model, &batch);
    variables.set_kind(Kind::BFloat16);
    let (_, by_autograd) = by_autograd(&variables, &model, &batch);
    let by_hand = ByHand::of(&variables, &config).expect("it is GPT-2's");
    let by_hand = by_hand.backward(by_hand.forward(&batch, 1.0, 256));
    let mean_distance = |found: &Gradients| {
        let each = exact.iter().map(|(name, exact)| distance(&found[name], exact));
        each.sum::<f64>() / exact.len() as f64
    };
    let [by_hand, by_autograd] = [&by_hand, &by_autograd].map(mean_distance);
    assert!(by_hand < 1.1 * by_autograd, "{by_hand} {by_autograd}");
    assert!(by_hand < 0.03, "{by_hand}");
}

#[test]
fn only_gpt2_goes_back_by_hand_and_only_without_dropout() {
    let knows = |config: &Gpt2Config| {
        let variables = VarStore::new(Device::Cpu);
        let _ = Gpt2::new(&variables.root(), config);
        ByHand::of(&variables, config).is_some()
    };
    let plain = model(0.0);
    assert!(knows(&plain));
    let others = [
        model(0.1),
        Gpt2Config { norm: NormKind::Rms, ..plain.clone() },
        Gpt2Config { feed_forward: FeedForwardKind::SwiGlu, ..plain.clone() },
        Gpt2Config { positions: PositionKind::Rotary, ..plain.clone() },
        Gpt2Config { tie_word_embeddings: false, ..plain.clone() },
        Gpt2Config { attention_kernel: Kernel::Explicit, ..plain },
    ];
    assert!(others.iter().all(|config| !knows(config)));
}

#[test]
fn a_large_vocabulary_trains_by_hand_as_it_would_by_autograd() {
    let large = Gpt2Config { vocab_size: 50_257, ..model(0.0) };
    let explicit =
        Gpt2Config { attention_kernel: Kernel::Explicit, ..large.clone() };
    let ids =
        Tensor::arange(21 * 17, (Kind::Int64, Device::Cpu)).view([21, 17]) * 140;
    let (inputs, targets) = (ids.narrow(1, 0, 16), ids.narrow(1, 1, 16));
    let upside_down =
        Batch { inputs: targets.flip([0]), targets: inputs.flip([0]) };
    let pair = [Batch { inputs, targets }, upside_down];
    let [by_hand, by_autograd] = [large, explicit].map(|model| {
        let _generator = testkit::seed(1);
        let mut trainer = Trainer::new(&model, config(9), Device::Cpu).unwrap();
        let by_hand = matches!(trainer.forward(&pair[0]), Loss::ByHand(..));
        assert_eq!(by_hand, model.attention_kernel != Kernel::Explicit);
        let first = trainer.train_on(&pair[0]).unwrap();
        [first, trainer.train_on_all(&pair).unwrap(), trainer.gradient]
    });
    for (by_hand, by_autograd) in by_hand.iter().zip(by_autograd) {
        assert!(
            (by_hand / by_autograd - 1.0).abs() < 1e-4,
            "{by_hand} {by_autograd}"
        );
    }
}

#[test]
fn by_hand_the_same_seed_gives_the_same_weights_to_the_last_bit() {
    let large = Gpt2Config { vocab_size: 50_257, n_positions: 300, ..model(0.0) };
    for precision in [Precision::F32, Precision::Bf16] {
        let train = || {
            let _generator = testkit::seed(1);
            let config = TrainConfig { precision, ..config(9) };
            let mut trainer = Trainer::new(&large, config, Device::Cpu).unwrap();
            // Few tokens, so that each gets many gradients: their order would matter.
            let ids = Tensor::randint(7, [2, 301], (Kind::Int64, Device::Cpu));
            let (inputs, targets) = (ids.narrow(1, 0, 300), ids.narrow(1, 1, 300));
            let batch = Batch { inputs, targets };
            let losses = [(); 3].map(|()| trainer.train_on(&batch).unwrap());
            assert!(losses[2] < losses[0], "{losses:?}");
            (losses, BTreeMap::from_iter(trainer.variables.variables()))
        };
        let (first, second) = (train(), train());
        assert_eq!(first.0, second.0);
        for (name, weights) in &first.1 {
            assert!(weights.equal(&second.1[name]), "{name}");
        }
    }
}

#[test]
fn a_model_that_knows_nothing_has_the_vocabulary_as_its_perplexity() {
    let logits = Tensor::zeros([1, 4, 50_257], CPU);
    let loss =
        cross_entropy(&logits, &Tensor::from_slice2(&[[0i64, 7, 50_256, 3]]));
    assert!((perplexity(loss.double_value(&[])) - 50_257.0).abs() < 1.0);
    // Raschka (2024), section 5.1
    assert!((perplexity(10.7940) - 48_725.82).abs() < 5.0);
}

// ---- Schedule, clipping, optimizer --------------------------------------------------------

#[test]
fn the_rate_climbs_turns_and_falls() {
    let schedule = Schedule { peak: 1.0, floor: 0.1, warmup: 4, steps: 104 };
    let rates = [0, 1, 3, 4, 54, 104, 500].map(|step| schedule.rate(step));
    let by_hand = [0.25, 0.5, 1.0, 1.0, 0.55, 0.1, 0.1];
    for (rate, by_hand) in rates.iter().zip(by_hand) {
        assert!((rate - by_hand).abs() < 1e-12, "{rates:?}");
    }
}

#[test]
fn clipping_shortens_long_gradients_and_leaves_short_ones() {
    let gradient = |values: &[f32]| Tensor::from_slice(values);
    let mut long = [gradient(&[3.0]), gradient(&[0.0, 4.0])]; // length 5
    assert!((clip_gradients(&mut long, 1.0) - 5.0).abs() < 1e-6);
    assert_close(&long[0], &gradient(&[0.6]), 1e-6);
    assert_close(&long[1], &gradient(&[0.0, 0.8]), 1e-6);

    let mut short = [gradient(&[0.3])];
    clip_gradients(&mut short, 1.0);
    assert_close(&short[0], &gradient(&[0.3]), 0.0);
}

#[test]
fn a_parameter_that_the_loss_does_not_depend_on_stays_where_it_is() {
    for precision in [Precision::F32, Precision::Bf16] {
        let mut variables = VarStore::new(Device::Cpu);
        let parameter =
            |name: &str| variables.root().var(name, &[2, 2], Init::Const(0.5));
        let (used, unused) = (parameter("used"), parameter("unused"));
        let mut optimizer =
            Optimizer::new(&mut variables, Algorithm::AdamW, precision, 0.1);
        let losses = (0..2).map(|_| used.sum(Kind::Float) * 0.5);
        let seen = descend(&mut optimizer, losses, 1.0, 0.1).unwrap();
        assert!((seen.gradient - 2.0).abs() < 1e-6, "four numbers of slope 1");
        assert!(used.max().double_value(&[]) < 0.45);
        assert_eq!(unused.min().double_value(&[]), 0.5);
    }
}

#[test]
fn the_optimizer_keeps_eight_bytes_a_weight_in_f32_and_ten_in_bf16() {
    for (precision, bytes) in [(Precision::F32, 8), (Precision::Bf16, 10)] {
        let mut variables = VarStore::new(Device::Cpu);
        let _ = variables.root().var("weight", &[3, 5], Init::Const(0.0));
        let optimizer =
            Optimizer::new(&mut variables, Algorithm::AdamW, precision, 0.1);
        assert_eq!(optimizer.bytes(), 15 * bytes, "two means, and the other half");
    }
}

#[test]
fn parameters_that_share_a_gradient_are_clipped_once_each() {
    let mut variables = VarStore::new(Device::Cpu);
    let parameter = |name: &str| variables.root().var(name, &[4], Init::Const(0.0));
    let (a, b) = (parameter("a"), parameter("b"));
    let optimizer =
        Optimizer::new(&mut variables, Algorithm::AdamW, Precision::F32, 0.1);
    let slope = Tensor::from_slice(&[3.0f32, 0.0, 0.0, 4.0]);
    let loss = ((&a + &b) * slope).sum(Kind::Float);
    let mut gradients = optimizer.gradients(&loss);
    let length = clip_gradients(&mut gradients, 1.0);
    assert!((length - 50f64.sqrt()).abs() < 1e-5);
    let clipped = Tensor::from_slice(&[3.0f32, 0.0, 0.0, 4.0]) / 50f64.sqrt();
    gradients.iter().for_each(|it| assert_close(it, &clipped, 1e-6));
}

#[test]
fn adamw_and_clipping_walk_the_way_of_pytorchs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let golden = golden(folder.join("adamw.safetensors"));
    let mut variables = VarStore::new(Device::Cpu);
    let parameter = |name: &str, shape: &[i64]| {
        let mut parameter = variables.root().var(name, shape, Init::Const(0.0));
        tch::no_grad(|| parameter.copy_(&golden[&format!("{name}.0")]));
        parameter
    };
    let (matrix, bias) = (parameter("matrix", &[3, 4]), parameter("bias", &[4]));
    let mut optimizer =
        Optimizer::new(&mut variables, Algorithm::AdamW, Precision::F32, 0.1);
    for step in 1..=5 {
        let y = Tensor::ones([2, 3], CPU).matmul(&matrix) + &bias;
        let loss = y.pow_tensor_scalar(3).sum(Kind::Float);
        let mut gradients = optimizer.gradients(&loss);
        let length = clip_gradients(&mut gradients, 1.0);
        let theirs = golden[&format!("length.{step}")].double_value(&[0]);
        assert!((length / theirs - 1.0).abs() < 1e-4);
        optimizer.step(&mut gradients, 0.01);
        assert_close(&matrix, &golden[&format!("matrix.{step}")], 1e-5);
        assert_close(&bias, &golden[&format!("bias.{step}")], 1e-5);
    }
}

#[test]
fn muon_walks_the_way_of_pytorchs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let golden = golden(folder.join("muon.safetensors"));
    let mut variables = VarStore::new(Device::Cpu);
    let parameter = |name: &str, theirs: &str| {
        let theirs = &golden[&format!("{theirs}.0")];
        let path = variables.root() / "h" / 0 / "attn";
        let mut parameter =
            (path / name).var("weight", &theirs.size(), Init::Const(0.0));
        tch::no_grad(|| parameter.copy_(theirs));
        parameter
    };
    let tall = parameter("tall", "tall");
    let square = parameter("c_attn", "square"); // three matrices in one
    let mut optimizer =
        Optimizer::new(&mut variables, Algorithm::Muon, Precision::F32, 0.1);
    for step in 1..=5 {
        let loss = |weight: &Tensor, input: &str| {
            golden[input].matmul(weight).pow_tensor_scalar(3).sum(Kind::Float)
        };
        let loss = loss(&tall, "x") + loss(&square, "y");
        optimizer.step(&mut optimizer.gradients(&loss), 0.05);
        // PyTorch orthogonalises in bf16, which has two and a half digits.
        let tolerance = 6e-4 * f64::from(step);
        assert_close(&tall, &golden[&format!("tall.{step}")], tolerance);
        assert_close(&square, &golden[&format!("square.{step}")], tolerance);
    }
    let way = (&golden["tall.5"] - &golden["tall.0"]).abs().mean(Kind::Float);
    assert!(way.double_value(&[]) > 0.02, "far more than the tolerance");
}

#[test]
fn orthogonal_means_that_all_directions_are_about_equally_long() {
    let _generator = testkit::seed(2);
    for shape in [[8, 8], [4, 16], [16, 4]] {
        let x = Tensor::randn(shape, CPU);
        let (_, lengths, _) = orthogonalise(&x).svd(true, false);
        let lengths = Vec::<f32>::try_from(lengths).unwrap();
        let near_one = |length: &f32| (0.5..1.3).contains(length);
        assert!(lengths.iter().all(near_one), "{shape:?}: {lengths:?}");
    }
    let flat = Tensor::zeros([3, 3], CPU);
    assert_close(&orthogonalise(&flat), &flat, 0.0);
}

#[test]
fn matrices_decay_and_biases_and_norms_do_not() {
    let _generator = testkit::seed(5); // nobody else draws meanwhile
    let trainer = trainer(0.0, config(1));
    let (decaying, others) = trainer.optimizer.group_sizes();
    let (v, t, c, n) = (301, 16, 24, 2);
    assert_eq!(decaying, v * c + t * c + n * 12 * c * c);
    assert_eq!(others, n * (3 * c + c + 4 * c + c + 4 * c) + 2 * c);
}

// ---- Training -----------------------------------------------------------------------------

#[test]
fn the_loss_falls() {
    let _generator = testkit::seed(1);
    let windows = windows();
    let mut trainer = trainer(0.0, config(60));
    let before = trainer.evaluate(&windows, 5);
    assert!((before - 301f64.ln()).abs() < 0.3, "an untrained model: {before}");
    run(&mut trainer, &windows, 60);
    let after = trainer.evaluate(&windows, 5);
    assert!(after < before - 1.5, "{before} -> {after}");
}

#[test]
fn a_batch_in_parts_is_the_same_as_a_whole_one() {
    let _generator = testkit::seed(1);
    let windows = windows();
    let mut whole = trainer(0.0, config(5));
    let parts = TrainConfig { batch_size: 2, accumulate: 2, ..config(5) };
    let mut parts = trainer(0.0, parts);
    for _ in 0..5 {
        let batches = parts.batches(&windows).unwrap();
        assert_eq!(batches.len(), 2);
        let loss = parts.train_on_all(&batches).unwrap();
        let theirs = whole.train_on(&whole.batch(&windows).unwrap()).unwrap();
        assert!((loss - theirs).abs() < 1e-5, "{loss} {theirs}");
    }
}

#[test]
fn the_same_seed_gives_the_same_losses() {
    let _generator = testkit::seed(1);
    let windows = windows();
    let losses = || run(&mut trainer(0.1, config(6)), &windows, 6);
    assert_eq!(losses(), losses());
}

#[test]
fn every_window_is_seen_once_in_each_epoch() {
    let _generator = testkit::seed(1);
    let windows = Windows::new((0..161).collect(), 4, 4); // 40 windows
    let mut trainer = trainer(0.0, config(30));
    for epoch in 0..3 {
        let mut firsts = Vec::new();
        for step in 0..10 {
            trainer.step = 10 * epoch + step;
            let inputs = trainer.batch(&windows).unwrap().inputs;
            firsts.extend(Vec::<i64>::try_from(inputs.select(1, 0)).unwrap());
        }
        firsts.sort_unstable();
        assert_eq!(firsts, (0..40).map(|i| 4 * i).collect::<Vec<_>>());
    }
}

// ANCHOR: interrupted
#[test]
fn an_interrupted_run_goes_on_as_if_nothing_had_happened() {
    let _generator = testkit::seed(1);
    let (windows, tokenizer) = (windows(), tokenizer());
    for (algorithm, precision) in [
        (Algorithm::AdamW, Precision::F32),
        (Algorithm::AdamW, Precision::Bf16),
        (Algorithm::Muon, Precision::Bf16),
        (Algorithm::MuonBlocks, Precision::Bf16),
    ] {
        let config = TrainConfig { algorithm, precision, ..config(12) };
        let mut whole = trainer(0.1, config);
        let losses = run(&mut whole, &windows, 12);

        let folder = tempfile::tempdir().unwrap();
        let checkpoint = Checkpoint::new(folder.path().join("half"));
        let mut half = trainer(0.1, config);
        run(&mut half, &windows, 5);
        checkpoint.save(&half, &tokenizer, &[]).unwrap();
        drop(half);
        let (mut half, _, _) = checkpoint.resume(Device::Cpu).unwrap();
        assert_eq!(half.step, 5);
        assert_eq!(run(&mut half, &windows, 7), losses[5..], "{precision:?}");
        for (name, weight) in whole.variables.variables() {
            assert!(
                weight.equal(&half.variables.variables()[&name]),
                "{name} {precision:?}"
            );
        }
    }
}
// ANCHOR_END: interrupted

#[test]
fn sixteen_bits_learn_what_thirty_two_learn() {
    let _generator = testkit::seed(1);
    let windows = windows();
    let last = |precision| {
        let mut trainer = trainer(0.0, TrainConfig { precision, ..config(40) });
        let losses = run(&mut trainer, &windows, 40);
        losses[30..].iter().sum::<f64>() / 10.0
    };
    let (f32, bf16) = (last(Precision::F32), last(Precision::Bf16));
    assert!((f32 - bf16).abs() < 0.1, "f32 {f32}, bf16 {bf16}");
}

#[test]
fn a_loss_that_is_not_a_number_stops_the_run() {
    let _generator = testkit::seed(1);
    let windows = windows();
    let mut trainer = trainer(0.0, config(5));
    let weight = &trainer.variables.variables()["wte.weight"];
    let _ = tch::no_grad(|| weight.shallow_clone().fill_(f64::NAN));
    let error = trainer.train_on(&trainer.batch(&windows).unwrap()).unwrap_err();
    let error = format!("{error:#}");
    assert!(error.contains("step 0") && error.contains("NaN"), "{error}");
}

// ---- Presets ------------------------------------------------------------------------------

#[test]
fn every_preset_has_a_model_that_writes_all_its_tokens() {
    for &preset in Preset::value_variants() {
        let model = preset.model();
        model.validate().unwrap();
        let tokenizer = preset.tokenizer(1).unwrap();
        assert_eq!(tokenizer.vocab_size() as i64, model.vocab_size, "{preset:?}");
        let config = preset.config(3, Precision::F32);
        assert_eq!((config.seed, config.preset), (3, preset));
    }
}

#[test]
fn the_speedrun_is_of_the_size_of_the_plain_model() {
    let total = |preset: Preset| Parameters::of(&preset.model()).total();
    let plain = total(Preset::CharShakespeare);
    let positions = 256 * 384; // a table that rotary positions do without
    // No biases in SwiGLU, and a third of 8 · 384 is a whole number: nothing is lost by rounding.
    let biases = 6 * (4 * 384 + 384);
    assert_eq!(total(Preset::CharSpeedrun), plain - positions - biases);
}

#[test]
fn a_text_is_cut_into_nine_tenths_to_learn_and_one_to_measure_with() {
    let folder = tempfile::tempdir().unwrap();
    let text: String = (0..5000).map(|i| format!("line {i}\n")).collect();
    std::fs::write(folder.path().join("tinyshakespeare.txt"), &text).unwrap();
    let preset = Preset::CharShakespeare;
    let tokenizer = preset.tokenizer(1).unwrap();
    let config = preset.config(1, Precision::F32);
    let read = || preset.read(&tokenizer, &config, Some(folder.path())).unwrap();
    let texts = read();
    let learned = text.len() * 9 / 10;
    assert_eq!(texts.training.windows(), (learned - 257) / 64 + 1);
    assert_eq!(texts.validation.len(), (text.len() - learned - 257) / 256 + 1);
    let first: Vec<u32> =
        text.bytes().skip(learned).take(256).map(u32::from).collect();
    assert_eq!(texts.validation.get(0).0, first);

    let same = read().fingerprint();
    assert_eq!(texts.fingerprint(), same);
    let other = text.replacen('5', "6", 1);
    std::fs::write(folder.path().join("tinyshakespeare.txt"), other).unwrap();
    assert_ne!(read().fingerprint(), same);
}

// ---- Checkpoints --------------------------------------------------------------------------

#[test]
fn a_checkpoint_gives_back_the_model_the_tokenizer_and_the_measurements() {
    let _generator = testkit::seed(1);
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = Checkpoint::new(folder.path().join("run"));
    assert!(!checkpoint.exists());
    let tokenizer = tokenizer();
    let mut trainer = trainer(0.0, config(10));
    let metrics = [Evaluation {
        step: 3,
        train_loss: 5.5,
        validation_loss: 5.6,
        gradient: Some(1.0 / 3.0),
        rate: Some(0.1 + 0.2),
    }];
    checkpoint.save(&trainer, &tokenizer, &metrics).unwrap();
    run(&mut trainer, &windows(), 3);
    checkpoint.save(&trainer, &tokenizer, &metrics).unwrap(); // over the old one
    assert!(checkpoint.exists());

    let (_variables, model, loaded) = checkpoint.load(Device::Cpu).unwrap();
    let ids = Tensor::from_slice2(&[[1i64, 300, 7, 256]]);
    assert_close(
        &model.forward_t(&ids, false),
        &trainer.model.forward_t(&ids, false),
        0.0,
    );
    assert_eq!(loaded.encode("lighthouse"), tokenizer.encode("lighthouse"));
    assert_eq!(checkpoint.resume(Device::Cpu).unwrap().2, metrics);
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(names.len(), 1, "nothing is left beside the checkpoint: {names:?}");
}

#[test]
fn a_save_that_was_killed_half_way_leaves_the_old_checkpoint() {
    let _generator = testkit::seed(1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    Checkpoint::new(&path)
        .save(&trainer(0.0, config(1)), &tokenizer(), &[])
        .unwrap();
    // What a kill between the two renames leaves behind.
    std::fs::rename(&path, folder.path().join(".run.old")).unwrap();
    std::fs::create_dir(folder.path().join(".run.new")).unwrap();
    assert!(Checkpoint::new(&path).exists());
    assert!(Checkpoint::new(&path).load(Device::Cpu).is_ok());
}

#[test]
fn a_broken_checkpoint_is_named() {
    let _generator = testkit::seed(1);
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = Checkpoint::new(folder.path().join("run"));
    let error =
        format!("{:#}", checkpoint.load(Device::Cpu).map(|_| ()).unwrap_err());
    assert!(error.contains("config.json"), "{error}");

    checkpoint.save(&trainer(0.0, config(1)), &tokenizer(), &[]).unwrap();
    let weights = folder.path().join("run/model.safetensors");
    let bytes = std::fs::read(&weights).unwrap();
    std::fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    let error =
        format!("{:#}", checkpoint.load(Device::Cpu).map(|_| ()).unwrap_err());
    assert!(error.contains("model.safetensors"), "{error}");
}

#[test]
fn sampling_stops_at_the_end_and_at_the_count() {
    let _generator = testkit::seed(1);
    let trainer = trainer(0.0, config(1));
    let start = Tensor::from_slice2(&[[300i64]]);
    assert_eq!(sample(&trainer.model, &start, 30, 5, -1, |_| ()).len(), 30);
    let likeliest =
        trainer.model.next_logits(&start).argmax(-1, false).int64_value(&[0]);
    assert!(sample(&trainer.model, &start, 30, 1, likeliest, |_| ()).is_empty());
}

#[test]
fn weights_of_other_sizes_are_named_in_one_sentence() {
    let _generator = testkit::seed(1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let checkpoint = Checkpoint::new(&path);
    checkpoint.save(&trainer(0.0, config(1)), &tokenizer(), &[]).unwrap();
    let config = path.join("config.json");
    let sizes = std::fs::read_to_string(&config).unwrap();
    let sizes = sizes.replace("\"n_embd\": 24", "\"n_embd\": 48");
    std::fs::write(&config, sizes).unwrap();
    let error = format!("{:#}", checkpoint.load(Device::Cpu).unwrap_err());
    assert!(
        error.contains("model.safetensors does not fit config.json"),
        "{error}"
    );
    assert!(error.contains("the sizes want") && !error.contains('\n'), "{error}");

    let weights = path.join("model.safetensors");
    let half = std::fs::read(&weights).unwrap();
    std::fs::write(&weights, &half[..half.len() / 2]).unwrap();
    let error = format!("{:#}", checkpoint.load(Device::Cpu).unwrap_err());
    assert!(
        error.contains("model.safetensors") && !error.contains('\n'),
        "{error}"
    );
}
