//! Responses.

mod decode;
mod encode;
mod extra;
mod format;
mod input;
mod items;
mod model;
mod open;
mod options;
mod parts;
mod pieces;
mod usage;
mod wire;

pub use decode::ResponsesDecoder;
pub(crate) use encode::{Encoded, Settings, encode};
pub use model::OpenAiResponses;
