#![doc = include_str!("../README.md")]

mod config;
mod decode;
mod embeddings;
mod encode;
mod errors;
mod model;
mod wire;

pub use config::CohereBuilder;
pub use decode::CohereDecoder;
pub use embeddings::{CohereEmbeddings, EmbeddingType};
pub use model::Cohere;

/// The provider's name in telemetry and errors, and the owner of opaque parts.
const PROVIDER: &str = "cohere";
