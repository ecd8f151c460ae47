//! Chapter 9: decoding. A model gives scores; these are the ways to get a text out of them.
//!
//! A model's last layer gives every token of the vocabulary a score, its **logit**. Each control
//! here is a function from logits to logits, and the last step is a choice:
//!
//! 1. [`greedy`] takes the likeliest token, [`Draws`] draws one by its chance ([`tokens_at`]).
//! 2. [`temperature`] makes the chances more or less equal.
//! 3. [`top_k`], [`top_p`] and [`min_p`] take the unlikely tokens out.
//! 4. [`repetition_penalty`], [`presence_penalty`] and [`frequency_penalty`] take score from
//!    tokens that were [`Seen`] before.
//! 5. [`Sampling`] holds all the settings, and [`Sampler`] applies them in order.
//! 6. [`TokenStream`] writes ids, and [`generate`] makes text of them: it knows where to stop
//!    ([`StopStrings`]) and hands out the text while it is being written.
//!
//! [`toy`] is a vocabulary of nine words on which all of this can be seen.
//!
//! Dimension key: `b` batch (rows) · `t` tokens · `v` vocabulary.

mod draw;
mod generate;
mod greedy;
mod min_p;
mod penalties;
mod sampler;
mod seen;
mod stop;
mod stream;
mod temperature;
mod top_k;
mod top_p;
pub mod toy;

pub use draw::{Draws, tokens_at};
pub use generate::{Ended, Options, Written, generate};
pub use greedy::greedy;
pub use min_p::min_p;
pub use penalties::{frequency_penalty, presence_penalty, repetition_penalty};
pub use sampler::{Sampler, Sampling};
pub use seen::{Seen, count_ids};
pub use stop::StopStrings;
pub use stream::TokenStream;
pub use temperature::temperature;
pub use top_k::top_k;
pub use top_p::{Nucleus, top_p};
