//! Chapter 8: instruction tuning. A model that writes on learns to answer.
//!
//! 1. [`prompt`] puts an instruction into a frame, [`training_text`] adds the answer, and
//!    [`response_of`] takes it out again.
//! 2. [`split`] keeps some questions of every kind aside.
//! 3. [`Example`] is an instruction in ids. [`pad_inputs`], [`pad_and_shift`] and [`Collate`]
//!    make batches of them, each mending what the one before left open.
//! 4. [`cross_entropy_ignoring`] looks away where there is nothing to learn.
//! 5. [`Practice`] adds questions without end. [`Tuner`] trains; [`answers`] lets the model answer many questions at once.
//! 6. [`exact_match`] and [`Scores`] count the right answers.
//!
//! [`tune`], [`ask`] and [`chat`] put these together.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels · `v` vocabulary.

mod answer;
mod chat;
mod collate;
mod example;
mod folder;
mod loss;
mod practice;
mod prompt;
mod report;
mod score;
mod split;
mod task;
mod tuner;

pub use answer::{answer_ids, answers};
pub use chat::chat;
pub use collate::{Collate, pad_and_shift, pad_inputs};
pub use example::Example;
pub use folder::{Assistant, Outcome};
pub use loss::{IGNORED, cross_entropy_ignoring};
pub use practice::{Practice, drills};
pub use prompt::{prompt, response_of, training_text};
pub use report::{Report, write_some};
pub use score::{KindScore, Response, Scores, exact_match};
pub use split::{SPLIT_SEED, Split, split};
pub use task::{ask, tune};
pub use tuner::{TuneConfig, Tuner};
