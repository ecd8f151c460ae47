//! Chapter 5: pretraining. A model that knows nothing reads stories until it can tell one.
//!
//! 1. [`cross_entropy`] says how surprised the model is; [`perplexity`] says it in tokens, and
//!    [`bits_per_byte`] so that models with other tokens can be compared.
//! 2. [`Optimizer`] turns gradients into steps, by AdamW or Muon; [`clip_gradients`] keeps a
//!    wild one in bounds.
//! 3. [`Schedule`] says how large a step may be: slow at first, then fast, then slower and slower.
//!    [`find_rate`] tries how large, and a [`Search`] tries it together with other numbers.
//! 4. [`descend`] is one step; [`Trainer`] puts these into a loop, and [`Checkpoint`] keeps the result and lets an
//!    interrupted run go on as if nothing had happened.
//! 5. [`ByHand`] is a GPT-2 whose gradients are written out: large models train with it, in less memory.
//!
//! A run is watched by its [`curves`], by [`EventLog`] in TensorBoard, and by the share of the
//! machine's [`Peak`] that it reaches. A text may be larger than memory: a [`ShardText`].
//!
//! A [`Preset`] is a run by name. The first, [`stories_model`] and its neighbours, is a small model
//! that learns to tell stories in minutes.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels · `v` vocabulary.

mod adamw;
mod bits_per_byte;
mod by_hand;
mod checkpoint;
mod clip;
mod curve;
mod descend;
mod events;
mod head_loss;
mod ladder;
mod lesson;
mod loss;
mod master;
mod memory;
mod muon;
mod one_pass;
mod optimizer;
mod peak;
mod preset;
mod rate_finder;
mod sample;
mod schedule;
mod search;
mod stories;
mod text;
mod trainer;
mod variants;

pub use bits_per_byte::bits_per_byte;
pub use by_hand::{ByHand, Forward, Gradients};
pub use checkpoint::{Checkpoint, write_tensors};
pub use clip::clip_gradients;
pub use curve::curves;
pub use descend::{Descent, Loss, descend};
pub use events::EventLog;
pub use head_loss::head_loss;
pub use ladder::{Stage, StageConfig, StageModel, climb};
pub use lesson::{Characters, Lesson, Outcome};
pub use loss::{cross_entropy, perplexity};
pub use memory::MemoryReport;
pub use muon::orthogonalise;
pub use optimizer::{Algorithm, Optimizer};
pub use peak::{Peak, step_flops};
pub use preset::{Preset, Texts, shakespeare};
pub use rate_finder::{Probe, RateRange, Suggestion, find_rate, suggest_rate};
pub use sample::sample;
pub use schedule::Schedule;
pub use search::{Results, Search, Trial, log_uniform};
pub use stories::{
    CONTEXT, read_stories, stories_config, stories_model, stories_tokenizer,
    stories_trainer, tell,
};
pub use text::{ShardText, TrainingText};
pub use trainer::{Evaluation, Precision, TrainConfig, Trainer};
pub use variants::{Variant, try_variant};
