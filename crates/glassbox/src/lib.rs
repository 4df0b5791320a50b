#![doc = include_str!("../README.md")]

#[cfg(feature = "demo")]
pub mod demo;
pub mod guide;
mod registry;

pub use glassbox_core::*;
pub use registry::{
    Options, Provider, Registry, embedding_model, embedding_model_with, model, model_with,
    providers,
};

#[cfg(feature = "agent")]
pub use glassbox_agent as agent;
#[cfg(feature = "agent")]
pub use glassbox_agent::{Agent, Limits, Outcome, RunEvent, RunResult};
#[cfg(feature = "anthropic")]
pub use glassbox_anthropic as anthropic;
#[cfg(feature = "bedrock")]
pub use glassbox_bedrock as bedrock;
#[cfg(feature = "cohere")]
pub use glassbox_cohere as cohere;
#[cfg(feature = "gemini")]
pub use glassbox_gemini as gemini;
#[cfg(feature = "middleware")]
pub use glassbox_middleware as middleware;
#[cfg(feature = "ollama")]
pub use glassbox_ollama as ollama;
#[cfg(feature = "openai")]
pub use glassbox_openai as openai;
#[cfg(feature = "otel")]
pub use glassbox_otel as otel;
#[cfg(feature = "otel")]
pub use glassbox_otel::{Content, Telemetry, Vocabulary};
#[cfg(feature = "prices")]
pub use glassbox_price as price;
#[cfg(feature = "prices")]
pub use glassbox_price::{Priced, Prices, Rates};
#[cfg(feature = "agent")]
pub use glassbox_tool as tool;
#[cfg(feature = "agent")]
pub use glassbox_tool::{Tool, Toolbox};
