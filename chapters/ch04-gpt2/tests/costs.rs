//! What a model costs, and the shapes on the way through it.

use std::collections::HashMap;

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
fn flops_of_swiglu_by_hand_are_three_products_of_its_width() {
    let config = Gpt2Config { feed_forward: FeedForwardKind::SwiGlu, ..tiny() };
    let (ours, gpt2s) = (Flops::of(&config, 2, 5), Flops::of(&tiny(), 2, 5));
    assert_eq!(ours.feed_forward, 3 * 2 * 10 * 24 * 64); // f = 8 · 24 / 3
    assert_eq!(ours, Flops { feed_forward: ours.feed_forward, ..gpt2s });
    assert_eq!(ours.total(), gpt2s.total()); // 3 · 64 = 2 · 96
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

/// Computes what [`shapes`] tells, step by step with a model's weights.
struct Walk<'a> {
    weights: HashMap<String, Tensor>,
    config: &'a Gpt2Config,
    /// All tensors so far, in order
    all: Vec<Tensor>,
}

impl<'a> Walk<'a> {
    fn new(variables: &VarStore, config: &'a Gpt2Config) -> Self {
        Self { weights: variables.variables(), config, all: Vec::new() }
    }

    /// Remembers a tensor, and hands it on.
    fn pass(&mut self, x: Tensor) -> Tensor {
        self.all.push(x.shallow_clone());
        x
    }

    fn product(&self, x: &Tensor, name: &str) -> Tensor {
        x.matmul(&self.weights[&format!("{name}.weight")])
    }

    fn linear(&self, x: &Tensor, name: &str) -> Tensor {
        self.product(x, name) + &self.weights[&format!("{name}.bias")]
    }

    fn norm(&self, x: &Tensor, name: &str) -> Tensor {
        let scale = &self.weights[&format!("{name}.weight")];
        let epsilon = self.config.layer_norm_epsilon;
        match self.config.norm {
            NormKind::Rms => rms_norm(x, scale, epsilon),
            NormKind::Layer => {
                let shift = &self.weights[&format!("{name}.bias")];
                layer_norm(x, scale, shift, epsilon)
            }
        }
    }

    fn logits(&mut self, ids: &Tensor) -> Tensor {
        self.all.push(ids.shallow_clone());
        let x = self.embed(ids);
        let x = self.attend(&x);
        let x = self.think(&x);
        let last = self.pass(self.norm(&x, "ln_f"));
        self.pass(last.matmul(&self.weights["wte.weight"].tr()))
    }

    fn embed(&mut self, ids: &Tensor) -> Tensor {
        let table = &self.weights["wte.weight"];
        let tokens = self.pass(Tensor::embedding(table, ids, -1, false, false));
        match self.config.positions {
            PositionKind::Rotary => tokens,
            PositionKind::Learned => {
                let table = &self.weights["wpe.weight"];
                let places = self.pass(table.narrow(0, 0, ids.size()[1]));
                self.pass(tokens + places)
            }
        }
    }

    fn attend(&mut self, x: &Tensor) -> Tensor {
        let normed = self.pass(self.norm(x, "h.0.ln_1"));
        let qkv = self.pass(self.linear(&normed, "h.0.attn.c_attn"));
        let heads = qkv.chunk(3, -1);
        let mut heads = heads.iter().map(|x| split_heads(x, self.config.n_head));
        let mut next = || heads.next().expect("three chunks");
        let (mut query, mut key, value) = (next(), next(), next());
        self.all.push(query.shallow_clone());
        if self.config.positions == PositionKind::Rotary {
            (query, key) = (turned(&query), turned(&key));
            self.all.push(query.shallow_clone());
        }
        let weights = self.pass(causal_weights(&query, &key));
        let contexts = self.pass(weights.matmul(&value));
        let merged = self.pass(merge_heads(&contexts));
        let mixed = self.pass(self.linear(&merged, "h.0.attn.c_proj"));
        self.pass(x + mixed)
    }

    fn think(&mut self, x: &Tensor) -> Tensor {
        let normed = self.pass(self.norm(x, "h.0.ln_2"));
        let narrow = match self.config.feed_forward {
            FeedForwardKind::Gelu => {
                let wide = self.pass(self.linear(&normed, "h.0.mlp.c_fc"));
                let bent = self.pass(gelu_tanh(&wide));
                self.pass(self.linear(&bent, "h.0.mlp.c_proj"))
            }
            FeedForwardKind::SwiGlu => {
                let gate = self.pass(self.product(&normed, "h.0.mlp.gate"));
                let bent = self.pass(&gate * gate.sigmoid());
                let wide = self.pass(self.product(&normed, "h.0.mlp.up"));
                let gated = self.pass(bent * wide);
                self.pass(self.product(&gated, "h.0.mlp.down"))
            }
        };
        self.pass(x + narrow)
    }
}

/// `x`, `(b, h, t, d)`, turned number by number: at place `p` the channels `i` and `i + d/2` by
/// the angle `p / 10000^(2i/d)`.
fn turned(x: &Tensor) -> Tensor {
    let [b, h, t, d] = ch00::axes(x, "x: (b, h, t, d)");
    let rows: Vec<Vec<f32>> = x.reshape([b * h * t, d]).try_into().expect("f32");
    let turn = |(row, x): (usize, Vec<f32>)| {
        let (place, half) = (row as i64 % t, d as usize / 2);
        let mut y = x.clone();
        for i in 0..half {
            let speed = 10_000f64.powf(-2.0 * i as f64 / d as f64);
            let (sin, cos) = (place as f64 * speed).sin_cos();
            let (first, second) = (f64::from(x[i]), f64::from(x[i + half]));
            y[i] = (first * cos - second * sin) as f32;
            y[i + half] = (second * cos + first * sin) as f32;
        }
        y
    };
    let turned: Vec<f32> = rows.into_iter().enumerate().flat_map(turn).collect();
    Tensor::from_slice(&turned).view([b, h, t, d])
}

/// GPT-2 with every setting of the three switches.
fn all_switches() -> Vec<Switches> {
    let mut all = Vec::new();
    for norm in [NormKind::Layer, NormKind::Rms] {
        for feed_forward in [FeedForwardKind::Gelu, FeedForwardKind::SwiGlu] {
            for positions in [PositionKind::Learned, PositionKind::Rotary] {
                all.push(Switches { norm, feed_forward, positions });
            }
        }
    }
    all
}

#[test]
fn the_shapes_are_those_of_a_walk_that_ends_in_the_models_logits() {
    let _generator = testkit::seed(5);
    let ids = Tensor::randint(61, [2, 5], (Kind::Int64, Device::Cpu));
    for switches in all_switches() {
        let config =
            Gpt2Config { initializer_range: 0.2, ..switches.apply(tiny()) };
        let variables = VarStore::new(Device::Cpu);
        let model = Gpt2::new(&variables.root(), &config);
        let mut walk = Walk::new(&variables, &config);
        let logits = walk.logits(&ids);
        assert_close(&logits, &model.forward_t(&ids, false), 1e-5);
        let told = shapes(&config, 2, 5);
        assert_eq!(walk.all.len(), told.len(), "{switches:?}");
        for (tensor, step) in walk.all.iter().zip(&told) {
            assert_eq!(tensor.size(), step.shape, "{}: {}", step.part, step.makes);
            assert_eq!(tensor.numel() as i64, step.numel());
        }
    }
}

#[test]
fn the_embedding_begins_the_walk() {
    let _generator = testkit::seed(5);
    let variables = VarStore::new(Device::Cpu);
    let embedding = InputEmbedding::new(&variables.root(), 61, 17, 24, 0.02);
    let ids = Tensor::zeros([2, 5], (Kind::Int64, Device::Cpu));
    assert_eq!(embedding.forward(&ids).size(), shapes(&tiny(), 2, 5)[3].shape);
}
