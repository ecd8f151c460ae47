//! What can be typed.

pub mod plot;
pub mod tell;
pub mod train;
