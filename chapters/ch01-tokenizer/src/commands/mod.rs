//! What the program can do: one file for each task.

pub mod analyse;
pub mod bench;
pub mod compare;
pub mod decode;
pub mod encode;
pub mod forms;
pub mod input;
pub mod show;
pub mod steps;
pub mod train;
