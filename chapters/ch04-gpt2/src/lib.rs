//! Chapter 4: GPT-2, from its parts to its first words.
//!
//! 1. [`layer_norm`] and [`LayerNorm`]: keep every token's vector at the same scale. Beside them
//!    the older [`BatchNorm`] and the newer [`RmsNorm`].
//! 2. [`gelu`], [`gelu_tanh`], [`FeedForward`]: let every token think for itself. [`Curve`] for
//!    their picture, [`SwiGlu`] for what came later.
//! 3. [`DeepNetwork`]: what shortcuts do to gradients. [`NormOrder`]: where the norm stands.
//! 4. [`Block`]: attention, then feed-forward, each beside a shortcut.
//! 5. [`Gpt2`]: embeddings, a stack of blocks, and a score for every next token.
//! 6. [`generate_greedy`]: the likeliest token, again and again.
//!
//! [`Gpt2Config`] holds the sizes, and [`Switches`] for what later models do otherwise. [`shapes`] follows a batch through the model,
//! [`Parameters`], [`Scenario`] and [`Flops`] count what it costs.
//!
//! Dimension key: `b` batch · `t` tokens · `c` channels · `h` heads · `f = 4c` feed-forward
//! width · `v` vocabulary · `n` layers.

mod batch_norm;
mod block;
mod config;
mod curves;
mod feed_forward;
mod flops;
mod gelu;
mod generate;
mod memory;
mod model;
mod norm;
mod norm_order;
mod parameters;
mod rms_norm;
mod shapes;
mod shortcuts;
mod swiglu;
mod switches;

pub use batch_norm::BatchNorm;
pub use block::Block;
pub use config::{Gpt2Config, Size};
pub use curves::Curve;
pub use feed_forward::{FeedForward, Mlp};
pub use flops::Flops;
pub use gelu::{Gelu, gelu, gelu_tanh};
pub use generate::generate_greedy;
pub use memory::Scenario;
pub use model::Gpt2;
pub use norm::{LayerNorm, Norm, layer_norm};
pub use norm_order::NormOrder;
pub use parameters::Parameters;
pub use rms_norm::{RmsNorm, rms_norm};
pub use shapes::{Step, shapes};
pub use shortcuts::DeepNetwork;
pub use swiglu::SwiGlu;
pub use switches::{FeedForwardKind, NormKind, PositionKind, Switches};
