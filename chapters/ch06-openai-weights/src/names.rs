//! The same matrix by three names.

// ANCHOR: from_openai
/// Our name for a variable of OpenAI's: `model/h0/attn/c_attn/w` is `h.0.attn.c_attn.weight`.
/// `None` when GPT-2 has no such variable.
///
/// OpenAI calls weights `w`, biases `b`, and the scale of a norm `g` (gain).
pub fn from_openai(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.strip_prefix("model/")?.split('/').collect();
    match parts[..] {
        [table @ ("wte" | "wpe")] => Some(format!("{table}.weight")),
        ["ln_f", part] => Some(format!("ln_f.{}", in_norm(part)?)),
        [block, norm @ ("ln_1" | "ln_2"), part] => {
            Some(format!("h.{}.{norm}.{}", layer(block)?, in_norm(part)?))
        }
        [block, "attn", matrix @ ("c_attn" | "c_proj"), part] => {
            Some(format!("h.{}.attn.{matrix}.{}", layer(block)?, in_linear(part)?))
        }
        [block, "mlp", matrix @ ("c_fc" | "c_proj"), part] => {
            Some(format!("h.{}.mlp.{matrix}.{}", layer(block)?, in_linear(part)?))
        }
        _ => None,
    }
}
// ANCHOR_END: from_openai

/// The number in `h11`, in its usual spelling only: `h011` names nothing.
fn layer(block: &str) -> Option<u32> {
    let digits = block.strip_prefix('h')?;
    let number: u32 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}

fn in_norm(part: &str) -> Option<&'static str> {
    match part {
        "g" => Some("weight"),
        "b" => Some("bias"),
        _ => None,
    }
}

fn in_linear(part: &str) -> Option<&'static str> {
    match part {
        "w" => Some("weight"),
        "b" => Some("bias"),
        _ => None,
    }
}

/// Our name for a tensor of Hugging Face's: the same, without the `transformer.` that files
/// written by `GPT2LMHeadModel` put in front and those of the bare `GPT2Model` don't.
pub fn from_hugging_face(name: &str) -> &str {
    name.strip_prefix("transformer.").unwrap_or(name)
}

/// Whether this is a block's causal mask, `h.0.attn.bias` or `h.0.attn.masked_bias`. Old files
/// hold it beside the weights, but nothing in it was learned.
pub fn is_mask(name: &str) -> bool {
    matches!(
        name.split('.').collect::<Vec<_>>()[..],
        ["h", _, "attn", "bias" | "masked_bias"]
    )
}
