//! The promises of chapter 4.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ch04::*;
use tch::nn::{Module, ModuleT, VarStore};
use tch::{Device, IndexOp, Kind, Tensor};
use testkit::{assert_causal, assert_causal_ids, assert_close, golden, matrix};

const CPU: (Kind, Device) = (Kind::Float, Device::Cpu);

fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn goldens() -> BTreeMap<String, Tensor> {
    golden(golden_folder().join("gpt2.safetensors"))
}

/// The sizes of the golden model.
fn tiny() -> Gpt2Config {
    Gpt2Config {
        vocab_size: 61,
        n_positions: 17,
        n_embd: 24,
        n_layer: 3,
        n_head: 4,
        ..Gpt2Config::default()
    }
}

fn random(config: &Gpt2Config) -> (VarStore, Gpt2) {
    let _generator = testkit::seed(5);
    let variables = VarStore::new(Device::Cpu);
    let model = Gpt2::new(&variables.root(), config);
    (variables, model)
}

/// The tiny model with Hugging Face's weights.
fn hugging_face() -> (VarStore, Gpt2) {
    let (variables, model) = random(&tiny());
    let goldens = goldens();
    let ours = variables.variables();
    let theirs = goldens.keys().filter(|name| name.starts_with("model.")).count();
    assert_eq!(ours.len(), theirs, "the two models have the same parameters");
    tch::no_grad(|| {
        for (name, mut parameter) in ours {
            let golden = &goldens[&format!("model.{name}")];
            assert_eq!(parameter.size(), golden.size(), "{name}");
            parameter.copy_(golden);
        }
    });
    (variables, model)
}

// ---- Known answers ------------------------------------------------------------------------

#[test]
fn parameter_counts_are_the_published_ones() {
    let count = |config: Gpt2Config| Parameters::of(&config).total();
    assert_eq!(count(Gpt2Config::default()), 124_439_808);
    let untied = Gpt2Config { tie_word_embeddings: false, ..Gpt2Config::default() };
    assert_eq!(count(untied.clone()), 163_037_184);
    assert_eq!(count(Gpt2Config { qkv_bias: false, ..untied }), 163_009_536);
    assert_eq!(
        count(Gpt2Config { qkv_bias: false, ..Gpt2Config::default() }),
        124_412_160
    );
}

#[test]
fn the_four_sizes_have_as_many_parameters_as_hugging_faces() {
    let counts =
        std::fs::read_to_string(golden_folder().join("parameters.json")).unwrap();
    let counts: BTreeMap<String, i64> = serde_json::from_str(&counts).unwrap();
    let sizes = [
        ("gpt2", Size::Gpt2),
        ("gpt2-medium", Size::Gpt2Medium),
        ("gpt2-large", Size::Gpt2Large),
        ("gpt2-xl", Size::Gpt2Xl),
    ];
    for (name, size) in sizes {
        assert_eq!(
            Parameters::of(&Gpt2Config::released(size)).total(),
            counts[name],
            "{name}"
        );
    }
}

#[test]
fn the_count_equals_the_sum_over_all_tensors() {
    for tie_word_embeddings in [true, false] {
        for qkv_bias in [true, false] {
            let config = Gpt2Config { tie_word_embeddings, qkv_bias, ..tiny() };
            let (variables, _model) = random(&config);
            let sum: usize =
                variables.variables().values().map(Tensor::numel).sum();
            assert_eq!(Parameters::of(&config).total(), sum as i64);
        }
    }
}

#[test]
fn layer_norm_of_four_numbers_by_hand() {
    // mean 2.5, variance (2.25 + 0.25 + 0.25 + 2.25) / 4 = 1.25
    let x = matrix(&[[1.0, 2.0, 3.0, 4.0]]);
    let weight = Tensor::from_slice(&[1f32, 1.0, 1.0, 2.0]);
    let bias = Tensor::from_slice(&[0f32, 0.0, 10.0, 0.0]);
    let y = matrix(&[[-1.341641, -0.447214, 10.447214, 2.683282]]);
    assert_close(&layer_norm(&x, &weight, &bias, 0.0), &y, 1e-5);
}

#[test]
fn gelu_of_some_numbers_by_hand() {
    // Φ(1) = 0.841345, Φ(-2) = 0.022750
    let x = matrix(&[[0.0, 1.0, -2.0]]);
    assert_close(&gelu(&x), &matrix(&[[0.0, 0.841345, -0.045500]]), 1e-5);
}

#[test]
fn the_start_values_have_gpt2s_scales() {
    let config = Gpt2Config { n_embd: 96, n_layer: 8, ..tiny() };
    let (variables, _model) = random(&config);
    let variables = variables.variables();
    let std = |name: &str| variables[name].std(false).double_value(&[]);
    for name in ["wte.weight", "h.0.attn.c_attn.weight", "h.7.mlp.c_fc.weight"] {
        assert!((std(name) / 0.02 - 1.0).abs() < 0.05, "{name}: {}", std(name));
    }
    for name in ["h.0.attn.c_proj.weight", "h.7.mlp.c_proj.weight"] {
        assert!(
            (std(name) / (0.02 / 4.0) - 1.0).abs() < 0.05,
            "{name}: {}",
            std(name)
        ); // √16
    }
    assert_close(
        &variables["h.3.attn.c_attn.bias"],
        &Tensor::zeros([288], CPU),
        0.0,
    );
    assert_close(&variables["ln_f.weight"], &Tensor::ones([96], CPU), 0.0);
}

// ---- Golden numbers -----------------------------------------------------------------------

// ANCHOR: logits
#[test]
fn logits_equal_hugging_faces() {
    let (_variables, model) = hugging_face();
    let goldens = goldens();
    assert_close(
        &model.forward_t(&goldens["ids"], false),
        &goldens["logits"],
        1e-4,
    );
}
// ANCHOR_END: logits

#[test]
fn greedy_text_equals_hugging_faces() {
    let (_variables, model) = hugging_face();
    let goldens = goldens();
    let ids = generate_greedy(&model, &goldens["ids"].narrow(0, 0, 1), 6, || ());
    assert!(ids.equal(&goldens["greedy"]), "{ids:?}");
}

#[test]
fn layer_norm_equals_pytorchs() {
    let goldens = goldens();
    let [x, weight, bias, y] =
        ["x", "weight", "bias", "y"].map(|n| &goldens[&format!("norm.{n}")]);
    assert_close(&layer_norm(x, weight, bias, 1e-5), y, 1e-5);

    let variables = VarStore::new(Device::Cpu);
    let norm = LayerNorm::new(&variables.root(), 7, 1e-5);
    tch::no_grad(|| {
        variables.variables()["weight"].shallow_clone().copy_(weight);
        variables.variables()["bias"].shallow_clone().copy_(bias);
    });
    assert_close(&norm.forward(x), y, 1e-5);
}

#[test]
fn both_gelus_equal_pytorchs() {
    let goldens = goldens();
    let x = &goldens["gelu.x"];
    for y in [gelu(x), Gelu::Exact.forward(x)] {
        assert_close(&y, &goldens["gelu.exact"], 1e-6);
    }
    for y in [gelu_tanh(x), Gelu::Tanh.forward(x)] {
        assert_close(&y, &goldens["gelu.tanh"], 1e-6);
    }
    assert_close(&gelu(x), &gelu_tanh(x), 5e-4);
}

// ---- Properties ---------------------------------------------------------------------------

#[test]
fn no_layer_and_no_model_looks_ahead() {
    let config = tiny();
    let _generator = testkit::seed(5);
    let variables = VarStore::new(Device::Cpu);
    let root = variables.root();
    let x = Tensor::randn([2, 5, 24], CPU);

    let norm = LayerNorm::new(&(&root / "norm"), 24, 1e-5);
    assert_causal(&x, |x| norm.forward(x));
    assert_causal(&x, |x| {
        layer_norm(x, &Tensor::ones([24], CPU), &Tensor::zeros([24], CPU), 1e-5)
    });
    let feed_forward = FeedForward::new(&(&root / "mlp"), &config, 0.02);
    assert_causal(&x, |x| feed_forward.forward_t(x, false));
    let block = Block::new(&(&root / "block"), &config);
    assert_causal(&x, |x| block.forward_t(x, false));

    let model = Gpt2::new(&(&root / "model"), &config);
    let ids = Tensor::randint(61, [2, 9], (Kind::Int64, Device::Cpu));
    assert_causal_ids(&ids, 61, |ids| model.forward_t(ids, false));
}

// ANCHOR: norm_over_time
#[test]
#[should_panic(expected = "looks ahead")]
fn a_layer_norm_whose_mean_runs_over_time_is_caught() {
    // A published mistake: the mean over axis 1, the variance over the last axis. Every shape
    // is right.
    let _generator = testkit::seed(5);
    assert_causal(&Tensor::randn([2, 5, 24], CPU), |x| {
        let mean = x.mean_dim(1, true, Kind::Float);
        (x - mean) / (x.var_dim(-1, false, true) + 1e-5).sqrt()
    });
}
// ANCHOR_END: norm_over_time

#[test]
fn tied_and_untied_models_agree_when_the_output_layer_is_the_token_table() {
    let (tied_variables, tied) = random(&tiny());
    let (untied_variables, untied) =
        random(&Gpt2Config { tie_word_embeddings: false, ..tiny() });
    let from = tied_variables.variables();
    tch::no_grad(|| {
        for (name, mut parameter) in untied_variables.variables() {
            parameter.copy_(from.get(&name).unwrap_or(&from["wte.weight"]));
        }
    });
    let ids = Tensor::from_slice2(&[[1i64, 60, 7, 0]]);
    assert_close(&untied.forward_t(&ids, false), &tied.forward_t(&ids, false), 0.0);
}

#[test]
fn the_next_logits_are_the_last_row_of_all_logits() {
    let (_variables, model) = random(&tiny());
    let ids = Tensor::from_slice2(&[[1i64, 60, 7, 0], [3, 3, 3, 3]]);
    assert_close(
        &model.next_logits(&ids),
        &model.forward_t(&ids, false).i((.., -1)),
        1e-6,
    );
}

#[test]
fn each_text_of_a_batch_is_written_on_by_itself() {
    let (_variables, model) = hugging_face();
    let both = Tensor::from_slice2(&[[1i64, 60, 7], [5, 2, 9]]);
    let together = generate_greedy(&model, &both, 8, || ());
    for row in 0..2 {
        let alone = generate_greedy(&model, &both.narrow(0, row, 1), 8, || ());
        assert!(alone.equal(&together.narrow(0, row, 1)));
    }
}

#[test]
fn beyond_the_context_the_model_sees_the_last_tokens_only() {
    let (_variables, model) = hugging_face();
    let start = Tensor::from_slice2(&[[1i64, 60, 7]]);
    let mut steps = 0;
    let text = generate_greedy(&model, &start, 30, || steps += 1);
    assert_eq!((text.size(), steps), (vec![1, 33], 30));
    for end in [20, 32] {
        let seen = text.narrow(1, end - 17, 17);
        let next = model.next_logits(&seen).argmax(-1, false).int64_value(&[0]);
        assert_eq!(next, text.int64_value(&[0, end]));
    }
}

#[test]
fn dropout_works_in_training_only() {
    let (_variables, model) = random(&tiny());
    let _generator = testkit::seed(6);
    let ids = Tensor::from_slice2(&[[1i64, 60, 7, 0]]);
    let [a, b] = [false, false].map(|train| model.forward_t(&ids, train));
    assert_close(&a, &b, 0.0);
    let [a, b] = [true, true].map(|train| model.forward_t(&ids, train));
    assert!((a - b).abs().max().double_value(&[]) > 0.0);
}

#[test]
fn gradients_reach_every_parameter() {
    let (variables, model) = random(&tiny());
    let ids = Tensor::from_slice2(&[[1i64, 60, 7, 0]]);
    let targets = Tensor::from_slice(&[60i64, 7, 0, 2]);
    model
        .forward_t(&ids, false)
        .view([4, 61])
        .cross_entropy_for_logits(&targets)
        .backward();
    for (name, parameter) in variables.variables() {
        assert!(parameter.grad().abs().max().double_value(&[]) > 0.0, "{name}");
    }
}

#[test]
fn an_untrained_model_is_as_surprised_as_one_that_knows_nothing() {
    let (_variables, model) = random(&tiny());
    let ids = Tensor::from_slice2(&[[1i64, 60, 7, 0]]);
    let targets = Tensor::from_slice(&[60i64, 7, 0, 2]);
    let loss = model
        .forward_t(&ids, false)
        .view([4, 61])
        .cross_entropy_for_logits(&targets);
    assert!((loss.double_value(&[]) - 61f64.ln()).abs() < 0.2);
}

#[test]
fn an_untrained_tied_model_leans_towards_the_token_it_just_read() {
    let wide = Gpt2Config { n_embd: 96, vocab_size: 500, ..tiny() };
    for (tie_word_embeddings, leans) in [(true, true), (false, false)] {
        let (_variables, model) =
            random(&Gpt2Config { tie_word_embeddings, ..wide.clone() });
        let ids = Tensor::arange(500, (Kind::Int64, Device::Cpu)).unsqueeze(-1); // (v, 1)
        let logits = tch::no_grad(|| model.next_logits(&ids)); // (v, v)
        let own = logits.diagonal(0, 0, 1).mean(Kind::Double).double_value(&[]);
        let all = logits.mean(Kind::Double).double_value(&[]);
        let deviation = logits.std(false).double_value(&[]);
        let ahead = (own - all) / deviation;
        assert_eq!(ahead > 1.0, leans, "{ahead} deviations ahead of the others");
    }
}

// ---- Mistakes -----------------------------------------------------------------------------

#[test]
#[should_panic(expected = "t = 18 tokens, but the model has 17 positions")]
fn more_tokens_than_positions_are_named() {
    let (_variables, model) = random(&tiny());
    let _ =
        model.forward_t(&Tensor::zeros([1, 18], (Kind::Int64, Device::Cpu)), false);
}

#[test]
#[should_panic(expected = "expected ids: (b, t), 2 axes, but its shape is [4]")]
fn a_missing_batch_axis_is_named() {
    let (_variables, model) = random(&tiny());
    let _ = model.forward_t(&Tensor::zeros([4], (Kind::Int64, Device::Cpu)), false);
}

#[test]
fn sizes_that_do_not_fit_together_are_named() {
    let error = |config: Gpt2Config| config.validate().unwrap_err().to_string();
    let heads = Gpt2Config { n_head: 7, ..tiny() };
    assert_eq!(error(heads), "n_embd = 24 must be a multiple of n_head = 7");
    assert_eq!(
        error(Gpt2Config { n_layer: 0, ..tiny() }),
        "n_layer must be at least 1, not 0"
    );
    let dropout = Gpt2Config { attn_pdrop: 1.5, ..tiny() };
    assert_eq!(error(dropout), "attn_pdrop must be from 0 to below 1, not 1.5");
    for size in [Size::Gpt2, Size::Gpt2Medium, Size::Gpt2Large, Size::Gpt2Xl] {
        assert!(Gpt2Config::released(size).validate().is_ok());
    }
}

#[test]
fn a_config_file_of_hugging_faces_is_understood() {
    let file = r#"{"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"],
        "n_embd": 1024, "n_layer": 24, "n_head": 16, "n_positions": 1024, "vocab_size": 50257}"#;
    let config: Gpt2Config = serde_json::from_str(file).unwrap();
    assert_eq!(config, Gpt2Config::released(Size::Gpt2Medium));
    let again: Gpt2Config =
        serde_json::from_str(&serde_json::to_string(&config).unwrap()).unwrap();
    assert_eq!(again, config);
}
