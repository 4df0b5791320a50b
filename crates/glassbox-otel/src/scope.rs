//! What is being recorded around here: it travels in the OpenTelemetry context, so it crosses tasks where spans do.

use std::sync::Arc;

use opentelemetry::Context;

/// The operation that is being recorded, and whom it serves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// The innermost operation.
    pub(crate) operation: Current,
    /// The agent whose run this is part of.
    pub(crate) agent: Option<Arc<str>>,
    /// The conversation this is part of.
    pub(crate) conversation: Option<Arc<str>>,
}

/// The innermost operation: what a second wrapper around the same thing meets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Current {
    Agent,
    Embeddings,
    Inference,
    #[default]
    None,
    /// The call of a tool, by its id.
    Tool(Arc<str>),
}

impl Scope {
    /// The scope of the current context.
    pub(crate) fn current() -> Self {
        Context::map_current(|context| context.get::<Self>().cloned()).unwrap_or_default()
    }
}
