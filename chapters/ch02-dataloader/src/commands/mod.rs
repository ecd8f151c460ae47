//! What the program can do: one file for each task.

pub mod clean;
pub mod dedup;
pub mod report;
pub mod show;
pub mod source;
pub mod vectors;
