//! Chat Completions.

mod calls;
mod choice;
mod decode;
mod encode;
mod extra;
mod finish;
mod messages;
mod model;
mod options;
mod parts;
mod reasoning;
mod shortcut;
pub(crate) mod usage;
mod wire;

pub use decode::ChatDecoder;
pub(crate) use encode::{Encoded, encode};
pub use model::OpenAi;
