#![doc = include_str!("../README.md")]

mod config;
mod decode;
mod embeddings;
mod encode;
mod error;
mod finish;
mod model;
mod usage;
mod wire;

pub use config::{GeminiBuilder, SchemaForm};
pub use decode::GeminiDecoder;
pub use embeddings::GeminiEmbeddings;
pub use model::Gemini;
