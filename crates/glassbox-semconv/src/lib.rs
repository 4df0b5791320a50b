#![doc = include_str!("../README.md")]
#![no_std]

pub mod attribute;
pub mod event;
pub mod glassbox;
pub mod metric;
pub mod openinference;
pub mod openllmetry;
pub mod registry;
pub mod rename;
pub mod span;
pub mod v1_41;
pub mod value;

/// The schema of the current GenAI conventions, for instrumentation scopes.
///
/// The conventions have no release yet; this is the `schema_url` of their registry manifest.
pub const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev";
