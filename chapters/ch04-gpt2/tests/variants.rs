//! The promises of chapter 4: the three switches.

use std::path::Path;

use ch04::*;
use clap::Parser;
use tch::nn::{ModuleT, VarStore};
use tch::{Device, Kind, Tensor};
use testkit::{assert_causal_ids, assert_close, golden};

/// No two sizes are equal, so that no mixed-up axis can hide.
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

/// Each switch alone, and all together.
fn variants() -> [Gpt2Config; 4] {
    let gpt2 = Switches::default();
    [
        Switches { norm: NormKind::Rms, ..gpt2 },
        Switches { feed_forward: FeedForwardKind::SwiGlu, ..gpt2 },
        Switches { positions: PositionKind::Rotary, ..gpt2 },
        Switches::ALL,
    ]
    .map(|switches| switches.apply(tiny()))
}

fn random(config: &Gpt2Config) -> (VarStore, Gpt2) {
    let _generator = testkit::seed(5);
    let variables = VarStore::new(Device::Cpu);
    let model = Gpt2::new(&variables.root(), config);
    (variables, model)
}

fn ids() -> Tensor {
    Tensor::from_slice2(&[[1i64, 60, 7, 0, 33], [5, 5, 9, 60, 2]])
}

// ---- Golden numbers -----------------------------------------------------------------------

// ANCHOR: llama
#[test]
fn with_all_three_switches_gpt2_is_a_llama_with_biases_in_attention() {
    let golden = golden(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/golden/llama.safetensors"),
    );
    let (variables, model) = random(&Switches::ALL.apply(tiny()));
    tch::no_grad(|| {
        for (name, mut parameter) in variables.variables() {
            parameter.copy_(&golden[&format!("model.{name}")]);
        }
    });
    let logits = model.forward_t(&golden["ids"], false);
    assert_close(&logits, &golden["logits"], 1e-4);
}
// ANCHOR_END: llama

// ---- Parameters ---------------------------------------------------------------------------

#[test]
fn parameters_by_hand() {
    let of = |config: &Gpt2Config| Parameters::of(config);
    let gpt2 = of(&tiny());
    let [rms, swiglu, rotary, all] = variants().map(|config| of(&config));
    // Seven norms lose their shifts.
    assert_eq!(rms, Parameters { norms: 7 * 24, ..gpt2 });
    assert_eq!(gpt2.norms, 2 * rms.norms);
    // Three matrices of 24 by 64 in each block, and no bias
    assert_eq!(swiglu, Parameters { feed_forward: 3 * 3 * 24 * 64, ..gpt2 });
    assert_eq!(gpt2.feed_forward, 3 * (2 * 24 * 96 + 96 + 24));
    assert_eq!(rotary, Parameters { position_table: 0, ..gpt2 });
    assert_eq!(gpt2.position_table, 17 * 24);
    let Parameters { feed_forward, .. } = swiglu;
    let by_hand =
        Parameters { norms: rms.norms, feed_forward, position_table: 0, ..gpt2 };
    assert_eq!(all, by_hand);
}

#[test]
fn the_count_equals_the_sum_over_all_tensors() {
    for config in variants() {
        let (variables, _model) = random(&config);
        let sum: usize = variables.variables().values().map(Tensor::numel).sum();
        assert_eq!(Parameters::of(&config).total(), sum as i64, "{config:?}");
    }
}

#[test]
fn every_variant_of_every_size_is_as_large_as_gpt2_within_one_percent() {
    for size in [Size::Gpt2, Size::Gpt2Medium, Size::Gpt2Large, Size::Gpt2Xl] {
        let gpt2 = Gpt2Config::released(size);
        let total = |config: &Gpt2Config| Parameters::of(config).total() as f64;
        for variant in variants() {
            let switched = Switches::of(&variant).apply(gpt2.clone());
            let ratio = total(&switched) / total(&gpt2);
            assert!((0.99..=1.0).contains(&ratio), "{switched:?}: {ratio}");
        }
    }
}

#[test]
fn the_start_values_have_gpt2s_scales() {
    let config = Gpt2Config { n_embd: 96, n_layer: 8, ..tiny() };
    let (variables, _model) = random(&Switches::ALL.apply(config));
    let variables = variables.variables();
    assert!(!variables.contains_key("wpe.weight"));
    for (name, std) in [("gate", 0.02), ("up", 0.02), ("down", 0.02 / 4.0)]
    // √16
    {
        let found = variables[&format!("h.7.mlp.{name}.weight")].std(false);
        let ratio = found.double_value(&[]) / std;
        assert!((ratio - 1.0).abs() < 0.05, "{name}: {ratio}");
    }
    let scale = &variables["h.3.ln_2.weight"];
    assert_close(scale, &scale.ones_like(), 0.0);
}

// ---- Properties ---------------------------------------------------------------------------

#[test]
fn no_variant_looks_ahead() {
    for config in variants() {
        let (_variables, model) = random(&config);
        assert_causal_ids(&ids(), 61, |ids| model.forward_t(ids, false));
    }
}

#[test]
fn gradients_reach_every_parameter_of_every_variant() {
    for config in variants() {
        let (variables, model) = random(&config);
        let targets = ids().roll([1], [1]).flatten(0, -1);
        let logits = model.forward_t(&ids(), true).flatten(0, 1);
        logits.cross_entropy_for_logits(&targets).backward();
        for (name, parameter) in variables.variables() {
            let gradient = parameter.grad().abs().max().double_value(&[]);
            assert!(gradient > 0.0, "{name} of {config:?}");
        }
    }
}

#[test]
fn both_kernels_agree_on_turned_queries_and_keys() {
    let explicit = Gpt2Config {
        attention_kernel: ch03::Kernel::Explicit,
        ..Switches::ALL.apply(tiny())
    };
    let (_a, explicit) = random(&explicit);
    let (_b, fused) = random(&Switches::ALL.apply(tiny()));
    let logits = |model: &Gpt2| model.forward_t(&ids(), false);
    assert_close(&logits(&explicit), &logits(&fused), 1e-5);
}

#[test]
fn without_a_table_the_order_of_the_past_still_matters() {
    let config = Gpt2Config {
        positions: PositionKind::Rotary,
        initializer_range: 0.3,
        ..tiny()
    };
    let (_variables, model) = random(&config);
    let next =
        |ids: &[i64]| model.next_logits(&Tensor::from_slice(ids).unsqueeze(0));
    let moved = next(&[1, 60, 7, 3]) - next(&[60, 1, 7, 3]);
    assert!(moved.abs().max().double_value(&[]) > 1e-2);
}

#[test]
fn beyond_the_context_positions_are_counted_from_the_first_token_in_view() {
    for config in variants() {
        let (_variables, model) = random(&config);
        let start = Tensor::from_slice2(&[[1i64, 60, 7]]);
        let text = generate_greedy(&model, &start, 30, || ());
        for end in [20, 32] {
            let seen = text.narrow(1, end - 17, 17);
            let next = model.next_logits(&seen).argmax(-1, false);
            assert_eq!(next.int64_value(&[0]), text.int64_value(&[0, end]));
        }
    }
}

#[test]
fn sixteen_bits_come_close_to_thirty_two() {
    for config in variants() {
        let config = Gpt2Config { initializer_range: 0.1, ..config };
        let (mut variables, model) = random(&config);
        let exact = model.forward_t(&ids(), false);
        variables.set_kind(Kind::BFloat16);
        let rough = model.forward_t(&ids(), false);
        assert_eq!(rough.kind(), Kind::BFloat16, "{config:?}");
        let scale = exact.abs().max().double_value(&[]);
        assert_close(&rough, &exact, 0.05 * scale);
    }
}

// ---- Config -------------------------------------------------------------------------------

#[test]
fn gpt2s_own_config_is_written_as_ever_and_a_variants_comes_back() {
    let gpt2 = serde_json::to_value(tiny()).unwrap();
    for switch in ["norm", "feed_forward", "positions"] {
        assert!(gpt2.get(switch).is_none(), "{switch} is new to Hugging Face");
    }
    assert_eq!(tiny().model_type(), "gpt2");
    for config in variants() {
        let json = serde_json::to_value(&config).unwrap();
        let again: Gpt2Config = serde_json::from_value(json).unwrap();
        assert_eq!(again, config);
        assert_eq!(config.model_type(), "gpt2-variant");
    }
    let all = serde_json::to_value(Switches::ALL.apply(tiny())).unwrap();
    assert_eq!(
        (&all["norm"], &all["feed_forward"], &all["positions"]),
        (&"rms".into(), &"swiglu".into(), &"rotary".into())
    );
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    switches: Switches,
}

#[test]
fn switches_are_typed_as_they_are_written_in_the_config() {
    let parse = |line: &str| Line::parse_from(line.split(' ')).switches;
    assert_eq!(parse("ch04"), Switches::default());
    assert_eq!(
        parse("ch04 --norm rms --feed-forward swiglu --positions rotary"),
        Switches::ALL
    );
    let config = Switches::ALL.apply(tiny());
    assert_eq!(Switches::of(&config), Switches::ALL);
    assert_eq!(Switches::ALL.to_string(), "RMS norm, SwiGLU, rotary positions");
}

// ---- Mistakes -----------------------------------------------------------------------------

#[test]
fn channels_that_can_not_pair_up_are_named() {
    let config =
        Gpt2Config { n_head: 8, positions: PositionKind::Rotary, ..tiny() };
    assert_eq!(
        config.validate().unwrap_err().to_string(),
        "rotary positions turn channels in pairs: n_embd / n_head = 3 must be even"
    );
    assert!(Gpt2Config { n_head: 8, ..tiny() }.validate().is_ok());
}

#[test]
#[should_panic(expected = "t = 18 tokens, but the model has 17 positions")]
fn more_tokens_than_positions_are_named_without_a_table_too() {
    let (_variables, model) = random(&Switches::ALL.apply(tiny()));
    let _ =
        model.forward_t(&Tensor::zeros([1, 18], (Kind::Int64, Device::Cpu)), false);
}
