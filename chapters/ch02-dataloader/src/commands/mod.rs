//! What the program can do: one file for each task.

pub mod bench;
pub mod options;
pub mod peek;
pub mod prepare;
pub mod show;
