//! What the program can do: one file for each task.

pub mod fetch;
pub mod list;
pub mod path;
pub mod sample;
pub mod stories;
pub mod verify;
