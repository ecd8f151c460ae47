//! GPT-2 and what later models do otherwise, at equal parameters.

use anyhow::Result;
use ch03::Kernel;
use ch04::{FeedForwardKind, Gpt2, Gpt2Config, NormKind, PositionKind, Switches};
use clap::ValueEnum;
use tch::nn::VarStore;

use crate::{Characters, Lesson, Outcome, Schedule};

/// A GPT-2 with one switch turned, or none, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Variant {
    /// As it is
    Gpt2,
    /// RMS norms
    RmsNorm,
    /// SwiGLU at the width that has as many parameters
    #[value(name = "swiglu")]
    SwiGlu,
    /// Queries and keys that turn, no table of positions
    Rotary,
    /// All three
    All,
}

/// Tokens in a window.
const CONTEXT: i64 = 64;

impl Variant {
    /// The name as it is typed.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |it| it.get_name().into())
    }

    /// What is not as in GPT-2.
    pub fn switches(self) -> Switches {
        let gpt2 = Switches::default();
        match self {
            Self::Gpt2 => gpt2,
            Self::RmsNorm => Switches { norm: NormKind::Rms, ..gpt2 },
            Self::SwiGlu => {
                Switches { feed_forward: FeedForwardKind::SwiGlu, ..gpt2 }
            }
            Self::Rotary => Switches { positions: PositionKind::Rotary, ..gpt2 },
            Self::All => Switches::ALL,
        }
    }

    /// A small model for an alphabet of `v` characters: 4 blocks of 64 channels.
    pub fn model(self, v: i64) -> Gpt2Config {
        self.switches().apply(Gpt2Config {
            vocab_size: v,
            n_positions: CONTEXT,
            n_embd: 64,
            n_layer: 4,
            n_head: 4,
            // GPT-2's 0.02 suits 768 channels; a sum over fewer needs larger weights.
            initializer_range: 0.07,
            // No dropout: the only random numbers of a run are its weights and its windows.
            embd_pdrop: 0.0,
            attn_pdrop: 0.0,
            resid_pdrop: 0.0,
            attention_kernel: Kernel::Explicit,
            ..Gpt2Config::default()
        })
    }
}

// ANCHOR: try_variant
/// Trains a variant for `steps` steps with AdamW, and measures it. `watch` is called after each
/// step. The same seed gives the same outcome, and all variants the same windows.
///
/// # Errors
/// When the loss is not a number any more.
pub fn try_variant(
    variant: Variant,
    text: &Characters,
    steps: usize,
    seed: i64,
    watch: impl Fn(),
) -> Result<Outcome> {
    tch::manual_seed(seed);
    let mut variables = VarStore::new(text.device());
    let model = Gpt2::new(&variables.root(), &variant.model(text.v()));
    let steps = i64::try_from(steps)?;
    let warmup = steps / 20;
    let lesson = Lesson {
        t: CONTEXT,
        batch_size: 16,
        schedule: Schedule { peak: 2e-3, floor: 2e-4, warmup, steps },
        measured: 100,
    };
    // Again: another model has drawn another number of weights.
    tch::manual_seed(seed);
    lesson.teach(&mut variables, &model, text, watch)
}
// ANCHOR_END: try_variant
