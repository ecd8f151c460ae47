//! Timing programs against each other.
//!
//! A busy machine is slower in one minute than in the next. So what is compared takes turns: a
//! round gives everyone one go, and the median over the rounds counts. That holds for another
//! program too: a [`Peer`] runs beside us and waits for its turn.

mod peer;
mod turns;

pub use peer::Peer;
pub use turns::{Contestant, seconds, take_turns};
