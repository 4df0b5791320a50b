use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Decision, ErrorKind, FinishReason, ModelInfo, Opaque, Part, Result, Usage};

/// The events of one answer, in order. Dropping it cancels the request.
pub type EventStream = Pin<Box<dyn Stream<Item = Result<Event>> + Send>>;

/// One step of an answer as it arrives.
///
/// The grammar, in the words of regular expressions:
///
/// ```text
/// Start (Meta | Text | Reasoning | ToolCall Arguments* | Part | Opaque | Finish | Usage)* End
/// ```
///
/// An error may stand at any place and is the last item. Nothing follows `End`. Arguments name the call that they
/// belong to, so the pieces of several calls may mix. `choice` is 0 unless several answers were asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A piece of a tool call's arguments: JSON text.
    #[non_exhaustive]
    Arguments {
        /// Which answer.
        choice: u32,
        /// Which call of that answer, as its `ToolCall` numbered it.
        call: u32,
        /// The piece.
        delta: String,
    },
    /// The answer is complete.
    End,
    /// Why one answer stopped.
    #[non_exhaustive]
    Finish {
        /// Which answer.
        choice: u32,
        /// Why.
        reason: FinishReason,
    },
    /// What the response says of itself. Later ones add to earlier ones.
    Meta(Box<Meta>),
    /// Something to be returned to the provider with the part it belongs to.
    #[non_exhaustive]
    Opaque {
        /// Which answer.
        choice: u32,
        /// The tool call that it belongs to, or `None` for the text or reasoning that is being received. It ends
        /// that part: the next piece of text or reasoning begins a new one.
        call: Option<u32>,
        /// What to return.
        opaque: Box<Opaque>,
    },
    /// A part that arrives whole.
    #[non_exhaustive]
    Part {
        /// Which answer.
        choice: u32,
        /// The part.
        part: Box<Part>,
    },
    /// A piece of reasoning.
    #[non_exhaustive]
    Reasoning {
        /// Which answer.
        choice: u32,
        /// The piece.
        delta: String,
    },
    /// The provider has accepted the request.
    Start(Box<Start>),
    /// A piece of text.
    #[non_exhaustive]
    Text {
        /// Which answer.
        choice: u32,
        /// The piece.
        delta: String,
    },
    /// A tool call begins.
    #[non_exhaustive]
    ToolCall {
        /// Which answer.
        choice: u32,
        /// Its number within that answer, from 0.
        call: u32,
        /// The id that its result must bear.
        id: String,
        /// The tool's name.
        name: String,
    },
    /// What the call has consumed: a running total, so the last one counts.
    Usage(Box<Usage>),
}

impl Event {
    /// A piece of text of the first answer.
    pub fn text(delta: impl Into<String>) -> Self {
        Self::text_of(0, delta)
    }

    /// A piece of text.
    pub fn text_of(choice: u32, delta: impl Into<String>) -> Self {
        Self::Text {
            choice,
            delta: delta.into(),
        }
    }

    /// A piece of reasoning.
    pub fn reasoning(choice: u32, delta: impl Into<String>) -> Self {
        Self::Reasoning {
            choice,
            delta: delta.into(),
        }
    }

    /// A tool call begins.
    pub fn tool_call(
        choice: u32,
        call: u32,
        id: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        Self::ToolCall {
            choice,
            call,
            id: id.into(),
            name: name.into(),
        }
    }

    /// A piece of a tool call's arguments.
    pub fn arguments(choice: u32, call: u32, delta: impl Into<String>) -> Self {
        Self::Arguments {
            choice,
            call,
            delta: delta.into(),
        }
    }

    /// A part that arrives whole.
    pub fn part(choice: u32, part: impl Into<Part>) -> Self {
        Self::Part {
            choice,
            part: Box::new(part.into()),
        }
    }

    /// Something to be returned to the provider with the part it belongs to.
    #[must_use]
    pub fn opaque(choice: u32, call: Option<u32>, opaque: Opaque) -> Self {
        Self::Opaque {
            choice,
            call,
            opaque: Box::new(opaque),
        }
    }

    /// Why one answer stopped.
    pub fn finish(choice: u32, reason: impl Into<FinishReason>) -> Self {
        Self::Finish {
            choice,
            reason: reason.into(),
        }
    }

    /// Whether it is a piece of the answer itself, not news about it. The first such event ends the wait that
    /// users feel.
    #[must_use]
    pub const fn is_output(&self) -> bool {
        matches!(
            self,
            Self::Arguments { .. }
                | Self::Opaque { .. }
                | Self::Part { .. }
                | Self::Reasoning { .. }
                | Self::Text { .. }
                | Self::ToolCall { .. }
        )
    }
}

/// What it took until the provider accepted the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Start {
    /// The attempts that failed before the one that was accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retries: Vec<Retry>,
    /// Options that were left out under [`Unsupported::Warn`](crate::Unsupported::Warn), by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
    /// The provider's id of the HTTP request, from its headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What wrappers around the model decided, by time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// The model that answers, where it is not the one that [`info`](crate::CompletionModel::info) names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<Box<ModelInfo>>,
}

impl Start {
    /// Accepted at once.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts everything in it so much later, for a wrapper that did something else before.
    pub fn delay(&mut self, by: Duration) {
        delay(&mut self.retries, &mut self.decisions, by);
    }
}

/// Moves times that were counted from a later start.
pub(crate) fn delay(retries: &mut [Retry], decisions: &mut [Decision], by: Duration) {
    for retry in retries {
        retry.after = retry.after.saturating_add(by);
    }
    for decision in decisions {
        decision.after = decision.after.saturating_add(by);
    }
}

/// An attempt that failed and was made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Retry {
    /// Which attempt failed, from 1.
    pub attempt: u32,
    /// How it failed.
    pub kind: ErrorKind,
    /// The HTTP status, where there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// When it failed, counted from the start of the call.
    pub after: Duration,
    /// How long we waited before the next attempt.
    pub wait: Duration,
}

impl Retry {
    /// Attempt number `attempt` failed `after` the start of the call, and the next was made after `wait`.
    #[must_use]
    pub fn new(
        attempt: u32,
        kind: ErrorKind,
        status: Option<u16>,
        after: Duration,
        wait: Duration,
    ) -> Self {
        Self {
            attempt,
            kind,
            status,
            after,
            wait,
        }
    }
}

/// What a response says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Meta {
    /// The response's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The model that answered, as the provider names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The processing tier that was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<String>,
    /// The configuration of the back end, as OpenAI names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_fingerprint: Option<String>,
    /// Whatever else the provider says and somebody may want: citations, filter results, log probabilities.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

impl Meta {
    /// A response with this id and this model.
    #[must_use]
    pub fn new(id: Option<String>, model: Option<String>) -> Self {
        Self {
            id,
            model,
            ..Self::default()
        }
    }

    /// Takes over what `later` knows. The id and the model stay as they were first given, because streams of some
    /// hosts change the id midway.
    pub fn update(&mut self, later: Self) {
        fn keep<T>(into: &mut Option<T>, from: Option<T>) {
            if into.is_none() {
                *into = from;
            }
        }
        keep(&mut self.id, later.id);
        keep(&mut self.model, later.model);
        if later.service_tier.is_some() {
            self.service_tier = later.service_tier;
        }
        if later.system_fingerprint.is_some() {
            self.system_fingerprint = later.system_fingerprint;
        }
        self.extra.extend(later.extra);
    }
}
