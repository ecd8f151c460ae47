//! Exercise 6.1 (10 points): what OpenAI called it.

// ANCHOR: task
/// OpenAI's name for a tensor of Hugging Face's, or `None` when OpenAI's files hold no such
/// tensor.
///
/// | Hugging Face | OpenAI |
/// |---|---|
/// | `wte.weight` | `model/wte` |
/// | `h.0.ln_1.weight` | `model/h0/ln_1/g` |
/// | `h.0.attn.c_attn.weight` | `model/h0/attn/c_attn/w` |
/// | `h.11.mlp.c_proj.bias` | `model/h11/mlp/c_proj/b` |
///
/// `wpe` goes like `wte`, `ln_2` and `ln_f` like `ln_1`, and biases are `b` everywhere. The
/// name may begin with `transformer.`, once. A name that GPT-2 does not have gets `None`, and
/// so do `lm_head.weight`, which is the token table again, and the causal masks
/// `h.0.attn.bias` and `h.0.attn.masked_bias`.
pub fn to_openai(name: &str) -> Option<String> {
    // ANCHOR_END: task
    // SOLUTION: begin
    let name = name.strip_prefix("transformer.").unwrap_or(name);
    let parts: Vec<&str> = name.split('.').collect();
    let layer = |text: &str| {
        let number: u32 = text.parse().ok()?;
        (number.to_string() == text).then_some(number)
    };
    let norm = |part: &str| match part {
        "weight" => Some("g"),
        "bias" => Some("b"),
        _ => None,
    };
    let linear = |part: &str| match part {
        "weight" => Some("w"),
        "bias" => Some("b"),
        _ => None,
    };
    match parts[..] {
        [table @ ("wte" | "wpe"), "weight"] => Some(format!("model/{table}")),
        ["ln_f", part] => Some(format!("model/ln_f/{}", norm(part)?)),
        ["h", i, it @ ("ln_1" | "ln_2"), part] => {
            Some(format!("model/h{}/{it}/{}", layer(i)?, norm(part)?))
        }
        ["h", i, "attn", it @ ("c_attn" | "c_proj"), part] => {
            Some(format!("model/h{}/attn/{it}/{}", layer(i)?, linear(part)?))
        }
        ["h", i, "mlp", it @ ("c_fc" | "c_proj"), part] => {
            Some(format!("model/h{}/mlp/{it}/{}", layer(i)?, linear(part)?))
        }
        _ => None,
    }
    // SOLUTION: end
}

// ANCHOR: tests
#[test]
fn tables_have_no_letter_at_the_end() {
    assert_eq!(to_openai("wte.weight").as_deref(), Some("model/wte"));
    assert_eq!(to_openai("transformer.wpe.weight").as_deref(), Some("model/wpe"));
}

#[test]
fn a_norm_has_a_gain_and_a_matrix_has_weights() {
    assert_eq!(to_openai("h.0.ln_1.weight").as_deref(), Some("model/h0/ln_1/g"));
    assert_eq!(to_openai("ln_f.weight").as_deref(), Some("model/ln_f/g"));
    let attention = to_openai("h.3.attn.c_attn.weight");
    assert_eq!(attention.as_deref(), Some("model/h3/attn/c_attn/w"));
    let last = to_openai("transformer.h.47.mlp.c_proj.bias");
    assert_eq!(last.as_deref(), Some("model/h47/mlp/c_proj/b"));
}

#[test]
fn what_openai_did_not_store_has_no_name() {
    for name in
        ["lm_head.weight", "h.0.attn.bias", "h.0.attn.masked_bias", "score.weight"]
    {
        assert_eq!(to_openai(name), None, "{name}");
    }
}
// ANCHOR_END: tests

// HIDDEN: begin
#[test]
fn every_parameter_of_every_released_model_has_the_name_that_leads_back_to_it() {
    for size in [
        ch04::Size::Gpt2,
        ch04::Size::Gpt2Medium,
        ch04::Size::Gpt2Large,
        ch04::Size::Gpt2Xl,
    ] {
        for (name, _) in ch06::parameters(&ch04::Gpt2Config::released(size)) {
            let theirs = to_openai(&name).unwrap_or_else(|| panic!("{name}: None"));
            assert_eq!(
                ch06::from_openai(&theirs).as_deref(),
                Some(&name[..]),
                "{theirs}"
            );
            assert_eq!(to_openai(&format!("transformer.{name}")), Some(theirs));
        }
    }
}

#[test]
fn names_that_only_look_like_gpt2s_have_none() {
    for name in [
        "",
        "wte",
        "wte.bias",
        "wpe.weight.weight",
        "ln_f.g",
        "h.0.ln_3.weight",
        "h.0.attn.c_fc.weight",
        "h.0.mlp.c_attn.weight",
        "h.0.mlp.weight",
        "h.x.ln_1.weight",
        "h.-1.ln_1.weight",
        "h.+1.ln_1.weight",
        "h.00.ln_1.weight",
        "h..ln_1.weight",
        "h0.ln_1.weight",
        "h.0.attn.c_attn.weight.extra",
        "h.0.attn.c_attn.gain",
        "transformer.lm_head.weight",
        "transformer.transformer.wte.weight",
        "model.wte.weight",
        "h.0.crossattention.c_attn.weight",
    ] {
        assert_eq!(to_openai(name), None, "{name}");
    }
}
// HIDDEN: end
