//! What a GPT-2 needs.

use ch04::{FeedForwardKind, Gpt2Config, NormKind, PositionKind};

/// A layer: its name, the shape of its weight, and how long its bias is, if it has one.
type Layer = (&'static str, Vec<i64>, Option<i64>);

/// Every parameter of a GPT-2 with its shape, in the order data passes them.
pub fn parameters(config: &Gpt2Config) -> Vec<(String, Vec<i64>)> {
    let Gpt2Config { vocab_size: v, n_positions, n_embd: c, .. } = *config;
    let mut all = vec![("wte.weight".to_owned(), vec![v, c])];
    if config.positions == PositionKind::Learned {
        all.push(("wpe.weight".to_owned(), vec![n_positions, c]));
    }
    for layer in 0..config.n_layer {
        for (part, weight, bias) in block(config) {
            all.push((format!("h.{layer}.{part}.weight"), weight));
            let bias = bias.map(|it| (format!("h.{layer}.{part}.bias"), vec![it]));
            all.extend(bias);
        }
    }
    let (name, weight, bias) = norm("ln_f", config);
    all.push((format!("{name}.weight"), weight));
    all.extend(bias.map(|it| (format!("{name}.bias"), vec![it])));
    if !config.tie_word_embeddings {
        all.push(("lm_head.weight".to_owned(), vec![v, c]));
    }
    all
}

fn block(config: &Gpt2Config) -> Vec<Layer> {
    let (c, f) = (config.n_embd, config.feed_forward_width());
    let mut block = vec![
        norm("ln_1", config),
        ("attn.c_attn", vec![c, 3 * c], config.qkv_bias.then_some(3 * c)),
        ("attn.c_proj", vec![c, c], Some(c)),
        norm("ln_2", config),
    ];
    block.extend(match config.feed_forward {
        FeedForwardKind::Gelu => vec![
            ("mlp.c_fc", vec![c, f], Some(f)),
            ("mlp.c_proj", vec![f, c], Some(c)),
        ],
        FeedForwardKind::SwiGlu => vec![
            ("mlp.gate", vec![c, f], None),
            ("mlp.up", vec![c, f], None),
            ("mlp.down", vec![f, c], None),
        ],
    });
    block
}

fn norm(name: &'static str, config: &Gpt2Config) -> Layer {
    let c = config.n_embd;
    (name, vec![c], (config.norm == NormKind::Layer).then_some(c))
}
