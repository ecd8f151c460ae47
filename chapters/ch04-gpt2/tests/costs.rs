//! What a model costs, and the shapes on the way through it.

use ch02::InputEmbedding;
use ch03::{causal_weights, merge_heads, split_heads};
use ch04::*;
use tch::nn::{Module, ModuleT, VarStore};
use tch::{Device, Kind, Tensor};
use testkit::assert_close;

/// No two sizes are equal, so that no mixed-up axis can hide.
fn tiny() -> Gpt2Config {
    Gpt2Config {
        vocab_size: 61,
        n_positions: 17,
        n_embd: 24,
        n_layer: 1,
        n_head: 4,
        attention_kernel: ch03::Kernel::Explicit,
        ..Gpt2Config::default()
    }
}

// ---- Arithmetic ---------------------------------------------------------------------------

#[test]
fn flops_of_a_tiny_model_by_hand() {
    let config = Gpt2Config { n_layer: 3, ..tiny() };
    let flops = Flops::of(&config, 2, 5); // 10 rows
    assert_eq!(flops.projections, 3 * 2 * 10 * (24 * 72 + 24 * 24));
    // 2 texts x 4 heads: (5, 6) by (6, 5), then (5, 5) by (5, 6)
    assert_eq!(flops.attention, 3 * 2 * 4 * (2 * 5 * 6 * 5 + 2 * 5 * 5 * 6));
    assert_eq!(flops.feed_forward, 3 * 2 * 10 * (24 * 96 + 96 * 24));
    assert_eq!(flops.head, 2 * 10 * 24 * 61);
    let sum: i64 = flops.parts().iter().map(|(_, count)| count).sum();
    assert_eq!(flops.total(), sum);
}

#[test]
fn a_short_text_costs_two_operations_for_each_parameter_and_token() {
    // The tables are looked up, but the token table works again as the output layer. What
    // is left out are positions, biases and norms, less than 1 % together.
    for size in [Size::Gpt2, Size::Gpt2Medium, Size::Gpt2Large, Size::Gpt2Xl] {
        let config = Gpt2Config::released(size);
        let rule = 2 * Parameters::of(&config).total() * 16;
        let ratio = Flops::of(&config, 1, 16).total() as f64 / rule as f64;
        assert!((ratio - 1.0).abs() < 0.01, "{size:?}: {ratio}");
    }
}

#[test]
fn only_scores_and_contexts_grow_with_the_square_of_the_text() {
    let config = Gpt2Config::default();
    let [short, long] = [512, 1024].map(|t| Flops::of(&config, 1, t));
    assert_eq!(long.attention, 4 * short.attention);
    assert_eq!(long.feed_forward, 2 * short.feed_forward);
    assert_eq!(long.projections, 2 * short.projections);
    assert_eq!(long.head, 2 * short.head);
    assert_eq!(Flops::of(&config, 2, 512).attention, 2 * short.attention);
}

// ---- Memory -------------------------------------------------------------------------------

#[test]
fn training_in_f32_takes_four_times_the_weights() {
    let bytes = Scenario::ALL.map(|scenario| (scenario.name, scenario.bytes(100)));
    let by_hand = [
        ("inference, f32", 400),
        ("inference, bf16", 200),
        ("training, f32", 1_600),
        ("training, mixed", 1_800),
        ("training, bf16", 800),
    ];
    assert_eq!(bytes, by_hand);
}

#[test]
fn the_untied_model_without_query_biases_takes_621_83_mib() {
    let config = Gpt2Config {
        qkv_bias: false,
        tie_word_embeddings: false,
        ..Gpt2Config::default()
    };
    let bytes = Scenario::ALL[0].bytes(Parameters::of(&config).total());
    assert_eq!(format!("{:.2}", bytes as f64 / 1024.0 / 1024.0), "621.83");
}

// ---- Shapes -------------------------------------------------------------------------------

/// Computes what [`shapes`] tells, step by step with a model's weights: all tensors, in order.
fn walk(weights: &VarStore, config: &Gpt2Config, ids: &Tensor) -> Vec<Tensor> {
    let weight = |name: &str| weights.variables()[name].shallow_clone();
    let linear = |x: &Tensor, name: &str| {
        x.matmul(&weight(&format!("{name}.weight")))
            + weight(&format!("{name}.bias"))
    };
    let norm = |x: &Tensor, name: &str| {
        let [scale, shift] =
            ["weight", "bias"].map(|w| weight(&format!("{name}.{w}")));
        layer_norm(x, &scale, &shift, config.layer_norm_epsilon)
    };
    let t = ids.size()[1];
    let tokens = Tensor::embedding(&weight("wte.weight"), ids, -1, false, false);
    let places = weight("wpe.weight").narrow(0, 0, t);
    let x = &tokens + &places;

    let normed = norm(&x, "h.0.ln_1");
    let qkv = linear(&normed, "h.0.attn.c_attn");
    let heads: Vec<_> =
        qkv.chunk(3, -1).iter().map(|x| split_heads(x, config.n_head)).collect();
    let weights = causal_weights(&heads[0], &heads[1]);
    let contexts = weights.matmul(&heads[2]);
    let merged = merge_heads(&contexts);
    let mixed = linear(&merged, "h.0.attn.c_proj");
    let middle = &x + &mixed;
    let query = heads[0].shallow_clone();
    let mut all = vec![ids.shallow_clone(), tokens, places, x, normed, qkv, query];
    all.extend([weights, contexts, merged, mixed, middle.shallow_clone()]);

    let normed = norm(&middle, "h.0.ln_2");
    let wide = linear(&normed, "h.0.mlp.c_fc");
    let bent = gelu_tanh(&wide);
    let narrow = linear(&bent, "h.0.mlp.c_proj");
    let x = middle + &narrow;
    let last = norm(&x, "ln_f");
    let logits = last.matmul(&weight("wte.weight").tr());
    all.extend([normed, wide, bent, narrow, x, last, logits]);
    all
}

#[test]
fn the_shapes_are_those_of_a_walk_that_ends_in_the_models_logits() {
    let _generator = testkit::seed(5);
    let variables = VarStore::new(Device::Cpu);
    let model = Gpt2::new(&variables.root(), &tiny());
    let ids = Tensor::randint(61, [2, 5], (Kind::Int64, Device::Cpu));
    let tensors = walk(&variables, &tiny(), &ids);
    let told = shapes(&tiny(), 2, 5);
    assert_eq!(tensors.len(), told.len());
    for (tensor, step) in tensors.iter().zip(&told) {
        assert_eq!(tensor.size(), step.shape, "{}: {}", step.part, step.makes);
        assert_eq!(tensor.numel() as i64, step.numel());
    }
    let logits = tensors.last().unwrap();
    assert_close(logits, &model.forward_t(&ids, false), 1e-5);
}

#[test]
fn the_embedding_begins_the_walk() {
    let _generator = testkit::seed(5);
    let variables = VarStore::new(Device::Cpu);
    let embedding = InputEmbedding::new(&variables.root(), 61, 17, 24, 0.02);
    let ids = Tensor::zeros([2, 5], (Kind::Int64, Device::Cpu));
    assert_eq!(embedding.forward(&ids).size(), shapes(&tiny(), 2, 5)[3].shape);
}
