//! One module for each task of the program.

pub mod bench;
pub mod flops;
pub mod norms;
mod numbers;
pub mod order;
pub mod params;
pub mod shapes;
pub mod shortcuts;
pub mod speak;
