//! Which tensor is which parameter.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use ch04::Gpt2Config;

use crate::{
    Format, Stored, from_hugging_face, from_openai, is_mask, parameters, shape,
};

/// A parameter and the tensor that it gets.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    /// The parameter's name
    pub name: String,
    /// The parameter's shape
    pub shape: Vec<i64>,
    /// The tensor
    pub stored: &'a Stored,
}

// ANCHOR: match_up
/// Gives each parameter of the model exactly one tensor of exactly its shape, by name.
///
/// # Errors
/// With everything that does not fit: missing, unexpected, and of another shape.
pub fn match_up<'a>(
    config: &Gpt2Config,
    format: Format,
    stored: &'a [Stored],
) -> Result<Vec<Pair<'a>>> {
    let mut found = by_our_names(format, stored)?;
    let (mut pairs, mut missing, mut misshaped) = (vec![], vec![], vec![]);
    for (name, wanted) in parameters(config) {
        match found.remove(&name) {
            None => missing.push(format!("{name} {}", shape(&wanted))),
            Some(stored) if as_ours(format, stored) != wanted => {
                let (has, wanted) = (shape(&stored.shape), shape(&wanted));
                misshaped
                    .push(format!("{} {has} instead of {wanted}", stored.name));
            }
            Some(stored) => pairs.push(Pair { name, shape: wanted, stored }),
        }
    }
    if let Some(head) = found.remove("lm_head.weight") {
        check_tied(head, &pairs)?; // tied: there is no such parameter
    }
    let unexpected: Vec<_> = found
        .values()
        .map(|it| format!("{} {}", it.name, shape(&it.shape)))
        .collect();
    complain([
        ("missing", missing),
        ("unexpected", unexpected),
        ("of another shape", misshaped),
    ])?;
    Ok(pairs)
}
// ANCHOR_END: match_up

/// The tensors by the names that we use.
fn by_our_names(
    format: Format,
    stored: &[Stored],
) -> Result<BTreeMap<String, &Stored>> {
    let mut found = BTreeMap::new();
    for it in stored {
        let name = match format {
            Format::HuggingFace => from_hugging_face(&it.name).to_owned(),
            // An unknown name stays as it is, fits nothing and is reported.
            Format::OpenAi => from_openai(&it.name).unwrap_or(it.name.clone()),
        };
        if format == Format::HuggingFace && is_mask(&name) {
            continue;
        }
        if let Some(other) = found.insert(name.clone(), it) {
            bail!(
                "{} and {} are both {name}: which one is it?",
                other.name,
                it.name
            );
        }
    }
    Ok(found)
}

/// The shape that a tensor has with us. OpenAI wrote each linear layer as a convolution that
/// looks at one token: `(1, c_in, c_out)`.
fn as_ours(format: Format, stored: &Stored) -> &[i64] {
    match stored.shape[..] {
        [1, _, _] if format == Format::OpenAi => &stored.shape[1..],
        _ => &stored.shape,
    }
}

/// A tied model has no output table of its own. Some files hold one nevertheless: it must be
/// the token table again.
fn check_tied(head: &Stored, pairs: &[Pair]) -> Result<()> {
    if let Some(table) = pairs.iter().find(|pair| pair.name == "wte.weight") {
        ensure!(
            head.shape == table.shape && head.read()?.equal(&table.stored.read()?),
            "{} is not the token table again, though config.json says \
             \"tie_word_embeddings\": true; write false there if the model has its own",
            head.name
        );
    }
    Ok(())
}

/// One sentence for all that is wrong: the first few of each kind, and how many there are.
fn complain(kinds: [(&str, Vec<String>); 3]) -> Result<()> {
    const SHOWN: usize = 3;
    let sentences: Vec<_> = kinds
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(kind, names)| {
            let first = names[..names.len().min(SHOWN)].join(", ");
            match names.len().saturating_sub(SHOWN) {
                0 => format!("{kind}: {first}"),
                more => format!("{kind}: {first} and {more} more"),
            }
        })
        .collect();
    ensure!(sentences.is_empty(), "{}", sentences.join("; "));
    Ok(())
}
