//! A first success: a model small enough to learn to tell stories in minutes.

use anyhow::{Context, Result};
use ch01::{END_OF_TEXT, Tokenizer};
use ch02::Windows;
use ch03::Kernel;
use ch04::{Gpt2, Gpt2Config};
use datasets::stories::{Grammar, hand_written};
use tch::Tensor;

use crate::{Precision, Schedule, TrainConfig, sample};

/// Tokens in a window.
pub const CONTEXT: usize = 128;
/// Ids of the stories' own tokenizer, the end of text included.
const VOCAB: usize = 2048;
/// Stories that are kept for validation.
const VALIDATION: usize = 400;

/// 6 blocks, 192 channels, 6 heads: 3.1 million parameters.
pub fn stories_model() -> Gpt2Config {
    Gpt2Config {
        vocab_size: VOCAB as i64,
        n_positions: CONTEXT as i64,
        n_embd: 192,
        n_layer: 6,
        n_head: 6,
        // The stories never repeat, so there is nothing to learn by heart.
        embd_pdrop: 0.0,
        attn_pdrop: 0.0,
        resid_pdrop: 0.0,
        // Windows are short, and then the formula trains faster than the fused kernel.
        attention_kernel: Kernel::Explicit,
        ..Gpt2Config::default()
    }
}

/// How the stories are learned.
pub fn stories_config(
    steps: i64,
    batch_size: usize,
    seed: i64,
    precision: Precision,
) -> TrainConfig {
    TrainConfig {
        schedule: Schedule { peak: 3e-3, floor: 1e-4, warmup: steps / 20, steps },
        batch_size,
        weight_decay: 0.1,
        clip: 1.0,
        seed,
        precision,
    }
}

/// Learns the tokens that the stories are made of.
pub fn stories_tokenizer(seed: i64) -> Tokenizer {
    let mut texts: Vec<String> =
        hand_written().iter().map(ToString::to_string).collect();
    texts.extend(Grammar::new(seed.unsigned_abs()).skip(VALIDATION).take(2000));
    let vocabulary = ch01::train(texts.iter().map(String::as_str), VOCAB - 1);
    Tokenizer::new(vocabulary, &[END_OF_TEXT])
}

/// At least `tokens` tokens of stories to train on, and other stories to measure with.
pub fn read_stories(
    tokenizer: &Tokenizer,
    seed: i64,
    tokens: usize,
) -> (Windows, Windows) {
    let end = tokenizer.special_id(END_OF_TEXT);
    let add = |ids: &mut Vec<u32>, story: &str| {
        ids.extend(tokenizer.encode(story));
        ids.extend(end);
    };
    let mut grammar = Grammar::new(seed.unsigned_abs());
    let (mut training, mut validation) = (Vec::new(), Vec::new());
    grammar
        .by_ref()
        .take(VALIDATION)
        .for_each(|story| add(&mut validation, &story));
    hand_written().iter().for_each(|story| add(&mut training, story));
    while training.len() < tokens + CONTEXT {
        let Some(story) = grammar.next() else { break };
        add(&mut training, &story);
    }
    let windows = |ids| Windows::new(ids, CONTEXT, CONTEXT);
    (windows(training), windows(validation))
}

/// A story of at most `tokens` tokens that begins with `prompt`. Same seed, same story.
///
/// # Errors
/// When the tokenizer has no end of text, or is another model's.
pub fn tell(
    model: &Gpt2,
    tokenizer: &Tokenizer,
    prompt: &str,
    tokens: usize,
    seed: i64,
) -> Result<String> {
    tch::manual_seed(seed);
    let end = tokenizer.special_id(END_OF_TEXT);
    let end = i64::from(end.context("the tokenizer has no end of text")?);
    let mut ids = vec![end]; // a story begins where another one ended
    ids.extend(tokenizer.encode(prompt).into_iter().map(i64::from));
    let start = Tensor::from_slice(&ids).unsqueeze(0).to_device(model.device()); // (1, t)
    let written = sample(model, &start, tokens, 3, end, |_| ());
    let written: Result<Vec<u32>, _> =
        written.into_iter().map(u32::try_from).collect();
    Ok(format!("{prompt}{}", tokenizer.decode(&written?)?))
}
