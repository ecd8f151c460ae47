//! The tasks behind `cargo xtask`, one module each.

pub mod bench;
pub mod book;
pub mod cargo;
pub mod chapters;
pub mod compiler;
pub mod coursework;
pub mod doctor;
pub mod goldens;
pub mod install;
pub mod libtorch;
pub mod notebooks;
pub mod once;
pub mod packages;
pub mod paths;
pub mod pins;
pub mod pointer;
pub mod process;
pub mod python;
pub mod recipe;
pub mod setup;
pub mod snapshots;
pub mod tools;
