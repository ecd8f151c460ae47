//! What can be typed.

pub mod attention;
pub mod bench;
pub mod find_rate;
pub mod ladder;
pub mod plot;
pub mod search;
pub mod tell;
pub mod train;
mod trials;
pub mod variants;
pub mod watch;
