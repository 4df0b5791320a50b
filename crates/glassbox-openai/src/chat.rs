//! Chat Completions.

pub(crate) mod calls;
mod choice;
mod decode;
mod encode;
mod extra;
pub(crate) mod finish;
pub(crate) mod messages;
mod model;
pub(crate) mod options;
pub(crate) mod parts;
mod reasoning;
mod shortcut;
pub(crate) mod usage;
mod wire;

pub use decode::ChatDecoder;
pub(crate) use encode::{Encoded, encode};
pub use model::OpenAi;
