//! Nine words and their scores, as a model may give them after "The keeper lit the".
//!
//! Every control of this chapter can be followed on them by eye.
#![expect(clippy::approx_constant, reason = "6.28 is a score here, not 2π")]

use std::io::Write;

use anyhow::Result;
use tch::{Device, Kind, Tensor};

use crate::{
    Draws, Nucleus, frequency_penalty, min_p, presence_penalty, repetition_penalty,
    temperature, top_k, top_p,
};

// ANCHOR: toy
/// The vocabulary; a word's place is its id.
pub const WORDS: [&str; 9] =
    ["candle", "door", "fire", "lamp", "lantern", "match", "moon", "soup", "stove"];

/// The logit of each word.
pub const LOGITS: [f32; 9] =
    [3.30, -1.70, 4.51, 6.75, 6.28, 2.40, -0.50, 0.60, 1.80];
// ANCHOR_END: toy

/// How often each word was written already, for the penalties: `lamp` twice, `fire`
/// once.
pub const COUNTS: [f32; 9] = [0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0];

/// The logits as a batch of one row, `(1, v)`.
pub fn logits() -> Tensor {
    Tensor::from_slice(&LOGITS).unsqueeze(0)
}

/// The counts as a batch of one row, `(1, v)`.
pub fn counts() -> Tensor {
    Tensor::from_slice(&COUNTS).unsqueeze(0)
}

/// The chances that the one row of `logits` stands for, by id.
///
/// # Shapes
/// - `logits`: `(1, v)`
///
/// # Errors
/// When it has other axes.
pub fn chances(logits: &Tensor) -> Result<Vec<f64>> {
    Ok(Vec::try_from(logits.softmax(-1, Kind::Double).squeeze_dim(0))?)
}

/// The ids from the likeliest word down.
pub fn ranking() -> [usize; 9] {
    let mut ids = std::array::from_fn(|id| id);
    ids.sort_by(|&a, &b| LOGITS[b].total_cmp(&LOGITS[a]));
    ids
}

/// Writes what each control does to the nine chances.
///
/// # Errors
/// When `out` can't be written.
pub fn tour(out: &mut impl Write) -> Result<()> {
    let x = logits();
    writeln!(out, "\"The keeper lit the …\": chances in per cent, - for none")?;
    let at = |t| (format!("T = {t}"), temperature(&x, t));
    print(out, "temperature", &[at(0.5), at(1.0), at(2.0), at(5.0)])?;

    let reach = top_p(&x, 0.9, Nucleus::Reach);
    let within = top_p(&x, 0.9, Nucleus::Within);
    let filters = [
        ("top-k 3".into(), top_k(&x, 3)),
        ("top-p 0.9".into(), reach),
        ("within 0.9".into(), within),
        ("min-p 0.01".into(), min_p(&x, 0.01)),
    ];
    print(out, "fewer candidates, T = 1", &filters)?;

    let seen = counts();
    let penalties = [
        ("none".into(), x.shallow_clone()),
        ("repetition 1.3".into(), repetition_penalty(&x, &seen, 1.3)),
        ("presence 1".into(), presence_penalty(&x, &seen, 1.0)),
        ("frequency 1".into(), frequency_penalty(&x, &seen, 1.0)),
    ];
    let title = "penalties, \"lamp\" written twice and \"fire\" once, T = 1";
    print(out, title, &penalties)?;
    print_draws(out)
}

/// One table: a row for each word, a column for each control.
fn print(
    out: &mut impl Write,
    title: &str,
    columns: &[(String, Tensor)],
) -> Result<()> {
    write!(out, "\n{title}\n{:10}{:>7}", "word", "score")?;
    for (name, _logits) in columns {
        write!(out, "{name:>16}")?;
    }
    writeln!(out)?;
    let chances: Vec<_> =
        columns.iter().map(|(_name, x)| chances(x)).collect::<Result<_>>()?;
    for id in ranking() {
        write!(out, "{:10}{:>7.2}", WORDS[id], LOGITS[id])?;
        for column in &chances {
            match column[id] {
                0.0 => write!(out, "{:>16}", "-")?,
                chance => write!(out, "{:>16.2}", chance * 100.0)?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Draws many words, and shows how often each came.
fn print_draws(out: &mut impl Write) -> Result<()> {
    const DRAWS: i64 = 10_000;
    let rows = logits().expand([DRAWS, -1], false); // (b, v)
    let drawn = Draws::new(1, 0..DRAWS as u64).draw(&rows); // (b)
    let counted = drawn.bincount::<Tensor>(None, WORDS.len() as i64); // (v)
    let counted = Vec::<i64>::try_from(counted.to_device(Device::Cpu))?;
    writeln!(out, "\n10,000 draws at T = 1, seed 1")?;
    for (id, chance) in ranking().into_iter().map(|id| (id, chances(&logits()))) {
        let wanted = chance?[id] * DRAWS as f64;
        writeln!(out, "{:10}{:>7}  of {wanted:>7.1}", WORDS[id], counted[id])?;
    }
    Ok(())
}
