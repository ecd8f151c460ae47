//! What can be typed.

pub mod find_rate;
pub mod ladder;
pub mod plot;
pub mod tell;
pub mod train;
