//! Chapter 5: pretraining. A model that knows nothing reads stories until it can tell one.
//!
//! 1. [`cross_entropy`] says how surprised the model is; [`perplexity`] says it in tokens.
//! 2. [`Optimizer`] turns gradients into steps, by AdamW or Muon; [`clip_gradients`] keeps a
//!    wild one in bounds.
//! 3. [`Schedule`] says how large a step may be: slow at first, then fast, then slower and slower.
//! 4. [`descend`] is one step; [`Trainer`] puts these into a loop, and [`Checkpoint`] keeps the result and lets an
//!    interrupted run go on as if nothing had happened.
//!
//! A [`Preset`] is a run by name. The first, [`stories_model`] and its neighbours, is a small model
//! that learns to tell stories in minutes.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels · `v` vocabulary.

mod adamw;
mod checkpoint;
mod clip;
mod descend;
mod head_loss;
mod ladder;
mod loss;
mod memory;
mod muon;
mod one_pass;
mod optimizer;
mod preset;
mod sample;
mod schedule;
mod stories;
mod trainer;

pub use checkpoint::{Checkpoint, write_tensors};
pub use clip::clip_gradients;
pub use descend::descend;
pub use head_loss::head_loss;
pub use ladder::{Characters, Outcome, Stage, StageConfig, StageModel, climb};
pub use loss::{cross_entropy, perplexity};
pub use memory::MemoryReport;
pub use muon::orthogonalise;
pub use optimizer::{Algorithm, Optimizer};
pub use preset::{Preset, Texts};
pub use sample::sample;
pub use schedule::Schedule;
pub use stories::{
    CONTEXT, read_stories, stories_config, stories_model, stories_tokenizer,
    stories_trainer, tell,
};
pub use trainer::{Evaluation, Precision, TrainConfig, Trainer};
