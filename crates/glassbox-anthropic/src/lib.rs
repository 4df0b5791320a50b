#![doc = include_str!("../README.md")]

mod config;
mod decode;
mod encode;
mod model;
mod rules;
mod wire;

pub use config::{AnthropicBuilder, PromptCache};
pub use decode::MessagesDecoder;
pub use model::Anthropic;

/// The provider, as `gen_ai.provider.name` spells it. Opaque parts bear it.
pub(crate) const PROVIDER: &str = "anthropic";
