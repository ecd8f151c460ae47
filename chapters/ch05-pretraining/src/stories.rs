//! A first success: a model small enough to learn to tell stories in minutes.

use anyhow::{Context, Result, ensure};
use ch01::{END_OF_TEXT, Tokenizer};
use ch02::Windows;
use ch03::Kernel;
use ch03::positions::sinusoidal;
use ch04::{Gpt2, Gpt2Config};
use datasets::stories::{Grammar, hand_written};
use datasets::{Instruction, built_in_instructions, built_in_messages};
use tch::{Device, Tensor};

use crate::{Algorithm, Precision, Preset, Schedule, TrainConfig, Trainer, sample};

/// Tokens in a window: room for the longest story.
pub const CONTEXT: usize = 384;
/// Ids of the tokenizer, the end of text included.
const VOCAB: usize = 2048;
/// Stories that are kept for validation.
const VALIDATION: usize = 400;

/// 4 blocks, 256 channels, 4 heads: 3.8 million parameters.
pub fn stories_model() -> Gpt2Config {
    Gpt2Config {
        vocab_size: VOCAB as i64,
        n_positions: CONTEXT as i64,
        n_embd: 256,
        n_layer: 4,
        n_head: 4,
        // GPT-2's 0.02 suits 768 channels and more. A sum over fewer needs larger weights.
        initializer_range: 0.05,
        // The stories never repeat, so there is nothing to learn by heart.
        embd_pdrop: 0.0,
        attn_pdrop: 0.0,
        resid_pdrop: 0.0,
        // Windows are short, and then the formula trains faster than the fused kernel.
        attention_kernel: Kernel::Explicit,
        ..Gpt2Config::default()
    }
}

// ANCHOR: waves
/// A model for stories, ready for its first step.
///
/// Its position table starts as waves, as large as the noise of the token table. In noise each
/// place has to learn by itself which one is next to it; waves know that from the start. They
/// are trained like any table. Rotary positions have no table, and know it too.
///
/// # Errors
/// When there is no step to do, or the sizes don't fit together.
pub fn stories_trainer(
    sizes: &Gpt2Config,
    config: TrainConfig,
    device: Device,
) -> Result<Trainer> {
    Trainer::started(sizes, config, device, |variables| {
        if let Some(mut table) = variables.variables().remove("wpe.weight") {
            // The mean square of a wave is 1/2.
            let scale = sizes.initializer_range * 2f64.sqrt();
            let waves = sinusoidal(sizes.n_positions, sizes.n_embd, device) * scale;
            table.copy_(&waves);
        }
    })
}
// ANCHOR_END: waves

/// How the stories are learned.
pub fn stories_config(
    steps: i64,
    batch_size: usize,
    seed: i64,
    precision: Precision,
) -> TrainConfig {
    TrainConfig {
        schedule: Schedule { peak: 2e-3, floor: 1e-4, warmup: steps / 20, steps },
        algorithm: Algorithm::Muon,
        batch_size,
        accumulate: 1,
        weight_decay: 0.1,
        clip: 1.0,
        seed,
        precision,
        preset: Preset::Stories,
        text: 0,
    }
}

/// Learns the tokens to write with, from stories and from all that later chapters will show
/// the model: messages, and questions in their frame.
///
/// # Errors
/// None, as long as the built-in data is sound.
pub fn stories_tokenizer(seed: i64) -> Result<Tokenizer> {
    let mut texts: Vec<String> =
        hand_written().iter().map(ToString::to_string).collect();
    texts.extend(Grammar::new(seed.unsigned_abs()).skip(VALIDATION).take(2000));
    texts.extend(built_in_messages()?.into_iter().map(|message| message.text));
    for Instruction { instruction, input, output, .. } in built_in_instructions()? {
        texts.push(format!("{FRAME}{instruction}\n{input}\n{output}"));
    }
    let vocabulary = ch01::train(texts.iter().map(String::as_str), VOCAB - 1);
    Ok(Tokenizer::new(vocabulary, &[END_OF_TEXT]))
}

/// The words that stand around every question in chapter 8: here they become few tokens.
const FRAME: &str = "Below is an instruction that describes a task. Write a response that \
                     appropriately completes the request.\n\n### Instruction:\n\n### Input:\n\n\
                     ### Response:\n";

// ANCHOR: read_stories
/// `count` windows of stories to train on, and windows of other stories to measure with.
pub fn read_stories(
    tokenizer: &Tokenizer,
    seed: i64,
    count: usize,
) -> (Windows, Windows) {
    let mut grammar = Grammar::new(seed.unsigned_abs());
    let kept: Vec<String> = grammar.by_ref().take(VALIDATION).collect();
    let by_hand = hand_written().into_iter().map(ToString::to_string);
    let training = windows(tokenizer, by_hand.chain(grammar), count);
    (training, windows(tokenizer, kept.into_iter(), VALIDATION))
}

/// At most `count` windows, each of which begins where a story begins. The room after the
/// story is filled with the beginning of the next one; what does not fit is left out.
fn windows(
    tokenizer: &Tokenizer,
    mut stories: impl Iterator<Item = String>,
    count: usize,
) -> Windows {
    let length = CONTEXT + 1; // the last target too
    let mut ids = Vec::with_capacity(count * length);
    for window in 1..=count {
        while ids.len() < window * length {
            let Some(story) = stories.next() else {
                return Windows::new(ids, CONTEXT, length);
            };
            ids.extend(tokenizer.special_id(END_OF_TEXT));
            ids.extend(tokenizer.encode(&story));
        }
        ids.truncate(window * length);
    }
    Windows::new(ids, CONTEXT, length)
}
// ANCHOR_END: read_stories

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
    let end = tokenizer.special_id(END_OF_TEXT);
    let end = end.context("the tokenizer has no end of text")?;
    // A story begins where another one ended.
    write(model, tokenizer, &[end], prompt, tokens, seed)
}

/// At most `tokens` tokens that follow `before` and `prompt`, up to the end of the text: what
/// [`sample`] draws from the three likeliest. Returned with the prompt. Same seed, same text.
///
/// # Errors
/// When the tokenizer is another model's, or there is nothing to begin with.
pub(crate) fn write(
    model: &Gpt2,
    tokenizer: &Tokenizer,
    before: &[u32],
    prompt: &str,
    tokens: usize,
    seed: i64,
) -> Result<String> {
    tch::manual_seed(seed);
    let end = tokenizer.special_id(END_OF_TEXT).map_or(-1, i64::from);
    let mut ids = before.to_vec();
    ids.extend(tokenizer.encode(prompt));
    ensure!(!ids.is_empty(), "there is nothing to begin with: give a --prompt");
    let ids: Vec<i64> = ids.into_iter().map(i64::from).collect();
    let start = Tensor::from_slice(&ids).unsqueeze(0).to_device(model.device()); // (1, t)
    let written = sample(model, &start, tokens, 3, end, |_| ());
    let written: Result<Vec<u32>, _> =
        written.into_iter().map(u32::try_from).collect();
    Ok(format!("{prompt}{}", tokenizer.decode(&written?)?))
}
