//! What the program can do: one file for each task.

pub mod bench;
pub mod clean;
pub mod dedup;
pub mod options;
pub mod peek;
pub mod prepare;
pub mod report;
pub mod show;
pub mod source;
pub mod vectors;
