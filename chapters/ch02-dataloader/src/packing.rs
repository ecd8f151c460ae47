//! Documents of any length, laid end to end into rows of one length.
//!
//! A short document leaves most of its row empty, and computing on nothing costs as much as
//! computing on text. So documents follow each other in a row, with an end-of-text id between
//! them. Two things must not happen then, and the packing carries what prevents them:
//!
//! - *A token looks at another document.* [`Packed::documents`] says which one each token belongs
//!   to, and [`attention_within`] makes a mask of it.
//! - *The model is asked what cannot be known.* The first token of a document does not follow
//!   from the one before it, and behind the last document there is only filling.
//!   [`Packed::counts`] leaves both out of the loss.

use tch::{Device, Kind, Tensor};

// ANCHOR: packed
/// Rows of packed documents.
#[derive(Debug)]
pub struct Packed {
    /// `(b, t)`, `Int64`
    pub inputs: Tensor,
    /// `(b, t)`, `Int64`: the inputs, one token further on
    pub targets: Tensor,
    /// `(b, t)`, `Int64`: the number of the document, from 0; −1 for filling
    pub documents: Tensor,
    /// `(b, t)`, `Bool`: whether the target is part of the loss
    pub counts: Tensor,
}
// ANCHOR_END: packed

/// A token and its document.
#[derive(Clone, Copy)]
struct Token {
    id: i64,
    document: i64,
}

/// Lays documents end to end, each followed by `end_of_text`, and cuts them into rows of `t`
/// tokens. No token is lost: a document that does not fit goes on in the next row, and the last
/// row is filled up with `end_of_text`.
///
/// # Panics
/// When `t` is 0.
pub fn pack<D: AsRef<[u32]>>(
    documents: &[D],
    t: usize,
    end_of_text: u32,
    device: Device,
) -> Packed {
    assert!(t > 0, "a row holds at least one token");
    let end = i64::from(end_of_text);
    let mut tokens: Vec<Token> = Vec::new();
    for (document, ids) in (0..).zip(documents) {
        let ids = ids.as_ref().iter().map(|&id| i64::from(id)).chain([end]);
        tokens.extend(ids.map(|id| Token { id, document }));
    }
    // The last end-of-text is never an input: nothing follows it.
    let rows = tokens.len().saturating_sub(1).div_ceil(t);
    tokens.resize(rows * t + 1, Token { id: end, document: -1 });

    let inputs = &tokens[..rows * t];
    let targets = &tokens[1..];
    let counts = inputs.iter().zip(targets);
    let counts: Vec<bool> = counts
        .map(|(input, target)| {
            input.document == target.document && input.document >= 0
        })
        .collect();
    let tensor = |values: Vec<i64>| Tensor::from_slice(&values);
    let shape = |x: Tensor| x.view([rows as i64, t as i64]).to_device(device); // (b, t)
    Packed {
        inputs: shape(tensor(inputs.iter().map(|token| token.id).collect())),
        targets: shape(tensor(targets.iter().map(|token| token.id).collect())),
        documents: shape(tensor(
            inputs.iter().map(|token| token.document).collect(),
        )),
        counts: shape(Tensor::from_slice(&counts)),
    }
}

// ANCHOR: attention_within
/// Who may look at whom: a token at itself and at earlier ones of its own document.
///
/// # Shapes
/// - `documents`: `(b, t)`
/// - returns `(b, t, t)`, `Bool`: a row for the token that looks, a column for the one looked at
pub fn attention_within(documents: &Tensor) -> Tensor {
    let same = documents.unsqueeze(-1).eq_tensor(&documents.unsqueeze(-2)); // (b, t, t)
    let t = documents.size()[1];
    let past = Tensor::ones([t, t], (Kind::Bool, documents.device())).tril(0);
    same.logical_and(&past)
}
// ANCHOR_END: attention_within
