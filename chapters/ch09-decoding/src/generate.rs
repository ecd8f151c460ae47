//! A text, from its prompt to its end.

use anyhow::Result;
use ch01::{DecodeStream, Tokenizer};
use ch04::Gpt2;
use serde::Serialize;

use crate::{Sampling, StopStrings, TokenStream};

/// How a text is written and where it ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Options {
    /// How each token is chosen
    pub sampling: Sampling,
    /// Seed of the draws
    pub seed: u64,
    /// Which of the texts from this seed, from 0
    pub sample: u64,
    /// The most tokens to write
    pub tokens: usize,
    /// Strings that end the text
    pub stop: Vec<String>,
    /// The id that ends the text, which is the end of text if the tokenizer has one
    pub end: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sampling: Sampling::default(),
            seed: 1,
            sample: 0,
            tokens: 100,
            stop: Vec::new(),
            end: None,
        }
    }
}

/// Why a text ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The model wrote its end-of-text token.
    EndOfText,
    /// This stop string was complete.
    Stop(String),
    /// The allowed number of tokens was written.
    Tokens,
}

/// What was written after the prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// All ids, those of a stop string included, but not the end of text.
    pub ids: Vec<u32>,
    /// Their text, up to the stop string.
    pub text: String,
    /// Why it ended.
    pub ended: Ended,
}

// ANCHOR: generate
/// Writes on from `prompt`. Hands each piece of text to `on_text` once it is certain:
/// never half a character, never the beginning of a stop string.
///
/// # Errors
/// When the prompt is empty, an option is not valid, or model and tokenizer differ.
pub fn generate(
    model: &Gpt2,
    tokenizer: &Tokenizer,
    prompt: &[u32],
    options: &Options,
    mut on_text: impl FnMut(&str),
) -> Result<Written> {
    let draws = (options.seed, options.sample);
    let stream = TokenStream::new(model, prompt, options.sampling.clone(), draws)?;
    let mut decoder = DecodeStream::new(tokenizer);
    let mut stops = StopStrings::new(&options.stop);
    let (mut ids, mut text, mut ended) = (Vec::new(), String::new(), Ended::Tokens);
    let mut show = |piece: &str| {
        text.push_str(piece);
        on_text(piece);
    };
    for id in stream.take(options.tokens) {
        let id = id?;
        if Some(id) == options.end {
            ended = Ended::EndOfText;
            break;
        }
        ids.push(id);
        let (piece, stop) = stops.push(&decoder.push(id)?);
        show(&piece);
        if let Some(stop) = stop {
            return Ok(Written { ids, text, ended: Ended::Stop(stop) });
        }
    }
    let (piece, stop) = stops.push(&decoder.finish()); // half a character, if any
    show(&piece);
    ended = stop.map_or(ended, Ended::Stop);
    show(&stops.finish());
    Ok(Written { ids, text, ended })
}
// ANCHOR_END: generate
