#![doc = include_str!("../README.md")]

mod config;
mod decode;
mod embeddings;
mod encode;
mod errors;
mod model;
mod wire;

pub use config::OllamaBuilder;
pub use decode::OllamaDecoder;
pub use embeddings::OllamaEmbeddings;
pub use model::Ollama;

/// The provider's name in telemetry and errors, and the owner of opaque parts.
const PROVIDER: &str = "ollama";
