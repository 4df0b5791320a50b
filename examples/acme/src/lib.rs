//! Acme, a provider that does not exist: what a new adapter looks like, whole. `glassbox::guide::providers` walks
//! through it.
//!
//! Its API has one operation, `POST /v1/generate`. It takes turns and tools, and answers with one JSON object, or with
//! the same object in pieces, a line each.

mod config;
mod decode;
mod encode;
mod model;
mod wire;

pub use config::AcmeBuilder;
pub use decode::AcmeDecoder;
pub use model::Acme;

/// The provider's name in telemetry and errors.
const PROVIDER: &str = "acme";
