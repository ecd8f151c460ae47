//! What a GPT-2 needs.

use ch04::Gpt2Config;

/// Every parameter of a GPT-2 with its shape, in the order data passes them.
pub fn parameters(config: &Gpt2Config) -> Vec<(String, Vec<i64>)> {
    let Gpt2Config { vocab_size: v, n_positions, n_embd: c, .. } = *config;
    let f = 4 * c;
    let mut all = vec![
        ("wte.weight".to_owned(), vec![v, c]),
        ("wpe.weight".to_owned(), vec![n_positions, c]),
    ];
    for layer in 0..config.n_layer {
        let block = [
            ("ln_1", vec![c], c),
            ("attn.c_attn", vec![c, 3 * c], 3 * c),
            ("attn.c_proj", vec![c, c], c),
            ("ln_2", vec![c], c),
            ("mlp.c_fc", vec![c, f], f),
            ("mlp.c_proj", vec![f, c], c),
        ];
        for (part, weight, bias) in block {
            all.push((format!("h.{layer}.{part}.weight"), weight));
            if part != "attn.c_attn" || config.qkv_bias {
                all.push((format!("h.{layer}.{part}.bias"), vec![bias]));
            }
        }
    }
    all.push(("ln_f.weight".to_owned(), vec![c]));
    all.push(("ln_f.bias".to_owned(), vec![c]));
    if !config.tie_word_embeddings {
        all.push(("lm_head.weight".to_owned(), vec![v, c]));
    }
    all
}
