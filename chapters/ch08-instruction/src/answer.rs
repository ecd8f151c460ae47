//! Letting the model answer, many questions at once.

use anyhow::{Context, Result};
use ch01::{END_OF_TEXT, Tokenizer};
use ch04::Gpt2;
use datasets::Instruction;
use tch::{Kind, Tensor};

use crate::collate::fill_up;
use crate::prompt;

/// Prompts that are answered at once.
const ROWS: usize = 64;

/// The model's answers to `entries`, in their order, each at most `longest` tokens long. `each`
/// hears how many more are done.
///
/// Prompts of about the same length are answered together, so that little is filled up. One
/// that is longer than the model's context gets an empty answer.
///
/// # Errors
/// When the tokenizer has no end of text, or is another model's.
pub fn answers(
    model: &Gpt2,
    tokenizer: &Tokenizer,
    entries: &[Instruction],
    longest: usize,
    mut each: impl FnMut(usize),
) -> Result<Vec<String>> {
    let end = tokenizer.special_id(END_OF_TEXT);
    let end = i64::from(end.context("the tokenizer has no end of text")?);
    let encode = |entry| {
        let ids = tokenizer.encode(&prompt(entry));
        ids.into_iter().map(i64::from).collect()
    };
    let prompts: Vec<Vec<i64>> = entries.iter().map(encode).collect();
    let mut order: Vec<usize> = (0..prompts.len()).collect();
    order.sort_by_key(|&place| prompts[place].len());

    let mut texts = vec![String::new(); prompts.len()];
    for places in order.chunks(ROWS) {
        let prompts: Vec<_> =
            places.iter().map(|&place| prompts[place].clone()).collect();
        let answers = answer_ids(model, &prompts, end, longest, |_, _| Ok(()))?;
        for (&place, ids) in places.iter().zip(answers) {
            let ids: Result<Vec<u32>, _> =
                ids.into_iter().map(u32::try_from).collect();
            texts[place] = tokenizer.decode(&ids?)?;
        }
        each(places.len());
    }
    Ok(texts)
}

// ANCHOR: answer_ids
/// Writes on from each prompt, always with the likeliest token, until `end` or
/// `longest` tokens or a full context. `each(row, id)` hears every token at once.
/// Returns the answers without `end`.
///
/// # Errors
/// Those of `each`.
pub fn answer_ids(
    model: &Gpt2,
    prompts: &[Vec<i64>],
    end: i64,
    longest: usize,
    mut each: impl FnMut(usize, i64) -> Result<()>,
) -> Result<Vec<Vec<i64>>> {
    let context = usize::try_from(model.config().n_positions)?;
    let mut texts = prompts.to_vec();
    let mut open: Vec<usize> = (0..texts.len()).collect();
    for _ in 0..longest {
        open.retain(|&row| texts[row].len() <= context);
        if open.is_empty() {
            break;
        }
        let rows: Vec<_> = open.iter().map(|&row| &texts[row]).collect();
        let next = next_ids(model, &rows)?;
        let mut still_open = Vec::new();
        for (row, id) in open.into_iter().zip(next).filter(|&(_, id)| id != end) {
            each(row, id)?;
            texts[row].push(id);
            still_open.push(row);
        }
        open = still_open;
    }
    Ok(texts
        .into_iter()
        .zip(prompts)
        .map(|(mut text, prompt)| text.split_off(prompt.len()))
        .collect())
}
// ANCHOR_END: answer_ids

// ANCHOR: next_ids
/// The likeliest next token of each text. No text sees what it was filled up with: that
/// stands after its last token, and attention only looks back. So any id will do.
fn next_ids(model: &Gpt2, texts: &[&Vec<i64>]) -> Result<Vec<i64>> {
    let _no_grad = tch::no_grad_guard();
    let ids = fill_up(texts, 0).to_device(model.device()); // (b, t)
    let hidden = model.hidden(&ids, false); // (b, t, c)
    let last: Vec<_> = texts.iter().map(|text| text.len() as i64 - 1).collect();
    let last = Tensor::from_slice(&last).to_device(model.device()).view([-1, 1, 1]);
    let places = last.expand([-1, 1, hidden.size()[2]], false); // (b, 1, c)
    let hidden = hidden.gather(1, &places, false).squeeze_dim(1); // (b, c)
    let logits = model.head(&hidden).to_kind(Kind::Float); // (b, v)
    Ok(Vec::try_from(logits.argmax(-1, false))?)
}
// ANCHOR_END: next_ids
