//! What was said: off unless asked for, redacted before anything else sees it, and cut so that it stays valid JSON.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use glassbox_core::{Messages, Part};
use serde_json::Value;

mod capture;
mod fit;
mod structure;

pub(crate) use capture::Capture;
pub(crate) use structure::{any_value, json_value};

/// Where the content of messages, tool calls and the like is recorded.
///
/// The words of `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` are `NO_CONTENT`, `SPAN_ONLY`, `EVENT_ONLY` and
/// `SPAN_AND_EVENT`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Content {
    /// Nowhere.
    #[default]
    Off,
    /// As JSON text in attributes of spans.
    Span,
    /// As structures in the event `gen_ai.client.inference.operation.details`.
    Event,
    /// In both.
    SpanAndEvent,
}

impl Content {
    /// Whether spans get it.
    #[must_use]
    pub const fn on_spans(self) -> bool {
        matches!(self, Self::Span | Self::SpanAndEvent)
    }

    /// Whether events get it.
    #[must_use]
    pub const fn on_events(self) -> bool {
        matches!(self, Self::Event | Self::SpanAndEvent)
    }
}

/// How much of a growing conversation each call records, where content is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum History {
    /// All of it, as it was sent. A run of N steps records its first message N times.
    #[default]
    Full,
    /// What no earlier call of the same agent run has recorded. `glassbox.input.messages.earlier` says how many
    /// messages stand on earlier spans.
    New,
}

/// What an upload hook is given: the content of one attribute, redacted and in full.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Upload<'a> {
    /// The attribute it is the content of, as in `gen_ai.input.messages`.
    pub attribute: &'static str,
    /// The content, in the form of the conventions' JSON schemas.
    pub content: &'a Value,
    /// The trace, as 32 hexadecimal digits. All zero where nothing is traced.
    pub trace_id: &'a str,
    /// The span, as 16 hexadecimal digits. All zero where nothing is traced.
    pub span_id: &'a str,
}

pub(crate) type Redact = dyn Fn(Part) -> Option<Part> + Send + Sync;
pub(crate) type Store = dyn Fn(Upload<'_>) -> Option<String> + Send + Sync;

/// What is to be done with content.
#[derive(Clone)]
pub(crate) struct Policy {
    pub(crate) content: Content,
    pub(crate) history: History,
    /// Whether tools on offer are recorded with descriptions and schemas, or by name alone.
    pub(crate) tool_schemas: bool,
    /// At most this many bytes of JSON text in an attribute of a span.
    pub(crate) span_limit: usize,
    /// At most this many bytes, as JSON text, in an attribute of an event.
    pub(crate) event_limit: usize,
    pub(crate) redact: Option<Arc<Redact>>,
    pub(crate) store: Option<Arc<Store>>,
}

/// Tempo cuts longer attributes in the middle of the JSON (`distributor.max_attribute_bytes`).
const SPAN_LIMIT: usize = 2_048;
const EVENT_LIMIT: usize = 65_536;

impl Default for Policy {
    fn default() -> Self {
        Self {
            content: Content::Off,
            history: History::Full,
            tool_schemas: false,
            span_limit: SPAN_LIMIT,
            event_limit: EVENT_LIMIT,
            redact: None,
            store: None,
        }
    }
}

impl Policy {
    /// Whether anybody wants content.
    pub(crate) fn is_wanted(&self) -> bool {
        self.content != Content::Off || self.store.is_some()
    }

    /// The part as it may be seen. One that the redaction fails on may not.
    pub(crate) fn redacted(&self, part: &Part) -> Option<Part> {
        match &self.redact {
            None => Some(part.clone()),
            Some(redact) => catch_unwind(AssertUnwindSafe(|| redact(part.clone())))
                .ok()
                .flatten(),
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("content", &self.content)
            .field("history", &self.history)
            .field("span_limit", &self.span_limit)
            .field("event_limit", &self.event_limit)
            .field("redact", &self.redact.is_some())
            .field("store", &self.store.is_some())
            .finish_non_exhaustive()
    }
}

/// The content of one operation: redacted, in full, in the form of the conventions' JSON schemas.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    /// The instructions, where they do not stand in the conversation: a list of parts.
    pub(crate) instructions: Option<Value>,
    /// What was sent: a list of messages.
    pub(crate) input: Option<Value>,
    /// How many messages of what was sent stand on earlier spans.
    pub(crate) earlier: usize,
    /// What came back: a list of messages with the reason why each ended.
    pub(crate) output: Option<Value>,
    /// The tools on offer.
    pub(crate) tools: Option<Value>,
    /// What went into the prompt's template.
    pub(crate) variables: Vec<(String, Value)>,
    /// A tool call's arguments.
    pub(crate) arguments: Option<Value>,
    /// A tool call's result.
    pub(crate) result: Option<Value>,
    /// What was searched for.
    pub(crate) query: Option<Value>,
    /// The documents, or records of a memory, that were found.
    pub(crate) found: Option<Value>,
    /// What the provider, or whoever failed, said.
    pub(crate) failure: Option<Value>,
}

/// What an agent's run has recorded of its conversation so far.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) messages: Messages,
    /// How many of the next messages are those that the last call answered with.
    pub(crate) answers: usize,
}

/// A value as JSON text of at most `limit` bytes, and whether something was cut for that.
pub(crate) fn text(value: &Value, limit: usize) -> (String, bool) {
    match value {
        // What is a text by itself needs no quotes.
        Value::String(text) => fit::string(text, limit),
        value => fit::json(value, limit),
    }
}

/// A value as JSON text of at most `limit` bytes, a text in quotes too, and whether something was cut for that.
pub(crate) fn json(value: &Value, limit: usize) -> (String, bool) {
    fit::json(value, limit)
}

/// A value of at most `limit` bytes as JSON text, and whether something was cut for that.
pub(crate) fn value(value: Value, limit: usize) -> (Value, bool) {
    let (text, cut) = fit::json(&value, limit);
    match serde_json::from_str(&text) {
        Ok(shorter) if cut => (shorter, true),
        _ => (value, false),
    }
}
