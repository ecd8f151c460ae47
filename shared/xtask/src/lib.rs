//! The tasks behind `cargo xtask`, one module each.

pub mod book;
pub mod chapters;
pub mod coursework;
pub mod doctor;
pub mod goldens;
pub mod notebooks;
pub mod paths;
pub mod process;
pub mod setup;
pub mod snapshots;
pub mod tools;
