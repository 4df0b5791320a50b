//! Chat Completions.

pub(crate) mod calls;
mod choice;
mod decode;
mod encode;
mod extra;
pub(crate) mod finish;
mod instructions;
pub(crate) mod messages;
mod model;
pub(crate) mod options;
pub(crate) mod parts;
mod reasoning;
mod shortcut;
mod think;
pub(crate) mod usage;
mod wire;

pub use decode::ChatDecoder;
pub(crate) use encode::{Encoded, encode, in_mode};
pub use model::OpenAi;
