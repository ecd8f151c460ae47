//! Chapter 7: a classifier. The pretrained model learns to tell spam from messages.
//!
//! 1. [`Split`] draws as many wanted messages as spam and keeps the parts apart.
//! 2. [`encode`] and [`Batch`] turn messages into ids, with padding behind the short ones.
//! 3. [`Classifier`] is GPT-2 with a head of two rows, read at the last real token.
//! 4. [`Trained`] says which weights may move; [`fine_tune`] moves them. [`vary`] keeps the model
//!    from learning its few messages by heart.
//! 5. [`Confusion`] counts the mistakes; accuracy, precision, recall and F1 follow.
//! 6. [`SpamFilter`] keeps model and tokenizer together, in a folder that Hugging Face's
//!    `GPT2ForSequenceClassification` opens too.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels.

mod batch;
mod checkpoint;
mod classifier;
mod confusion;
mod curves;
mod filter;
mod fine_tune;
mod freeze;
mod report;
mod split;
mod vary;

pub use batch::{Batch, Example, encode, shuffled};
pub use checkpoint::{Origin, origin};
pub use classifier::{CLASSES, Classifier, Losses, last_real};
pub use confusion::{Confusion, Evaluation};
pub use curves::{accuracy_curve, draw_curves, loss_curve};
pub use filter::SpamFilter;
pub use fine_tune::{Measurement, Progress, TrainConfig, best, fine_tune};
pub use freeze::{Trained, freeze};
pub use report::{Parts, Report};
pub use split::{Split, fingerprint};
pub use vary::vary;
